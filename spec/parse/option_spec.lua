local template = require "moonwire.parse.template"

-- the rows of a text, each as its values in their order
local function rows(text, lines)
  local compiled = assert(template.compile(text, "t"))
  local list = {}
  for i, row in ipairs(assert(compiled:parse(lines))) do
    list[i] = {}
    for k, name in ipairs(compiled.values) do
      list[i][k] = row[name]
    end
  end
  return list
end

local function pairs_of(options)
  return "Value " .. options .. [[ A (\w+)
Value B (\d+)

Start
  ^a=${A}$$
  ^b=${B}$$ -> Record
  ^clear -> Clear
  ^all -> Clearall
]]
end

describe("a value without options", function()
  it("is the last one matched, and forgotten behind the record", function()
    local plain = pairs_of "":gsub("Value  A", "Value A")
    assert.same({ { "y", "1" }, { "", "2" } }, rows(plain, "a=x\na=y\nb=1\nb=2\n"))
  end)
end)

describe("Filldown", function()
  it("keeps the value for the records that follow", function()
    local found = rows(pairs_of "Filldown", "a=x\nb=1\nb=2\na=y\nb=3")
    assert.same({ { "x", "1" }, { "x", "2" }, { "y", "3" }, { "y", "" } }, found)
  end)

  it("is forgotten by Clearall, and not by Clear", function()
    local found = rows(pairs_of "Filldown", "a=x\nclear\nb=1\nall\nb=2")
    assert.same({ { "x", "1" }, { "", "2" } }, found)
  end)

  it("keeps that nothing was matched", function()
    local found = rows([[
Value Filldown A (\w+)
Value B (\d+)

Start
  ^(?:a=${A})?;${B} -> Record
]], "a=x;1\n;2\n;3")
    assert.same({ { "x", "1" }, { "", "2" }, { "", "3" } }, found)
  end)
end)

describe("Required", function()
  it("makes records without the value go", function()
    local found = rows(pairs_of "Required", "b=1\na=x\nb=2\nb=3")
    assert.same({ { "x", "2" } }, found)
  end)

  it("is not content with an empty string", function()
    local text = "Value Required A (\\w*)\n\nStart\n  ^=${A} -> Record\n"
    assert.same({ { "x" } }, rows(text, "=\n=x"))
  end)

  it("leaves no more than is filled down", function()
    local found = rows(pairs_of "Required,Filldown", "b=1\na=x\nb=2\nb=3")
    assert.same({ { "x", "2" }, { "x", "3" }, { "x", "" } }, found)
  end)
end)

describe("Fillup", function()
  it("fills the records above, up to one that has a value", function()
    local found = rows(pairs_of "Fillup", "b=1\na=x\nb=2\nb=3\nb=4\na=y\nb=5")
    assert.same({
      { "x", "1" }, { "x", "2" }, { "y", "3" }, { "y", "4" }, { "y", "5" },
    }, found)
  end)

  it("does not fill with nothing", function()
    local found = rows([[
Value Fillup A (\w*)
Value B (\d+)

Start
  ^${A};${B} -> Record
]], "x;1\n;2\n;3")
    assert.same({ { "x", "1" }, { "", "2" }, { "", "3" } }, found)
  end)
end)

describe("Key", function()
  it("changes nothing, and is known of the template", function()
    assert.same({ { "x", "1" } }, rows(pairs_of "Key", "a=x\nb=1"))
    assert.same({ "A" }, assert(template.compile(pairs_of "Key", "t")).keys)
  end)
end)

describe("List", function()
  it("collects, and begins anew with the next record", function()
    local found = rows(pairs_of "List", "a=x\na=y\nb=1\na=z\nb=2\nb=3")
    assert.same({ { { "x", "y" }, "1" }, { { "z" }, "2" }, { {}, "3" } }, found)
  end)

  it("goes on with what is filled down", function()
    local expected = { { { "x" }, "1" }, { { "x", "y" }, "2" }, { { "x", "y" }, "" } }
    for _, options in ipairs { "List,Filldown", "Filldown,List" } do
      assert.same(expected, rows(pairs_of(options), "a=x\nb=1\na=y\nb=2"))
    end
  end)

  it("is empty behind Clear and Clearall", function()
    local found = rows(pairs_of "List", "a=x\nclear\na=y\nall\na=z\nb=1")
    assert.same({ { { "z" }, "1" } }, found)
    found = rows(pairs_of "List,Filldown", "a=x\nclear\na=y\nb=1\nall\na=z\nb=2")
    assert.same({ { { "x", "y" }, "1" }, { { "z" }, "2" }, { { "z" }, "" } }, found)
  end)

  it("holds 'None' for a group that took no part, as in Python", function()
    local found = rows([[
Value List A (\w+)
Value B (\d+)

Start
  ^(?:a=${A})?;${B} -> Continue
  ^end -> Record
]], "a=x;1\n;2\nend")
    assert.same({ { { "x", "None" }, "2" } }, found)
  end)

  it("can be required, before or behind it", function()
    local lines = "b=1\na=x\na=y\nb=2"
    local expected = { { { "x", "y" }, "2" } }
    assert.same(expected, rows(pairs_of "List,Required", lines))
    assert.same(expected, rows(pairs_of "Required,List", lines))
  end)

  it("is required as a list, or as the last that was matched", function()
    local text = pairs_of "%s":gsub("\\w%+", "\\w*")
    local lines = "a=x\na=\nb=1"
    assert.same({ { { "x", "" }, "1" } }, rows(text:format "List,Required", lines))
    assert.same({}, rows(text:format "Required,List", lines))
  end)

  it("has tables as items, when its group has named groups in it", function()
    local found = rows([[
Value List MEMBER ((?P<name>\w+) is (?P<age>\d+)( years)?(?P<more>, more)?)

Start
  ^${MEMBER}
]], "Bob is 32 years, more\nAnn is 7\n")
    assert.same({ {
      {
        { name = "Bob", age = "32", more = ", more" },
        { name = "Ann", age = "7", more = "" },
      },
    } }, found)
  end)

  it("may have long names in the tables", function()
    local name = "a_name_that_is_longer_than_thirty_two_"
    local found = rows(("Value List A ((?P<%s>x)(?P<b>y))\n\nStart\n  ^${A}\n")
      :format(name), "xy")
    assert.same({ { { { [name] = "x", b = "y" } } } }, found)
  end)

  it("says when the group within is too expensive", function()
    local text = "Value List A ((?P<b>(?:a+)+$|c)?.*)\n\nStart\n  ^${A}\n"
    local compiled = assert(template.compile(text, "t"))
    local found, message, kind = compiled:parse(("a"):rep(3000) .. "x")
    assert.is_nil(found)
    assert.matches("^t:4: pattern too expensive", message)
    assert.equal("limit", kind)
  end)
end)
