--- The module for playbooks of today: commands or configuration, on one device or on
-- many at once.
-- @module moonwire.ansible.network
local devices = require "moonwire.ansible.devices"
local fleet = require "moonwire.fleet"
local set = require "moonwire.set"

local network = { name = "moonwire", has_check_mode = true, secrets = devices.schema }

network.schema = {
  { name = "devices", type = "list" },
  { name = "commands", type = "strings" },
  { name = "config", type = "lines" },
  {
    name = "mode",
    type = "str",
    default = "nonblocking",
    choices = { "nonblocking", "hybrid", "threads", "sync" },
  },
  { name = "limit", type = "int" },
  { name = "workers", type = "int" },
  { name = "save", type = "bool", default = false },
  { name = "allow", type = "strings" },
  { name = "large", type = "bool", default = false },
  { name = "always_ok", type = "bool", default = false },
}

local is_of_device = {}
for _, field in ipairs(devices.schema) do
  network.schema[#network.schema + 1] = field
  is_of_device[field.name] = true
end

local function failed(message)
  return { failed = true, changed = false, msg = message }
end

-- Of two arguments, one must be given.
local function either(arguments, one, other)
  if arguments[one] and arguments[other] then
    return ("%s and %s: give one of them"):format(one, other)
  elseif not (arguments[one] or arguments[other]) then
    return ("missing required arguments: %s or %s"):format(one, other)
  end
  return nil
end

local function check(arguments)
  local complaint = either(arguments, "host", "devices")
    or either(arguments, "commands", "config")
  if complaint then
    return complaint
  elseif #(arguments.commands or arguments.config) == 0 then
    return "there is nothing to send: commands or config is empty"
  elseif arguments.devices and #arguments.devices == 0 then
    return "devices: there is none"
  end
  for _, name in ipairs { "limit", "workers" } do
    if arguments[name] and arguments[name] < 1 then
      return name .. ": must be at least 1"
    end
  end
  return nil
end

local function device_fields(arguments)
  local fields = {}
  for name, value in pairs(arguments) do
    if is_of_device[name] then
      fields[name] = value
    end
  end
  return fields
end

local function load_devices(arguments)
  local fields = device_fields(arguments)
  local list = arguments.devices
  if not list then
    list = { fields.host }
    fields.host = nil
  end
  return devices.load(list, fields)
end

-- Jobs may run in another thread: they hold plain data only.
local function commands_job(commands, is_check)
  return function(session)
    local platforms = require "moonwire.platform"
    local wanted, left_out = {}, {}
    for _, command in ipairs(commands) do
      local is_free = platforms.is_read_only(session.platform, command)
      table.insert((is_free or not is_check) and wanted or left_out, command)
    end
    local answers, message, kind = session:send_commands(wanted)
    if not answers then
      return nil, message, kind
    end
    return { changed = false, left_out = left_out }
  end
end

local function config_job(plan)
  return function(session)
    return require("moonwire.ansible.change").run(session, plan)
  end
end

local function job_of(arguments, how)
  if arguments.commands then
    return commands_job(arguments.commands, how.is_check)
  end
  return config_job {
    lines = arguments.config,
    is_check = how.is_check,
    save = arguments.save,
    large = arguments.large,
    allow = set.of(arguments.allow or {}),
  }
end

local function output_of(result)
  local output = {}
  for i, answer in ipairs(result.output or {}) do
    output[i] = { command = answer.command, output = answer.output }
  end
  return output
end

local function entry_of(result, has_commands)
  local value = type(result.value) == "table" and result.value or {}
  local failure = value.failure or not result.ok and result or {}
  return {
    device = result.device,
    host = result.host,
    ok = failure.message == nil,
    changed = value.changed == true,
    applied = value.applied,
    output = has_commands and output_of(result) or nil,
    kind = failure.kind,
    message = failure.message,
    phase = result.phase,
    elapsed = result.elapsed,
  }
end

local function diff_of(result)
  local value = result.value
  if type(value) ~= "table" or not value.changed then
    return nil
  elseif value.diff then
    return { prepared = ("%s:\n%s"):format(result.device, value.diff) }
  elseif not value.before then
    return nil
  end
  return {
    before = value.before,
    after = value.after,
    before_header = result.device,
    after_header = result.device,
  }
end

local function warnings_of(run)
  local warnings = {}
  for _, result in ipairs(run.results) do
    local value = type(result.value) == "table" and result.value or {}
    if #(value.left_out or {}) > 0 then
      local words = "check mode: not sent to %s, as it may not only read: %s"
      table.insert(warnings, words:format(
        result.device, table.concat(value.left_out, "; ")
      ))
    end
  end
  return warnings
end

local function message_of(entries, count)
  if count.failed == 0 then
    return ("%d devices: all well"):format(count.ok)
  elseif #entries == 1 then
    return entries[1].message
  end
  local lines = {}
  for _, entry in ipairs(entries) do
    lines[#lines + 1] = not entry.ok and entry.message or nil
  end
  return ("%d of %d devices failed: "):format(count.failed, #entries)
    .. table.concat(lines, "; ")
end

local function collect(run, has_commands)
  local entries, diffs = {}, {}
  local count, changed = { ok = 0, failed = 0 }, false
  for i, result in ipairs(run.results) do
    local entry = entry_of(result, has_commands)
    entries[i] = entry
    local column = entry.ok and "ok" or "failed"
    count[column] = count[column] + 1
    changed = changed or entry.changed
    diffs[#diffs + 1] = diff_of(result)
  end
  return {
    results = entries,
    count = count,
    changed = changed,
    diff = diffs,
    msg = message_of(entries, count),
    seconds = run.seconds,
    mode = run.mode,
    peak_sessions = run.peak_sessions,
    warnings = warnings_of(run),
  }
end

-- Of one device, also what other modules for networks give.
local function add_stdout(answer)
  local entry = answer.results[1]
  answer.stdout, answer.stdout_lines = {}, {}
  for i, given in ipairs(entry.output) do
    local lines = {}
    for line in (given.output .. "\n"):gmatch "([^\n]*)\n" do
      lines[#lines + 1] = line
    end
    answer.stdout[i], answer.stdout_lines[i] = given.output, lines
  end
end

--- Answer a call.
-- @tparam table arguments
-- @tparam table how `is_check`, `wants_diff`
-- @treturn table
function network.run(arguments, how)
  local complaint = check(arguments)
  if complaint then
    return failed(complaint)
  end
  local loaded <close>, message = load_devices(arguments)
  if not loaded then
    return failed(message)
  end
  local run = fleet.run(loaded, {
    mode = arguments.mode,
    limit = arguments.limit,
    workers = arguments.workers,
    job = job_of(arguments, how),
  })
  local answer = collect(run, arguments.commands ~= nil)
  answer.failed = answer.count.failed > 0 and not arguments.always_ok
  answer.diff = how.wants_diff and answer.diff or nil
  if arguments.host and arguments.commands then
    add_stdout(answer)
  end
  return answer
end

return network
