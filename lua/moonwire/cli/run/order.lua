--- The options of command lines that run something on a fleet, as one plain table: an
-- order, which is kept with the run so that the run can be resumed.
-- @module moonwire.cli.run.order
local duration = require "moonwire.duration"
local lfs = require "lfs"
local option = require "moonwire.cli.inventory_option"
local output = require "moonwire.report.output"
local uv = require "luv"
local wave = require "moonwire.fleet.wave"
local whole = require "moonwire.cli.whole"

local order = {}

local MODES = { "nonblocking", "hybrid", "threads", "sync" }

local function number(word)
  return function(text)
    local value = tonumber(text)
    if not value or value <= 0 then
      return nil, word .. " wants a number above 0"
    end
    return value
  end
end

local function read_limit(text)
  local label, most = text:match "^([%a_][%w_]*)=(%d+)$"
  most = math.tointeger(tonumber(most))
  if not most or most < 1 then
    return nil, "--at-once wants LABEL=N, such as site=50"
  end
  return { label = label, most = most }
end

--- A reader for an option that is a length of time, above zero.
-- @string word such as "--timeout"
-- @treturn function as argparse's `convert` wants it
function order.time(word)
  local read = duration.option(word)
  return function(text)
    local seconds, message = read(text)
    if seconds == 0 then
      return nil, word .. " wants a time above 0"
    end
    return seconds, message
  end
end

local function add_time(parser, word, about)
  parser:option(word, about):argname("<time>"):convert(order.time(word))
end

local function read_waves(text)
  local ends, message = wave.ends(text, 100)
  return ends and text, message and "--" .. message
end

local function read_amount(text)
  if not wave.amount(text, 100) then
    return nil, "--abort-after wants a number of devices, or a share such as 2%"
  end
  return text
end

local function add_speed(parser)
  parser:option("--mode", "Who runs the loop (nonblocking)."):choices(MODES)
  parser:option("--workers", "Threads, in modes that have them."):argname "<n>"
    :convert(whole("--workers", 1))
  parser:option("--sessions", "How many devices at once at most (500)."):argname "<n>"
    :convert(whole("--sessions", 1))
  parser:option("--at-once", "How many at once for each value of a label or field, "
    .. "such as site=50 or pair=1; may be repeated."):argname "<label=n>":count "*"
    :convert(read_limit)
  parser:option("--rate", "How many devices are begun in a second at most.")
    :argname "<n>":convert(number "--rate")
  parser:option("--jitter", "How far the time between two starts varies, 0 to 1.")
    :argname "<share>":convert(number "--jitter")
  parser:flag("--no-ramp", "Begin with as many at once as there may be.")
  parser:option("--retries", "Tries for a device that failed before its login (1).")
    :argname "<n>":convert(whole("--retries", 0))
end

local function add_ends(parser)
  parser:option("--waves", "A few devices first, such as '1,5%,rest': the next wave "
    .. "begins when no device of this one has failed."):argname "<waves>"
    :convert(read_waves)
  parser:option("--abort-after", "Begin nothing more when so many devices have failed, "
    .. "such as 10 or 2%."):argname "<n>":convert(read_amount)
  parser:option("--credential-failures", "Use no credential any more that so many "
    .. "devices in a row have refused (3); 0: go on."):argname "<n>"
    :convert(whole("--credential-failures", 0))
  add_time(parser, "--timeout", "For a command, such as 30s.")
  add_time(parser, "--device-timeout", "For all of a device.")
  add_time(parser, "--run-timeout", "For all of the run.")
end

local function add_output(parser)
  parser:option("--format", "How results are printed (text)."):choices(output.formats)
  parser:flag("--fold", "Print equal answers once, with the devices that gave them.")
  parser:flag("--textfsm", "Read answers by the templates of their commands.")
  parser:option("--output", "A file for each device into this folder.")
    :argname "<folder>"
  parser:option("--record", "All that is said with each device into a file here, "
    .. "without secrets."):argname "<folder>"
  parser:flag("--no-recorder", "Leave no recording of devices that fail.")
  parser:flag("-q --quiet", "No progress, no summary.")
  parser:flag("-v --verbose", "Say what happens; -vv: more of it.")
    :count("0-2"):target "verbose"
  parser:option("--runs", "The folder of all runs (outputs/runs)."):argname "<folder>"
end

--- Add the options to a parser.
-- @param parser of argparse
function order.add(parser)
  parser:option("-i --inventory", "The devices: a file, or what else is an inventory.")
    :argname "<inventory>"
  option.add(parser, "--inventory-format")
  add_speed(parser)
  add_ends(parser)
  add_output(parser)
end

-- A run may be resumed from elsewhere.
local function absolute(path)
  return path:find "^/" and path or uv.cwd() .. "/" .. path
end

-- What is no path stays as it is, such as a node set.
local function absolute_source(source)
  return lfs.attributes(source) and absolute(source) or source
end

local function limits_of(list)
  local limits = {}
  for _, one in ipairs(list or {}) do
    limits[one.label] = one.most
  end
  return next(limits) and limits or nil
end

--- What was given, as an order.
-- @tparam table given by argparse
-- @string verb "send" or "push"
-- @treturn[1] table plain data
-- @return[2] nil
-- @treturn[2] string message
function order.read(given, verb)
  local inventory, message = option.read(given)
  if not inventory then
    return nil, message
  elseif not given.inventory then
    return nil, "missing option '-i'"
  elseif given.jitter and given.jitter > 1 then
    return nil, "--jitter wants a number from 0 to 1"
  end
  inventory.format = given.inventory_format
  return {
    verb = verb,
    source = absolute_source(given.inventory),
    inventory = inventory,
    mode = given.mode,
    workers = given.workers,
    sessions = given.sessions,
    limits = limits_of(given.at_once),
    rate = given.rate,
    jitter = given.jitter,
    ramp = not given.no_ramp,
    retries = given.retries,
    waves = given.waves,
    abort_after = given.abort_after,
    credential_failures = given.credential_failures,
    timeout = given.timeout,
    device_timeout = given.device_timeout,
    run_timeout = given.run_timeout,
    format = given.format,
    fold = given.fold,
    textfsm = given.textfsm,
    output = given.output and absolute(given.output),
    record = given.record and absolute(given.record),
    recorder = not given.no_recorder,
  }
end

return order
