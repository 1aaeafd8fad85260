local escape = require "moonwire.report.escape"

-- every byte a terminal could obey, and every sequence that reorders a line
local function has_control(text)
  return text:find "[\0-\8\11-\31\127]"
    or text:find "\xc2[\x80-\x9f]"
    or text:find "\xd8\x9c"
    or text:find "\xe2\x80[\x8e\x8f\xa8-\xae]"
    or text:find "\xe2\x81[\xa6-\xa9]"
end

local function random_bytes(alphabet, n)
  local parts = {}
  for i = 1, n do
    local at = math.random(#alphabet)
    parts[i] = alphabet:sub(at, at)
  end
  return table.concat(parts)
end

describe("escape.text", function()
  it("leaves printable text, newline and tab alone", function()
    local text = "Gi0/1\tup\n  Zürich – 東京 🙂 \\x1b"
    assert.equal(text, escape.text(text))
  end)

  it("shows what a terminal would obey", function()
    assert.equal("a\\x1b[2Jb", escape.text "a\27[2Jb")
    assert.equal("\\x0d\\x00\\x07\\x7f", escape.text "\r\0\7\127")
  end)

  it("shows C1, raw and as UTF-8", function()
    assert.equal("\\x9b31m", escape.text "\x9b31m")
    assert.equal("\\xc2\\x9b31m", escape.text "\xc2\x9b31m")
  end)

  it("shows marks that reorder or break a line", function()
    assert.equal("a\\xe2\\x80\\xaeb", escape.text "a\u{202e}b")
    assert.equal("\\xe2\\x81\\xa6", escape.text "\u{2066}")
    assert.equal("\\xe2\\x80\\xa8", escape.text "\u{2028}")
  end)

  it("shows every byte that is not UTF-8, and keeps what is valid around it", function()
    assert.equal("é\\xffé\\xc3", escape.text "é\xffé\xc3")
    assert.equal("\\xed\\xa0\\x80", escape.text "\xed\xa0\x80") -- a surrogate
    assert.equal("\\xc0\\xaf", escape.text "\xc0\xaf") -- an overlong slash
  end)

  it("leaves no control byte of any bytes, and always valid UTF-8", function()
    local all = {}
    for byte = 0, 255 do
      all[#all + 1] = string.char(byte)
    end
    local likely = "\27\xc2\x80\x9b\xe2\x81\xa6\xae\xd8\x9c\xf0\x9f[m\r\n\tab"
    for _ = 1, 3000 do
      local alphabet = math.random() < 0.5 and table.concat(all) or likely
      local safe = escape.text(random_bytes(alphabet, math.random(0, 24)))
      assert.is_truthy(utf8.len(safe))
      assert.is_nil(has_control(safe))
      assert.equal(safe, escape.text(safe))
    end
  end)
end)

describe("escape.line", function()
  it("keeps everything on one line", function()
    assert.equal("a\\x0ab\\x09c", escape.line "a\nb\tc")
  end)
end)

describe("escape.utf8", function()
  it("changes only bytes that are not UTF-8", function()
    assert.equal("\27[1m é \\x80", escape.utf8 "\27[1m é \x80")
  end)
end)

describe("escape.html", function()
  it("leaves nothing that could begin markup", function()
    local safe = escape.html "</text><script>alert('1') & \"2\"\27"
    assert.is_nil(safe:find "[<>\"'\27]")
    assert.equal("&lt;b&gt; &amp; &quot;&#39;", escape.html "<b> & \"'")
  end)
end)
