--- `moonwire bench`: the options. What they do is in `moonwire.bench`.
-- @module moonwire.cli.bench
local argparse = require "argparse"

local duration = require "moonwire.duration"
local size = require "moonwire.size"
local whole = require "moonwire.cli.whole"

local bench = { summary = "measure the modes side by side, on devices or a lab" }

local MODES = { sync = true, threads = true, nonblocking = true, hybrid = true }
local MODE_NAMES = { "sync", "threads", "nonblocking", "hybrid" }
local DEFAULT_RUNS = 3
local DEFAULT_P99 = 2 -- seconds
local DEFAULT_FOLDER = "outputs"

local DESCRIPTION = [[
Runs the same commands on the same devices in every mode and compares: how long it took
(median and spread of several runs taken in turns), how many sessions were open at once,
what it cost in CPU and memory, and what failed. Without -i it starts a lab of simulated
devices as a child process: five of them, 150 ms away, thinking 200 ms about a command.
The table is printed; <mode>.log, bench.json and bench.svg go to the output folder.]]

local function modes(name)
  return function(text)
    local list = {}
    for mode in text:gmatch "[^,]+" do
      if not MODES[mode] then
        local known = table.concat(MODE_NAMES, ", ")
        local message = "%s: there is no mode '%s'; there are %s"
        return nil, message:format(name, mode, known)
      end
      list[#list + 1] = mode
    end
    if #list == 0 then
      return nil, name .. ": name at least one mode"
    end
    return list
  end
end

local function one_of_profiles(name)
  return function(text)
    local names = require("moonwire.bench.profile").names
    for _, known in ipairs(names) do
      if text == known then
        return text
      end
    end
    return nil, ("%s: there are %s"):format(name, table.concat(names, " and "))
  end
end

local function earlier(name)
  return function(path)
    local subject, message = require("moonwire.report.run.source").read(path)
    return subject, message and ("%s: %s"):format(name, message)
  end
end

local function knob(name)
  return function(text)
    local read, message = require("moonwire.bench.sweep").read(text)
    return read, message and ("%s: %s"):format(name, message)
  end
end

-- name, what follows it, what it is for, and who reads it
local OPTIONS = {
  { "-i --inventory", "FILE", "Measure on the devices of this file." },
  { "--lab", "N", "How many simulated devices (5).", whole },
  {
    "--platform",
    "NAME",
    "What they are (cisco_ios); mixed: every platform in turn, each asked in its own "
      .. "words, and a table by platform.",
  },
  {
    "--mode",
    "MODES",
    "Modes to measure, with commas between (all four, but those that would take "
      .. "minutes).",
    modes,
  },
  { "--workers", "N", "Threads of mode threads (10) and hybrid (a core each).", whole },
  { "--limit", "N", "Sessions at once in nonblocking and hybrid (500).", whole },
  { "--command", "TEXT", "A command to run; may be repeated." },
  { "--runs", "N", "Runs of each mode (3).", whole },
  { "--rtt", "TIME", "Round-trip time of the lab (150ms).", duration.option },
  { "--think", "TIME", "How long the lab's devices think (200ms).", duration.option },
  { "--dwell", "TIME", "How long sessions stay open after it (0).", duration.option },
  {
    "--profile",
    "NAME",
    "Circumstances by name: lab, or cloud, where a login takes 2.5 s more; prints ours "
      .. "beside the published figures.",
    one_of_profiles,
  },
  { "--warm", nil, "Also measure a second pass over sessions still open." },
  {
    "--ansible",
    nil,
    "Also measure the same from Ansible: both modules of old with 1, 5 and 10 forks, "
      .. "and one call for all devices.",
  },
  {
    "--scale",
    nil,
    "Measure growth instead: 100 to 19,000 devices, beside a bare C client; writes "
      .. "scale.json and scale.svg.",
  },
  {
    "--sweep",
    "KNOB=N,N",
    "Measure one mode with other numbers instead: workers=1,3 or limit=1..64, where a "
      .. "range doubles; writes sweep.json and sweep.svg.",
    knob,
  },
  {
    "--ramp",
    nil,
    "Search the largest number of sessions at once with no failure and 99 of 100 of "
      .. "them within --p99 instead; writes ramp.json and ramp.svg.",
  },
  {
    "--compare",
    "FILE",
    "Also put an earlier run's bench.json beside this one, and a bare C client.",
    earlier,
  },
  { "--p99", "TIME", "The bound of --ramp (2s).", duration.option },
  {
    "--stream",
    "SIZE",
    "Measure one long output instead, such as 100M: into a file, line by line, and "
      .. "through the system's ssh; writes stream.json.",
    size.option,
  },
  {
    "--http",
    nil,
    "Measure the front doors instead: HTTP beside a run and beside slow clients, warm "
      .. "sessions, one call from Ansible; writes http.json.",
  },
  {
    "--host-keys",
    nil,
    "Measure the look-up of one of 100,000 host keys instead.",
  },
  {
    "--loading",
    "N",
    "Measure instead how long inventories of so many devices take to load, in each "
      .. "language; writes loading.json.",
    whole,
  },
  {
    "--json",
    "FILE",
    "Also write the JSON here; - is standard output, and all else goes to standard "
      .. "error.",
  },
  { "--output", "DIR", "Folder for the files (outputs)." },
  {
    "--record",
    "DIR",
    "All that is said with each device into a file here, without secrets.",
  },
  {
    "--no-recorder",
    nil,
    "Leave no recording of devices that fail (in outputs/recordings).",
  },
}

local function add_option(parser, names, argname, doc, reader)
  if not argname then
    parser:flag(names, doc)
    return
  end
  local option = parser:option(names, doc):argname(argname)
  if reader then
    option:convert(reader(names))
  end
  if names == "--command" then
    option:count "*"
  end
end

local function new_parser()
  local parser = argparse("moonwire bench", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(32)
  parser:flag("-h --help", "Show this text.")
  for _, option in ipairs(OPTIONS) do
    add_option(parser, table.unpack(option, 1, 4))
  end
  parser:option("--client"):hidden(true) -- one pinned measurement, for --scale
  return parser
end

--- The options as argparse knows them: for completion and manual pages.
function bench.parser()
  return (new_parser())
end

local OF_LAB = {
  "lab", "platform", "rtt", "think", "profile", "ansible", "scale", "stream",
  "loading", "http",
}

-- What is measured instead of the modes: one thing at a time.
local KINDS = {
  "ansible", "sweep", "ramp", "scale", "stream", "host_keys", "loading", "http",
}

local function two_benches(given)
  local kind
  for _, name in ipairs(KINDS) do
    if given[name] and kind then
      return ("--%s and --%s are two benches"):format(kind, name:gsub("_", "-"))
    end
    kind = given[name] and name:gsub("_", "-") or kind
  end
  return kind and given.compare and ("--compare is for modes, and --%s measures none")
    :format(kind)
end

-- What cannot go together, or nil.
local function contradiction(given)
  for _, name in ipairs(given.inventory and OF_LAB or {}) do
    if given[name] then
      return ("-i brings its own devices: leave out --%s"):format(name)
    end
  end
  if given.p99 and not given.ramp then
    return "--p99 is the bound of --ramp"
  end
  return two_benches(given)
end

-- Where sessions at once are what it is about, the devices are near and as many as it
-- takes, unless a profile is named.
local function circumstances(given)
  local profile = require "moonwire.bench.profile"
  if given.profile or not (given.sweep or given.ramp) then
    return profile.profiles[given.profile or "lab"].lab
  end
  return profile.near(given.sweep and math.max(table.unpack(given.sweep.values)))
end

local function lab_of(given)
  local lab = {}
  for name, value in pairs(circumstances(given)) do
    lab[name] = value
  end
  lab.devices = given.lab or lab.devices
  lab.platform = given.platform
  lab.rtt = given.rtt or lab.rtt
  lab.think = given.think or lab.think
  return lab
end

local function recordings_of(given)
  return not given.no_recorder and (given.output or DEFAULT_FOLDER) .. "/recordings"
end

local function options_of(given)
  return {
    source = given.inventory or { lab = lab_of(given) },
    modes = given.mode,
    workers = given.workers,
    limit = given.limit,
    commands = #given.command > 0 and given.command or nil,
    runs = given.runs or DEFAULT_RUNS,
    dwell = given.dwell,
    profile = given.profile,
    warm = given.warm or given.profile == "cloud",
    earlier = given.compare,
    ansible = given.ansible,
    sweep = given.sweep,
    ramp = given.ramp and (given.p99 or DEFAULT_P99),
    json = given.json,
    output = given.output or DEFAULT_FOLDER,
    record = given.record,
    recorder = recordings_of(given),
  }
end

local STREAMS = { out = io.stdout, log = io.stderr }

local function refuse(parser, message)
  io.stderr:write(parser:get_usage(), "\nmoonwire bench: ", message, "\n")
  return 2
end

-- The modes, or one of them with a number that changes.
local function run_fleet(parser, given)
  local options = options_of(given)
  local name = given.sweep and given.sweep.name or given.ramp and "limit"
  if name then
    local mode, message = require("moonwire.bench.sweep").mode(name, given.mode)
    if not mode then
      return refuse(parser, message)
    end
    options.mode = mode
  end
  return require("moonwire.bench").run(options, STREAMS)
end

-- Those that are about so much of something; each a module of its name.
local OF_A_NUMBER = { "stream", "loading" }

--- Run the bench.
-- @tparam {string,...} words the command line
-- @treturn int exit status: 0 only when no device failed; 2 for a wrong command line
function bench.run(words)
  local parser = new_parser()
  local ok, given = parser:pparse(words)
  if not ok then
    return refuse(parser, given)
  elseif given.help then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  elseif given.host_keys then
    return require("moonwire.bench.hostkeys").run(STREAMS)
  elseif given.client then
    return require("moonwire.bench.client").run(given.client, STREAMS)
  end
  local message = contradiction(given)
  if message then
    return refuse(parser, message)
  end
  for _, name in ipairs(OF_A_NUMBER) do
    if given[name] then
      local kind = require("moonwire.bench." .. name)
      return kind.run(given[name], options_of(given), STREAMS)
    end
  end
  for _, name in ipairs { "scale", "http" } do
    if given[name] then
      return require("moonwire.bench." .. name).run(options_of(given), STREAMS)
    end
  end
  return run_fleet(parser, given)
end

return bench
