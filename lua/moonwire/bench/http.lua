--- What the front doors cost: `GET /health` beside a run, beside slow clients, warm
-- sessions, and one call from Ansible. wrk and slowhttptest make the load.
-- @module moonwire.bench.http
local ansible = require "moonwire.bench.ansible"
local goal = require "moonwire.bench.goal"
local growth = require "moonwire.bench.growth"
local json = require "moonwire.report.json"
local output = require "moonwire.bench.output"
local process = require "moonwire.bench.process"
local served = require "moonwire.bench.served"
local session = require "moonwire.session"
local statistics = require "moonwire.report.statistics"
local task = require "moonwire.task"
local uv = require "luv"

local http = {}

local RATE = 1250 -- requests a second that are tried
local DEVICES, SLOW = 1000, 1000
local ROUNDS = 3
local PAIRS = 8 -- of a run without requests and one with them
local FAR = { rtt = 0.05, think = 0.2 } -- seconds
local COMMANDS = 10 -- of a run
local TRIPS = 1000 -- warm commands
local OF_ANSIBLE = 40 -- devices
local SLOW_SECONDS = 12

local function lab_of(devices, far)
  local away = far and FAR or {}
  return { devices = devices, rtt = away.rtt, think = away.think }
end

local function times(command, count)
  local list = {}
  for i = 1, count do
    list[i] = command
  end
  return list
end

local function median(list, name)
  local values = {}
  for i, one in ipairs(list) do
    values[i] = name and one[name] or one
  end
  return statistics.median(values)
end

local function sum(list, name)
  local total = 0
  for _, one in ipairs(list) do
    total = total + one[name]
  end
  return total
end

-- By how many per cent the second of a pair is above the first, at the median.
local function above(alone, beside, name)
  local list = {}
  for i, one in ipairs(alone) do
    list[i] = (beside[i][name] / one[name] - 1) * 100
  end
  return median(list)
end

-- The same run without requests and with them, in pairs that begin with the one and
-- with the other by turns: a machine that grows slower meanwhile favours neither.
local function beside_a_run(far)
  local server <close> = served.open(lab_of(DEVICES, far), {
    is_cold = true, is_apart = true,
  })
  local commands = times("show version", COMMANDS)
  server:run(commands) -- host names, files and memory are there from here on
  local alone, beside, asked = {}, {}, {}
  for i = 1, PAIRS do
    if i % 2 == 1 then
      alone[i] = server:run(commands)
    end
    asked[i], beside[i] = server:ask_beside(RATE, server.run, server, commands)
    alone[i] = alone[i] or server:run(commands)
  end
  return {
    alone = median(alone, "seconds"), beside = median(beside, "seconds"),
    cpu_alone = median(alone, "cpu_seconds"),
    slower = above(alone, beside, "seconds"),
    more_cpu = above(alone, beside, "cpu_seconds"),
    rate = median(asked, "rate"), p99 = median(asked, "p99"),
    failed = sum(alone, "failed") + sum(beside, "failed") + sum(asked, "errors"),
  }
end

local function beside_slow_clients()
  local server <close> = served.open(lab_of(1))
  local calm, slow = {}, {}
  server:ask(RATE, 1)
  for i = 1, ROUNDS do
    calm[i] = server:ask(RATE, 5)
    task.group(function(group)
      group:spawn(server.be_slow, server, SLOW, SLOW_SECONDS)
      task.sleep(2) -- for them to be there
      slow[i] = server:ask(RATE, 5)
    end)
  end
  return {
    calm = median(calm, "p99"), slow = median(slow, "p99"), rate = median(slow, "rate"),
    failed = sum(calm, "errors") + sum(slow, "errors"),
  }
end

local function one_trip(opened)
  local began = uv.hrtime()
  assert(opened:send_command "show clock")
  return (uv.hrtime() - began) / 1e9
end

-- Its own round trip and a warm one, by turns.
local function warm_command()
  local server <close> = served.open(lab_of(1))
  local device = server.devices[1]
  local direct <close> = assert(session.open(device, { via = false }))
  local warm <close> = assert(session.open(device, { via = server.socket }))
  local own, lent, borrowed = {}, {}, {}
  for i = 1, TRIPS do
    own[i], lent[i] = one_trip(direct), one_trip(warm)
  end
  warm:disconnect()
  for i = 1, TRIPS // 10 do
    task.sleep(0.002) -- it comes home
    local began = uv.hrtime()
    local again <close> = assert(session.open(device, { via = server.socket }))
    one_trip(again)
    borrowed[i] = (uv.hrtime() - began) / 1e9
  end
  return {
    own = median(own), lent = median(lent), borrowed = median(borrowed), failed = 0,
  }
end

local function visit(device, path)
  local opened = session.open(device, { via = path })
  local ok = opened and opened:send_command "show version"
  if opened then
    opened:disconnect()
  end
  return ok ~= nil and ok ~= false
end

local function warm_memory()
  local server <close> = served.open(lab_of(DEVICES))
  visit(server.devices[1], server.socket) -- what it loads for the first is not theirs
  local before = server:usage().rss_bytes
  local failed = 0
  local answers = task.map(server.devices.devices, 200, function(device)
    return visit(device, server.socket)
  end)
  for i = 1, DEVICES do
    failed = failed + (answers[i] and 0 or 1)
  end
  task.sleep(1) -- the last ones come home
  return { bytes = server:usage().rss_bytes - before, failed = failed }
end

local function timed(fn, ...)
  local began = uv.hrtime()
  local failed = fn(...)
  return { seconds = (uv.hrtime() - began) / 1e9, failed = failed }
