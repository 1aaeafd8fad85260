-- Faults of spec/README.md: I16.
local host_pool = require "host.pool"
local secret = require "host.secret"
local ship = require "moonwire.fleet.ship"
local wire = require "host.wire"
local json = require "dkjson"

-- As if it came from another thread; that one has the same modules here.
local function cross(fn)
  return ship.unpack(wire.unpack(wire.pack(ship.pack(fn))))
end

local function refusal(fn, role)
  local ok, message = pcall(ship.pack, fn, role)
  assert.is_false(ok)
  return message
end

local function line_of(fn)
  return debug.getinfo(fn, "S").linedefined
end

describe("moonwire.fleet.ship", function()
  it("ships code with arguments and results", function()
    local fn = cross(function(a, b, ...)
      return a + b, select("#", ...)
    end)
    assert.same({ 3, 4 }, { fn(1, 2, nil, nil, nil, nil) })
  end)

  it("copies upvalues of plain data", function()
    local text, number, yes, nothing = "text", 7, true, nil
    local list = { 1, { deep = "value" } }
    local fn = function()
      list[1] = list[1] + 1
      return text, number, yes, nothing, list
    end
    local shipped = cross(fn)
    assert.same({ "text", 7, true, nil, { 2, { deep = "value" } } }, { shipped() })
    assert.equal(3, select(5, shipped())[1]) -- its own copy, kept between calls
    assert.equal(1, list[1])
  end)

  it("keeps a table that two upvalues share shared", function()
    local inner = {}
    local a, b = { inner }, { inner }
    local shipped_a, shipped_b = cross(function() return a, b end)()
    assert.equal(shipped_a[1], shipped_b[1])
  end)

  it("uses the receiver's globals", function()
    local fn = cross(function() return _G, string.format("%d", 7) end)
    local globals, text = fn()
    assert.equal("7", text)
    assert.equal(package.loaded._G, globals)
  end)

  it("ships a module as its name", function()
    local fn = function() return json.encode { 1 }, json, host_pool end
    for _, upvalue in ipairs(ship.pack(fn).upvalues) do
      assert.is_nil(upvalue.value)
    end
    local text, module, pool = cross(fn)()
    assert.equal("[1]", text)
    assert.equal(json, module)
    assert.equal(host_pool, pool)
  end)

  it("ships a module that is a function", function()
    package.preload["ship_spec.double"] = function()
      return function(n) return 2 * n end
    end
    local double = require "ship_spec.double"
    assert.equal(14, cross(function() return double(7) end)())
    package.loaded["ship_spec.double"], package.preload["ship_spec.double"] = nil, nil
  end)

  it("lets a function call itself", function()
    local function factorial(n)
      return n < 2 and 1 or n * factorial(n - 1)
    end
    assert.equal(120, cross(factorial)(5))
  end)

  it("keeps names and lines for errors", function()
    local fn = function() error "lost" end
    local _, message = pcall(cross(fn))
    assert.equal(("%s:%d: lost"):format(debug.getinfo(fn, "S").short_src, line_of(fn)),
      message)
  end)

  it("takes secrets along as they are", function()
    local password = secret.from_string "hunter2"
    local packed = ship.pack(function() return password end)
    assert.is_true(wire.check(packed))
    assert.equal(password, ship.unpack(packed)())
  end)

  it("names the upvalue that cannot be shipped, and the function", function()
    local socket = io.stdout
    local fn = function() return socket end
    assert.equal(
      ("job at %s:%d: upvalue \"socket\" is a userdata, which cannot be shipped to a "
        .. "thread"):format(debug.getinfo(1, "S").short_src, line_of(fn)),
      refusal(fn))
    assert.matches('^callback at .*upvalue "socket"', refusal(fn, "callback"))
  end)

  it("refuses functions, coroutines, objects and what holds them", function()
    local function helper() end
    local co = coroutine.create(print)
    local object = setmetatable({}, {})
    local list = { { name = "r1", check = print } }
    local insert = table.insert
    assert.matches('upvalue "helper" is a function, which cannot be shipped to a '
      .. "thread; define it inside, or in a module$",
      refusal(function() return helper end))
    assert.matches('upvalue "insert" is a function',
      refusal(function() return insert end))
    assert.matches('upvalue "co" is a coroutine,', refusal(function() return co end))
    assert.matches('upvalue "object" is a table with a metatable,',
      refusal(function() return object end))
    assert.matches('upvalue "list"%[1%].check is a function,',
      refusal(function() return list end))
  end)

  it("refuses a function in C", function()
    assert.matches("^job is a C function", refusal(print))
  end)

  it("names the module that the receiver does not have", function()
    package.loaded["ship_spec.gone"] = { name = "gone" }
    local gone = package.loaded["ship_spec.gone"]
    local packed = ship.pack(function() return gone end)
    package.loaded["ship_spec.gone"] = nil
    local ok, message = pcall(ship.unpack, packed)
    assert.is_false(ok)
    assert.matches("^job at .*ship_spec.lua:%d+: module 'ship_spec.gone' not found",
      message)
  end)
end)
