--- A Lua function as plain data, so that it can cross to another thread: its code, and
-- its upvalues as copies. Nothing that belongs to one Lua state ever goes along.
-- @module moonwire.fleet.ship
local wire = require "host.wire"

local ship = {}

local HINTS = {
  ["a function"] = "; define it inside, or in a module",
}

local function place_of(fn, role)
  local info = debug.getinfo(fn, "S")
  return ("%s at %s:%d"):format(role, info.short_src, info.linedefined)
end

local function is_reference(value)
  return type(value) == "table" or type(value) == "function"
end

-- Under which name 'require' has this value; the first of several.
local function module_of(value)
  local found
  for name, module in pairs(package.loaded) do
    if rawequal(module, value) and (not found or name < found) then
      found = name
    end
  end
  return found
end

local function pack_value(value, name, place)
  local ok, what, path = wire.check(value)
  if ok then
    return { kind = "value", value = value }
  end
  error(("%s: upvalue %q%s is %s, which cannot be shipped to a thread%s"):format(
    place, name, path, what, HINTS[what] or ""), 0)
end

local function pack_upvalue(fn, name, value, place)
  if name == "_ENV" or rawequal(value, _G) then
    return { kind = "globals" }
  elseif rawequal(value, fn) then
    return { kind = "self" }
  end
  local module = is_reference(value) and module_of(value)
  if module then
    return { kind = "module", module = module }
  end
  return pack_value(value, name, place)
end

--- Make plain data of a Lua function. Upvalues of plain data are copied when the data
-- crosses, globals become those of the receiver, modules are loaded there again, and a
-- function may call itself. Raises, naming the upvalue, when there is anything else.
-- @tparam function fn
-- @string[opt="job"] role what the function is called in errors
-- @treturn table to be given to `unpack`
function ship.pack(fn, role)
  role = role or "job"
  if debug.getinfo(fn, "S").what == "C" then
    error(role .. " is a C function, which cannot be shipped to a thread; "
      .. "call it from a Lua function", 0)
  end
  local place, upvalues = place_of(fn, role), {}
  for i = 1, debug.getinfo(fn, "u").nups do
    local name, value = debug.getupvalue(fn, i)
    upvalues[i] = pack_upvalue(fn, name, value, place)
  end
  return { place = place, code = string.dump(fn), upvalues = upvalues }
end

local function load_module(name, place)
  local ok, module = pcall(require, name)
  if not ok then
    error(("%s: %s"):format(place, module), 0)
  end
  return module
end

local UNPACK = {
  globals = function() return _G end,
  module = function(upvalue, _, place)
    return load_module(upvalue.module, place)
  end,
  self = function(_, fn) return fn end,
  value = function(upvalue) return upvalue.value end,
}

--- The function that `pack` was given, in this Lua state. Raises when one of its
-- modules cannot be loaded here.
-- @tparam table packed
-- @treturn function
function ship.unpack(packed)
  local fn = assert(load(packed.code, packed.place, "b"))
  for i, upvalue in ipairs(packed.upvalues) do
    debug.setupvalue(fn, i, UNPACK[upvalue.kind](upvalue, fn, packed.place))
  end
  return fn
end

return ship
