local host = require "host.json"

local NULL, OBJECT, ARRAY = {}, {}, {}

local function decode(text)
  return host.decode(text, NULL, OBJECT, ARRAY)
end

local function value_of(text)
  local is_well, value = decode(text)
  assert.is_true(is_well, text)
  return value
end

describe("JSON", function()
  it("keeps what is an object, an array and null, also when it is empty", function()
    local value = value_of '{"a": [], "b": {}, "c": null, "d": [null, {"e": [1]}]}'
    assert.equal(OBJECT, getmetatable(value))
    assert.equal(ARRAY, getmetatable(value.a))
    assert.equal(OBJECT, getmetatable(value.b))
    assert.equal(NULL, value.c)
    assert.equal(NULL, value.d[1])
    assert.equal(1, value.d[2].e[1])
  end)

  it("keeps integers, all 64 bits of them", function()
    local value = value_of "[1, -9223372036854775808, 9007199254740993, 1.5, 1e2]"
    assert.equal("integer", math.type(value[1]))
    assert.equal(math.mininteger, value[2])
    assert.equal("9007199254740993", tostring(value[3]))
    assert.equal(1.5, value[4])
    assert.equal("float", math.type(value[5]))
  end)

  it("may be one word, and reads escapes", function()
    assert.equal("a\0b\n\u{1F600}é", value_of [["a\u0000b\n\ud83d\ude00é"]])
    assert.is_true(value_of " true ")
    assert.equal(NULL, value_of "null")
  end)

  it("takes comments, and nothing else that is no JSON", function()
    assert.same({ 1 }, value_of "[ // one\n/* ] */ 1 ] // end")
    for _, text in ipairs {
      "", " ", "[", "[1 2]", "[1,]", "{1:2}", '{"a" 1}', "nul", "[1] 2", "'a'",
      '"\xFF"',
      '{"a": 1, "b": 2, "a": 3}', ("1"):rep(100), '"a\nb"', "[01]", "NaN",
    } do
      local is_well, position = decode(text)
      assert.is_false(is_well, text)
      assert.equal("integer", math.type(position))
    end
  end)

  it("goes 64 levels deep, and no deeper", function()
    assert.is_truthy(value_of(("["):rep(64) .. ("]"):rep(64)))
    assert.is_false(decode(("["):rep(65) .. ("]"):rep(65)))
    assert.is_false(decode(("["):rep(1000000)))
    assert.is_false((decode(('{"a":'):rep(65))))
  end)

  it("raises for what is no text, and lets other errors through", function()
    assert.has_error(function() host.decode({}, NULL, OBJECT, ARRAY) end)
    assert.has_error(function() host.decode("1", NULL, OBJECT) end)
  end)
end)
