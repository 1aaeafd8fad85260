--- The modules that playbooks written for the system before this one call: one device,
-- some commands, and the transcript as lines. They share everything but their names and
-- who runs the loop. A device that fails is a task that fails, unless the playbook asks
-- for what it was used to.
-- @module moonwire.ansible.netmiko
local devices = require "moonwire.ansible.devices"
local fleet = require "moonwire.fleet"
local time = require "moonwire.report.time"
local transcript = require "moonwire.report.transcript"

local netmiko = {}

local SCHEMA = {
  { name = "device", type = "dict", is_required = true },
  { name = "commands", type = "strings", is_required = true },
  { name = "always_ok", type = "bool", default = false },
}

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

local function content_of(run)
  local connected, unconnected = {}, {}
  for _, result in ipairs(run.results) do
    if result.ok then
      local output = lines_of(transcript.device(result))
      connected[#connected + 1] = { host = result.host, output = output }
    else
      local message = "Error connecting to %s: %s"
      unconnected[#unconnected + 1] = {
        host = result.host,
        output = message:format(result.host, result.message),
        kind = result.kind,
      }
    end
  end
  return {
    connected_devices = connected,
    unconnected_devices = unconnected,
    time = { result = "Tiempo host: " .. time.text(run.seconds) },
  }
end

local function run_on(one, commands, mode)
  return fleet.run(one, {
    mode = mode,
    job = function(session)
      local answers, message, kind = session:send_commands(commands)
      return answers and #answers, message, kind
    end,
  })
end

local function answer(run, title, always_ok)
  local content = content_of(run)
  local has_failed = not run.ok and not always_ok
  local message = title .. " Netmiko module run successfully"
  return {
    changed = false,
    failed = has_failed,
    msg = has_failed and content.unconnected_devices[1].output or message,
    content = content,
  }
end

--- One of the two.
-- @string title "Sync" or "Async"
-- @string mode of `moonwire.fleet`
-- @treturn table for `moonwire.ansible.main`
function netmiko.module(title, mode)
  return {
    name = title:lower() .. "_netmiko_module",
    schema = SCHEMA,
    secrets = devices.schema,
    run = function(arguments)
      local one <close>, complaint = devices.load { arguments.device }
      if not one then
        local message = "device: " .. complaint:gsub("devices%[0%]%.?", "")
        return { failed = true, changed = false, msg = message }
      end
      local run = run_on(one, arguments.commands, mode)
      return answer(run, title, arguments.always_ok)
    end,
  }
end

return netmiko
