local json = require "moonwire.report.json"

describe("json.encode", function()
  it("sorts keys, so that the same value is the same text", function()
    local text = json.encode({ b = 1, a = 2, c = { z = 1, y = 2 } }, true)
    assert.equal('{"a":2,"b":1,"c":{"y":2,"z":1}}\n', text)
  end)

  it("keeps integers and floats apart", function()
    local text = json.encode({ 1, 1.5, 9007199254740993 }, true)
    assert.equal("[1,1.5,9007199254740993]\n", text)
  end)

  it("writes an empty table as an array unless it is marked", function()
    local text = json.encode({ a = {}, b = json.object() }, true)
    assert.equal('{"a":[],"b":{}}\n', text)
  end)

  it("shows bytes that are not UTF-8, and stays readable", function()
    local text = json.encode({ "a\xffb", "é", "\27[2J" }, true)
    assert.equal('["a\\\\xffb","é","\\u001b[2J"]\n', text)
    assert.same({ "a\\xffb", "é", "\27[2J" }, json.decode(text))
  end)

  it("writes what is not finite as null", function()
    assert.equal("[null,null]\n", json.encode({ 0 / 0, math.huge }, true))
  end)

  it("never writes what a secret holds", function()
    local secret = require("host.secret").from_string "hunter2"
    local text = json.encode { password = secret }
    assert.is_nil(text:find("hunter2", 1, true))
  end)

  it("indents when it has room", function()
    local text = json.encode { a = { 1, {} }, b = json.object(), c = "x" }
    assert.equal([[
{
  "a": [
    1,
    []
  ],
  "b": {},
  "c": "x"
}
]], text)
  end)

  it("writes keys as text, in the order of their bytes", function()
    local value = { b = 1, ["a\0"] = 2, a = 3, B = 4, [10] = 5, [2] = 6 }
    local text = json.encode(value, true)
    assert.equal('{"10":5,"2":6,"B":4,"a":3,"a\\\\x00":2,"b":1}\n', text)
  end)

  it("escapes what a terminal would obey, in texts and in keys", function()
    local text = json.encode({
      ["\27]0;x\7"] = "\127", c1 = "\u{9b}31m", mark = "\u{202e}",
      plain = 'a"\\/\n\t\r',
    }, true)
    assert.is_nil(text:find "[\0-\9\11-\31\127-\255]")
    assert.same({
      ["\\x1b]0;x\\x07"] = "\127", c1 = "\u{9b}31m", mark = "\u{202e}",
      plain = 'a"\\/\n\t\r',
    }, json.decode(text))
  end)

  it("reads back what it wrote, whatever it was", function()
    math.randomseed(7)
    local function text()
      local bytes = {}
      for i = 1, math.random(0, 40) do
        bytes[i] = utf8.char(math.random(0, 0x2100))
      end
      return table.concat(bytes)
    end
    local makers = {
      text, math.random, function() return math.random(0) end,
      function() return math.random() < 0.5 end,
    }
    local function value(depth)
      if depth == 0 or math.random() < 0.3 then
        return makers[math.random(#makers)]()
      end
      local list = {}
      for i = 1, math.random(1, 6) do
        list[math.random() < 0.5 and i or "k" .. i] = value(depth - 1)
      end
      -- a key that is a number comes back as text
      local plain = {}
      for key, inner in pairs(list) do
        plain["_" .. key] = inner
      end
      return math.random() < 0.5 and plain or { plain }
    end
    for _ = 1, 300 do
      local one = { value(5) }
      local is_compact = math.random() < 0.5
      assert.same(json.encode(one, true),
        json.encode(json.decode(json.encode(one, is_compact)), true))
    end
  end)

  it("refuses what is nested too deep", function()
    local deep = {}
    for _ = 1, 99 do
      deep = { deep }
    end
    assert.equal(("["):rep(100) .. ("]"):rep(100) .. "\n", json.encode(deep, true))
    assert.has_error(function() json.encode { deep } end)
  end)

  it("refuses functions and tables that contain themselves", function()
    local circle = {}
    circle[1] = circle
    assert.has_error(function() json.encode(circle) end)
    assert.has_error(function() json.encode { print } end)
  end)
end)

describe("json.decode", function()
  it("remembers what was an array", function()
    local value = assert(json.decode '{"a":[],"b":{}}')
    assert.is_true(json.is_array(value.a))
    assert.is_false(json.is_array(value.b))
    assert.is_false(json.is_array "text")
  end)

  it("can tell null from absent", function()
    local value = json.decode '{"a":null}'
    assert.equal(json.null, value.a)
    assert.is_nil(value.b)
  end)

  it("says where, but not what", function()
    local value, message, kind = json.decode '{"password": hunter2}'
    assert.is_nil(value)
    assert.equal("invalid", kind)
    assert.is_truthy(message:find("line 1", 1, true))
    assert.is_nil(message:find("hunter2", 1, true))
  end)

  it("refuses text behind the value", function()
    local value, message = json.decode "[1]\n[2]"
    assert.is_nil(value)
    assert.is_truthy(message:find("line 2", 1, true))
  end)
end)
