--- The same commands from Ansible, as more rows of the bench: a call of a module for
-- each device, with so many forks, and one call for all devices. Measured is all of
-- ansible-playbook, from its start to its end, as a person waits for it.
-- @module moonwire.bench.ansible
local json = require "moonwire.report.json"
local measure = require "moonwire.bench.measure"
local process = require "moonwire.bench.process"
local progress = require "moonwire.report.progress"
local scratch = require "moonwire.scratch"
local uv = require "luv"

local ansible = {}

local PASSWORD = "admin" -- of every simulated device
local MODULES = "/scripts/ansible/plugins/modules" -- beside our Lua files

local EACH = "{{ device }}"
local ALL = "{{ ansible_play_hosts | map('extract', hostvars, 'device') | list }}"

--- The rows, in the order of the table: `mode` (the row's name), `module`, `forks`,
-- `is_once` (one call for all devices).
ansible.rows = {
  { mode = "ansible-sync-1", module = "sync_netmiko_module", forks = 1 },
  { mode = "ansible-sync-5", module = "sync_netmiko_module", forks = 5 },
  { mode = "ansible-sync-10", module = "sync_netmiko_module", forks = 10 },
  { mode = "ansible-async-1", module = "async_netmiko_module", forks = 1 },
  { mode = "ansible-async-5", module = "async_netmiko_module", forks = 5 },
  { mode = "ansible-async-10", module = "async_netmiko_module", forks = 10 },
  { mode = "ansible-once", module = "moonwire", forks = 1, is_once = true },
}

local function write(path, value)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(json.encode(value))) -- JSON is YAML
end

local function inventory_of(devices)
  local hosts = {}
  for _, device in ipairs(devices) do
    hosts[device.name] = {
      device = {
        name = device.name,
        host = device.host,
        port = device.port,
        username = device.username,
        password = PASSWORD,
        device_type = device.device_type,
        host_key = device.host_key,
      },
    }
  end
  return {
    all = {
      hosts = hosts,
      vars = {
        ansible_connection = "local",
        ansible_moonwire_interpreter = uv.exepath(),
      },
    },
  }
end

local function play_of(row, commands)
  local arguments = { commands = commands }
  arguments[row.is_once and "devices" or "device"] = row.is_once and ALL or EACH
  local task = { [row.module] = arguments, run_once = row.is_once }
  return { { hosts = "all", gather_facts = false, tasks = { task } } }
end

local function modules_folder()
  local here = assert(package.searchpath("moonwire.bench.ansible", package.path))
  return here:match "^(.*)/lua/moonwire/" .. MODULES
end

-- the last line is the CPU of all that the shell has run
local SCRIPT = [["$@"; status=$?; times; exit $status]]

local function command_line(row, folder)
  return {
    "env", "ANSIBLE_HOME=" .. folder, "ANSIBLE_LOCAL_TEMP=" .. folder .. "/local",
    "ANSIBLE_REMOTE_TEMP=" .. folder .. "/remote",
    "ANSIBLE_CONFIG=" .. folder .. "/ansible.cfg",
    "ANSIBLE_LIBRARY=" .. modules_folder(), "ANSIBLE_STDOUT_CALLBACK=json",
    "LC_ALL=C.UTF-8", "bash", "-c", SCRIPT, "bash",
    "ansible-playbook", "-i", folder .. "/hosts.json",
    "--forks", tostring(row.forks), ("%s/%s.json"):format(folder, row.mode),
  }
end

local function cpu_of(text)
  local seconds = 0
  local line = text:match "\n(%d+m[^\n]*)\n$" or ""
  for minutes, rest in line:gmatch "(%d+)m([%d.]+)s" do
    seconds = seconds + minutes * 60 + rest
  end
  return seconds
end

-- What was said of the hosts: the object between what the program and the shell add.
local function hosts_of(text)
  local first, last = text:find "\n?{\n.*\n}\n"
  local document = first and json.decode(text:sub(first, last))
  local play = document and document.plays[1]
  local task = play and play.tasks[1]
  return task and task.hosts
end

