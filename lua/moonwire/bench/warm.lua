--- The second pass: commands over sessions that are open already.
-- What a login costs is paid; a pass takes one round trip and what the devices think.
-- @module moonwire.bench.warm
local host = require "host.task"
local measure = require "moonwire.bench.measure"
local session = require "moonwire.session"
local task = require "moonwire.task"
local usage = require "moonwire.bench.usage"

local warm = {}

local LIMIT = 500 -- logins at once

local function commands_of(device, options)
  local own = options.by_platform and options.by_platform[device.device_type]
  return own or options.commands
end

local function new_result(device, index)
  return {
    device = device.name or device.host,
    host = device.host,
    index = index,
    ok = false,
    phases = {},
    elapsed = 0,
  }
end

local function fail(result, message, kind, phase)
  result.message, result.kind, result.phase = message, kind, phase
  return result
end

-- The first pass: log in, and run the commands once.
local function open_all(devices, options)
  return task.map(devices, options.limit or LIMIT, function(device)
    local opened, message, kind, detail = session.open(device, { lazy = true })
    if not opened then
      return { message = message, kind = kind, phase = detail and detail.phase }
    end
    local answers
    answers, message, kind = opened:send_commands(commands_of(device, options))
    if not answers then
      opened:disconnect()
      return { message = message, kind = kind, phase = opened.phase }
    end
    return { session = opened }
  end)
end

local function ask_again(entry, result, commands)
  if not entry.session then
    return fail(result, entry.message, entry.kind, entry.phase)
  end
  local started = host.now()
  local answers, message, kind, partial = entry.session:send_commands(commands)
  result.elapsed = host.now() - started
  result.output = answers or partial
  if not answers then
    return fail(result, message, kind, "command")
  end
  result.ok = true
  return result
end

local function pass(devices, entries, options)
  collectgarbage()
  usage.forget_peak()
  local before, started = usage.now().cpu_seconds, host.now()
  local count = { ok = 0, failed = 0 }
  local results = task.map(entries, math.max(#entries, 1), function(entry, index)
    local device = devices[index]
    local commands = commands_of(device, options)
    local result = ask_again(entry, new_result(device, index), commands)
    local column = result.ok and "ok" or "failed"
    count[column] = count[column] + 1
    return result
  end)
  local after = usage.now()
  return {
    mode = "warm",
    results = results,
    count = count,
    ok = count.failed == 0,
    seconds = host.now() - started,
    peak_sessions = count.ok,
    threads = 1,
    cpu_seconds = after.cpu_seconds - before,
    max_rss_bytes = after.max_rss_bytes,
  }
end

local CloseAll = {
  __close = function(entries)
    for _, entry in ipairs(entries) do
      if entry.session then
        entry.session:disconnect()
      end
    end
  end,
}

--- Log in everywhere, run the commands once, and measure them once more.
-- @tparam table devices
-- @tparam table options `commands`, `by_platform`, `runs` (how many passes), `limit`
-- (logins at once)
-- @treturn table a row as of `moonwire.bench.measure`, of the mode "warm"
function warm.measure(devices, options)
  local opened = open_all(devices, options)
  local entries <close> = setmetatable(opened, CloseAll)
  local runs = {}
  for i = 1, options.runs do
    runs[i] = pass(devices, entries, options)
  end
  return measure.row("warm", runs, options.commands)
end

return warm
