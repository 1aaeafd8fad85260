--- For specs of faults: a device that commits one beside a device that commits none.
-- What the healthy one says meanwhile must be, byte for byte, what it says alone.
local assert = require "luassert"

local labs = require "spec.support.lab"
local sessions = require "moonwire.session"
local task = require "moonwire.task"

local support = {}

local HEALTHY = 2 -- its number
local COMMANDS = { "show version", "show vlan", "show running-config" }

local function outputs_of(device)
  local session <close> = assert(sessions.open(device))
  if device.device_type == "cisco_ios" then
    assert(session:enable())
  end
  local outputs = {}
  for i, answer in ipairs(assert(session:send_commands(COMMANDS))) do
    outputs[i] = answer.output
  end
  return outputs
end

local function with(options, faults, fn)
  local own = { devices = HEALTHY, faults = faults }
  for name, value in pairs(options or {}) do
    own[name] = value
  end
  labs.with_lab(own, fn)
end

-- What a device says in a lab where nothing is wrong.
local function outputs_without(options, index)
  local outputs
  with(options, {}, function(lab)
    outputs = outputs_of(labs.device(lab, index))
  end)
  return outputs
end

--- The output that the faulty device would give if nothing were wrong with it.
function support.expected(command, options)
  local output
  with(options, {}, function(lab)
    local session <close> = assert(sessions.open(labs.device(lab, 1)))
    output = assert(session:send_command(command))
  end)
  return output
end

--- Call `fn(device, simulated, lab)` with the faulty device. `given` is the name of a
-- fault, or a table with `name` and `seconds`.
function support.beside(given, fn, options)
  given = type(given) == "string" and { name = given } or given
  given.device = 1
  with(options, { given }, function(lab)
    local healthy
    task.group(function(group)
      group:spawn(function()
        healthy = outputs_of(labs.device(lab, HEALTHY))
      end)
      fn(labs.device(lab, 1), lab:device(1), lab)
    end)
    assert.same(outputs_without(options, HEALTHY), healthy)
  end)
end

--- The same with a session that is logged in to it; `options.session` are its options.
function support.session(given, fn, options)
  options = options or {}
  local how = options.session
  options.session = nil
  support.beside(given, function(device, simulated, lab)
    local session <close> = assert(sessions.open(device, how))
    fn(session, simulated, lab)
  end, options)
end

return support