local function complaint_in(answer)
  if not answer then
    return "Ansible said nothing of it"
  elseif answer.failed or answer.unreachable then
    return tostring(answer.msg)
  end
  return nil
end

local function output_in(answer)
  local connected = answer.content and answer.content.connected_devices[1]
  if not connected then
    return answer.output or {}
  end
  local lines = connected.output
  return { { command = lines[1] or "", output = table.concat(lines, "\n", 2) } }
end

local function result_of(device, answer)
  local complaint = complaint_in(answer)
  return {
    device = device.name,
    host = device.host,
    ok = complaint == nil,
    kind = complaint and "ansible" or nil,
    message = complaint,
    output = answer and output_in(answer) or {},
  }
end

-- The one answer for all devices, taken apart.
local function answers_of(hosts, row)
  if not row.is_once then
    return hosts
  end
  local answers = {}
  local _, only = next(hosts)
  for _, entry in ipairs(only and only.results or {}) do
    answers[entry.device] = {
      failed = not entry.ok, msg = entry.message, output = entry.output,
    }
  end
  return answers
end

-- Nobody knows of a device before the playbook is over.
local function run_of(devices, hosts, row, seconds)
  local run = { results = {}, count = { ok = 0, failed = 0 }, max_rss_bytes = 0 }
  local answers = answers_of(hosts, row)
  for i, device in ipairs(devices) do
    local result = result_of(device, answers[device.name])
    result.index, result.elapsed = i, seconds
    run.results[i] = result
    local column = result.ok and "ok" or "failed"
    run.count[column] = run.count[column] + 1
  end
  return run
end

local function once(devices, row, folder, options)
  local bar <close> = progress.new {
    total = #devices, label = options.label, stream = options.stream,
  }
  local started = uv.hrtime()
  local text, status = process.run(command_line(row, folder))
  local seconds = (uv.hrtime() - started) / 1e9
  local hosts = text and hosts_of(text)
  if not hosts then
    error(("ansible-playbook did not do its work (%s)"):format(status), 0)
  end
  local run = run_of(devices, hosts, row, seconds)
  run.seconds, run.cpu_seconds, run.peak_sessions = seconds, cpu_of(text), 0
  for _, result in ipairs(run.results) do
    bar:step(result.ok)
  end
  return run
end

-- Of these, nothing is known here.
local function forget(made)
  made.phases = {}
  made.peak_sessions, made.threads, made.max_rss_bytes = nil, nil, nil
  return made
end

--- Whether there is an Ansible.
-- @treturn boolean
function ansible.is_there()
  local _, status = process.run { "sh", "-c", "command -v ansible-playbook" }
  return status == 0
end

local function rows_of(name)
  local rows = {}
  for _, row in ipairs(ansible.rows) do
    rows[#rows + 1] = (not name or row.mode == name) and row or nil
  end
  return rows
end

--- Measure the rows, their runs taken in turns.
-- @tparam table devices of a lab
-- @tparam table options `commands`, `runs`, `stream` (for the progress), `only` (the
-- name of one row)
-- @treturn table list of rows as `moonwire.bench.measure` makes them, without
-- `peak_sessions`, `threads`, `max_rss_bytes` and phases; raises when Ansible does not
-- do its work
function ansible.measure(devices, options)
  local folder <close> = scratch.folder()
  write(folder.path .. "/hosts.json", inventory_of(devices))
  assert(io.open(folder.path .. "/ansible.cfg", "w")):close() -- not this user's own
  local runs, rows = {}, rows_of(options.only)
  for i = 1, options.runs do
    for _, row in ipairs(rows) do
      local path = ("%s/%s.json"):format(folder.path, row.mode)
      write(path, play_of(row, options.commands))
      runs[row.mode] = runs[row.mode] or {}
      options.label = ("%-16s %d/%d"):format(row.mode, i, options.runs)
      table.insert(runs[row.mode], once(devices, row, folder.path, options))
    end
  end
  local made = {}
  for i, row in ipairs(rows) do
    made[i] = forget(measure.row(row.mode, runs[row.mode], options.commands))
  end
  return made
end

return ansible
