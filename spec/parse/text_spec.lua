local text = require "moonwire.parse.text"

local function lines(given)
  local list = {}
  for line in text.lines(given) do
    list[#list + 1] = line
  end
  return list
end

describe("text.lines", function()
  it("has no line in nothing, and an empty one in a newline", function()
    assert.same({}, lines "")
    assert.same({ "" }, lines "\n")
    assert.same({ "", "a" }, lines "\na")
  end)

  it("does not care how the last line ends", function()
    assert.same({ "a", "b" }, lines "a\nb")
    assert.same({ "a", "b" }, lines "a\nb\n")
    assert.same({ "a", "b", "" }, lines "a\nb\n\n")
  end)

  it("ends lines where Python does", function()
    assert.same({ "a", "b", "c", "d" }, lines "a\r\nb\rc\nd\r\n")
    assert.same({ "a", "b", "c", "d" }, lines "a\vb\fc\x1dd")
    assert.same({ "a", "b", "c", "d" }, lines "a\u{85}b\u{2028}c\u{2029}d")
    assert.same({ "a", "", "b" }, lines "a\n\rb")
    assert.same({ "a\tb\x1fâ—" }, lines "a\tb\x1fâ—")
  end)
end)

describe("text.valid", function()
  it("leaves valid UTF-8 as it is", function()
    for _, valid in ipairs { "", "a", "Größe – 𝄞" } do
      local same, is_changed = text.valid(valid)
      assert.equal(valid, same)
      assert.is_false(is_changed)
    end
  end)

  it("makes one character of each byte that is not, and back", function()
    local all = {}
    for byte = 0, 255 do
      all[#all + 1] = string.char(byte)
    end
    for _, wrong in ipairs {
      "caf\xe9", "\xe9", "\xff\xfe", "a\xc3", "\xc3(", "\xed\xa0\x80", "\xc0\x80",
      "Größe \xe9 –", table.concat(all), "\xf4\x90\x80\x80",
    } do
      local valid, is_changed = text.valid(wrong)
      assert.is_true(is_changed)
      assert.is_number(utf8.len(valid))
      assert.equal(wrong, text.restore(valid))
    end
    assert.equal(4, utf8.len((text.valid "caf\xe9")))
    assert.equal(3, utf8.len((text.valid "\xed\xa0\x80")))
  end)
end)

describe("text.excerpt", function()
  it("counts characters", function()
    assert.equal("Grö", text.excerpt("Größe", 3))
    assert.equal("Größe", text.excerpt("Größe", 5))
    assert.equal("", text.excerpt("", 5))
  end)

  it("shows what is not text", function()
    assert.equal("a\\x09\\x1b[m\\xe9", text.excerpt((text.valid "a\t\x1b[m\xe9"), 20))
  end)
end)
