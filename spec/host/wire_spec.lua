local secret = require "host.secret"
local wire = require "host.wire"

local function copy(value)
  return wire.unpack(wire.pack(value))
end

local function refusal(value)
  local ok, what, path = wire.check(value)
  assert.is_nil(ok)
  return path .. ": " .. what
end

local function nested(depth)
  local value = {}
  for _ = 2, depth do
    value = { inner = value }
  end
  return value
end

-- every byte string that begins like a whole one
local function prefixes_of(bytes)
  local length = -1
  return function()
    length = length + 1
    return length < #bytes and bytes:sub(1, length) or nil
  end
end

local SAMPLE = {
  name = "r1", port = 22, ratio = 0.5, up = true, down = false,
  groups = { "core", "edge" }, [1] = "first", [-7] = { { {} } }, [2.5] = "x",
  [true] = 1,
}

describe("host.wire", function()
  it("copies plain values as they are", function()
    local values = {
      true, false, "", "text", "\0\255\n", ("x"):rep(100000),
      0, 1, -1, 63, 64, -64, -65, math.maxinteger, math.mininteger,
      0.5, -0.25, 1e300, math.huge, -math.huge, 2^53,
    }
    for _, value in ipairs(values) do
      local copied = copy(value)
      assert.equal(value, copied)
      assert.equal(math.type(value), math.type(copied))
    end
    assert.is_nil(copy(nil))
    local nan = copy(0 / 0)
    assert.is_true(nan ~= nan)
    assert.equal(-math.huge, 1 / copy(-0.0))
  end)

  it("copies tables with all their keys", function()
    assert.same(SAMPLE, copy(SAMPLE))
    local list = {}
    for i = 1, 1000 do
      list[i] = i * i
    end
    local copied = copy(list)
    assert.same(list, copied)
    assert.equal(1000, #copied)
    assert.same({ 1, nil, 3 }, copy { 1, nil, 3 })
  end)

  it("copies, and does not share", function()
    local value = { inner = {} }
    local copied = copy(value)
    copied.inner.new = true
    assert.is_nil(value.inner.new)
  end)

  it("keeps what is shared shared, and cycles cycles", function()
    local shared = { 1 }
    local value = { a = shared, b = shared, list = { shared } }
    value.self = value
    shared.up = value.list
    local copied = copy(value)
    assert.equal(copied.a, copied.b)
    assert.equal(copied.a, copied.list[1])
    assert.equal(copied, copied.self)
    assert.equal(copied.list, copied.a.up)
    assert.not_equal(shared, copied.a)
  end)

  it("names what cannot cross, and where it is", function()
    local meta = setmetatable({}, {})
    assert.equal(": a function", refusal(print))
    assert.equal(": a userdata", refusal(io.stdout))
    assert.equal(": a coroutine", refusal(coroutine.create(print)))
    assert.equal(": a table with a metatable", refusal(meta))
    assert.equal(".devices[3].callback: a function",
      refusal { devices = { {}, {}, { callback = print } } })
    assert.equal('["a b"].x[-1][2.5][true]: a userdata',
      refusal { ["a b"] = { x = { [-1] = { [2.5] = { [true] = io.stdout } } } } })
    assert.equal(".x: a table with a table for a key", refusal { x = { [{}] = 1 } })
    assert.equal(".x: a table with a function for a key",
      refusal { x = { [print] = 1 } })
    assert.equal('["1"]: a coroutine', refusal { ["1"] = coroutine.create(print) })
    assert.equal('["?[31m"]: a function', refusal { ["\27[31m"] = print })
    assert.is_true(wire.check(SAMPLE))
  end)

  it("raises the same from pack, with the place in words", function()
    assert.has_error(function()
      wire.pack { devices = { { callback = print } } }
    end, "bad argument #1 to 'pack' (devices[1].callback: a function cannot cross "
      .. "between threads)")
    assert.error_matches(function() wire.pack(print) end,
      "%(a function cannot cross between threads%)")
    assert.error_matches(function() wire.pack() end, "value expected")
  end)

  it("cuts a path that is too long to read", function()
    local value = print
    for _ = 1, 60 do
      value = { a_rather_long_name_for_a_key = value }
    end
    local _, what, path = wire.check(value)
    assert.equal("a function", what)
    assert.equal(255, #path)
    assert.matches("%.%.%.$", path)
  end)

  it("takes 64 tables inside each other, and no more", function()
    assert.same(nested(64), copy(nested(64)))
    local ok, what = wire.check(nested(65))
    assert.is_nil(ok)
    assert.equal("a table inside 64 others", what)
    local cycle = {}
    cycle.deep = { { { cycle } } }
    assert.is_true(wire.check(cycle)) -- a cycle is not depth
  end)

  it("holds a limit on bytes", function()
    local bytes = wire.pack(("x"):rep(1000))
    assert.equal(("x"):rep(1000), wire.unpack(wire.pack(("x"):rep(1000), #bytes)))
    assert.error_matches(function() wire.pack(("x"):rep(1000), #bytes - 1) end,
      "a value of more than 1002 bytes cannot cross")
    assert.error_matches(function() wire.pack({ a = { b = ("x"):rep(99) } }, 50) end,
      "%(a value of more than 50 bytes")
    assert.error_matches(function() wire.pack(1, 0) end, "out of range")
  end)

  it("does not call metamethods of what it looks at", function()
    local trap = setmetatable({}, {
      __index = error, __pairs = error, __len = error, __tostring = error,
      __name = "trap",
    })
    assert.equal(".x: a table with a metatable", refusal { x = trap })
  end)

  it("lets secrets cross as references only", function()
    local password = secret.from_string "hunter2"
    assert.is_true(wire.check { password = password })
    assert.error_matches(function() wire.pack { password = password } end,
      "a secret cannot become a string")
  end)

  it("finds every cut, and never reads beyond it", function()
    for cut in prefixes_of(wire.pack(SAMPLE)) do
      local value, message, kind = wire.unpack(cut)
      assert.is_nil(value)
      assert.matches("damaged at byte %d+", message)
      assert.equal("protocol", kind)
    end
  end)

  it("refuses bytes that are no value", function()
    local table_tag, known_tag = "\7", "\8"
    local cases = {
      trailing = wire.pack(1) .. "\0",
      tag = "\9",
      known_before_any = known_tag .. "\0",
      endless_count = "\3" .. ("\255"):rep(11),
      long_string = "\5" .. ("\255"):rep(8) .. "\1x",
      secret_that_is_not_there = "\6\0",
      many_pairs = table_tag .. ("\255"):rep(8),
      more_array_than_pairs = table_tag .. "\1\0\0\0\2\0\0\0\3\2\0",
      nil_key = table_tag .. "\1\0\0\0\0\0\0\0\0\0",
      nan_key = table_tag .. "\1\0\0\0\0\0\0\0\4" .. string.pack("n", 0 / 0) .. "\0",
      table_key = table_tag .. "\1\0\0\0\0\0\0\0\8\0\0",
      deep = (table_tag .. "\1\0\0\0\0\0\0\0\1"):rep(70),
    }
    for name, bytes in pairs(cases) do
      local value, message, kind = wire.unpack(bytes)
      assert.is_nil(value, name)
      assert.equal("protocol", kind, name .. ": " .. tostring(message))
    end
  end)

  it("survives any one byte being another", function()
    local bytes = wire.pack(SAMPLE)
    for at = 1, #bytes do
      for _, byte in ipairs { 0, 7, 8, 127, 128, 255 } do
        local changed = bytes:sub(1, at - 1) .. string.char(byte) .. bytes:sub(at + 1)
        local value, _, kind = wire.unpack(changed)
        assert.is_true(value ~= nil or kind == nil or kind == "protocol")
      end
    end
  end)
end)