end

local function send(server, commands)
  local _, status = process.run {
    uv.exepath(), "send", "-q", "--format", "json", "-i", server.inventory, "--runs",
    server.folder .. "/runs", table.unpack(commands),
  }
  return status
end

-- One call for all devices, the same without Ansible, and a call that has little to do.
local function from_ansible(log)
  if not ansible.is_there() then
    return { problem = "there is no Ansible" }
  end
  local commands = times("show version", COMMANDS)
  local far <close> = served.open(lab_of(OF_ANSIBLE, true))
  local near <close> = served.open(lab_of(1))
  local function call(devices)
    local row = ansible.measure(devices, {
      commands = commands, runs = 1, only = "ansible-once", stream = log,
    })[1]
    return { seconds = row.seconds, failed = row.failed }
  end
  local all, little, plain = {}, {}, {}
  for i = 1, ROUNDS do
    all[i], little[i] = call(far.devices), call(near.devices)
    plain[i] = timed(send, far, commands)
  end
  return {
    all = median(all, "seconds"), little = median(little, "seconds"),
    plain = median(plain, "seconds"),
    failed = sum(all, "failed") + sum(little, "failed") + sum(plain, "failed"),
  }
end

local PLAN = {
  {
    id = "run",
    title = "1,000 devices 50 ms away, with requests beside them",
    measure = function() return beside_a_run(true) end,
  },
  {
    id = "run-near",
    title = "1,000 devices nearby, with requests beside them",
    measure = function() return beside_a_run(false) end,
  },
  { id = "slow", title = "1,000 slow clients", measure = beside_slow_clients },
  { id = "warm", title = "warm commands", measure = warm_command },
  { id = "memory", title = "1,000 warm sessions", measure = warm_memory },
  { id = "ansible", title = "40 devices from Ansible", measure = from_ansible },
}

local function slower(figures)
  return figures.slower
end

local function p99_ms(figures)
  return figures.p99 * 1000
end

local function rate(figures)
  return figures.rate
end

http.goals = {
  { title = "GET /health beside 1,000 devices far away", unit = "requests/s",
    least = 1000, needs = { "run" }, value = rate },
  { title = "  … of 100, 99 within", unit = "ms", most = 20, needs = { "run" },
    value = p99_ms },
  { title = "  … how much slower the run is", unit = "%", most = 5, needs = { "run" },
    value = slower },
  { title = "GET /health beside 1,000 devices nearby", unit = "requests/s",
    least = 1000, needs = { "run-near" }, value = rate },
  { title = "  … of 100, 99 within", unit = "ms", most = 20, needs = { "run-near" },
    value = p99_ms },
  { title = "  … how much slower the run is", unit = "%", most = 5,
    needs = { "run-near" }, value = slower },
  { title = "  … how much more CPU the server spends, requests included", unit = "%",
    most = 5, needs = { "run-near" },
    value = function(figures) return figures.more_cpu end },
  { title = "1,000 slow clients: a good one's p99 beside that without", unit = "times",
    most = 2, needs = { "slow" },
    value = function(figures) return figures.slow / figures.calm end },
  { title = "a warm command above its own round trip", unit = "ms", most = 1,
    needs = { "warm" },
    value = function(figures) return (figures.lent - figures.own) * 1000 end },
  { title = "  … with borrowing the session first", unit = "ms", most = 1,
    needs = { "warm" },
    value = function(figures) return (figures.borrowed - figures.own) * 1000 end },
  { title = "1,000 warm sessions", unit = "MB", most = 30, needs = { "memory" },
    value = function(figures) return figures.bytes / 1e6 end },
  { title = "40 devices from Ansible: above send and one module start", unit = "%",
    most = 20, needs = { "ansible" },
    value = function(figures)
      return (figures.all / (figures.plain + figures.little) - 1) * 100
    end },
}

local function measure_all(wanted, log)
  local figures, failed = {}, 0
  for i, one in ipairs(PLAN) do
    if not wanted or wanted[one.id] then
      log:write(("%d/%d  %s\n"):format(i, #PLAN, one.title))
      log:flush()
      local ok, measured = pcall(one.measure, log)
      figures[one.id] = ok and measured or { problem = tostring(measured) }
      if figures[one.id].problem then
        log:write("     ", figures[one.id].problem, "\n")
      end
      failed = failed + (figures[one.id].problem and 1 or figures[one.id].failed)
    end
  end
  return figures, failed
end

local function missing()
  for _, name in ipairs { "wrk", "slowhttptest", "curl" } do
    local _, status = process.run { "sh", "-c", "command -v " .. name .. " >/dev/null" }
    if status ~= 0 then
      return name
    end
  end
end

--- Measure, print and write.
-- @tparam table options `output` (folder), `json` (a path, or "-")
-- @tparam table streams `out` (what was found) and `log` (progress and complaints)
-- @tparam[opt] table wanted a set of ids; all when left out
-- @treturn int exit status: 0 when nothing failed and all was written; a number that
-- was not reached is printed, and no failure
function http.run(options, streams, wanted)
  local files = output.new(options, streams)
  local name = missing()
  if name then
    streams.log:write(("moonwire bench: %s is missing: make bench-http\n"):format(name))
    return 2
  end
  local figures, failed = measure_all(wanted, streams.log)
  local judged = goal.judge(figures, http.goals)
  files.told:write("\n", growth.goals(judged))
  local text = json.encode { goals = judged, figures = figures }
  files:write_json("http.json", text)
  return (files.is_complete and failed == 0) and 0 or 1
end

return http
