--- `moonwire lab`: simulated devices for SSH clients of any kind, until stopped.
-- @module moonwire.cli.lab
local argparse = require "argparse"
local json = require "dkjson"
local uv = require "luv"

local address = require "moonwire.lab.address"
local clock = require "moonwire.lab.clock"
local duration = require "moonwire.duration"
local fault = require "moonwire.lab.fault"
local lab = require "moonwire.lab"
local signals = require "moonwire.signals"

local command = { summary = "simulated devices to log in to" }

local SHOWN = 10 -- devices listed by name

local function time_option(parser, name, about)
  local word = "--" .. name
  parser:option(word, about):argname("<time>"):convert(duration.option(word))
end

local function fault_help()
  local lines = {
    "Faults, as NAME, NAME=0.1 (a share of the devices) or NAME=@DEVICE; those with a",
    "time take another one as NAME:2s:",
  }
  for _, entry in ipairs(fault.list()) do
    lines[#lines + 1] = ("  %-15s %s"):format(entry.name, entry.about)
  end
  return table.concat(lines, "\n")
end

local function integer(name)
  return function(text)
    local value = math.tointeger(tonumber(text))
    if not value then
      return nil, ("%s: '%s' is not a whole number"):format(name, text)
    end
    return value
  end
end

local function read_fault(text)
  local found, message = fault.parse(text)
  if not found then
    return nil, "--fault: " .. message
  end
  return found
end

local function read_clock(text)
  local kind = tonumber(text) or text
  local complaint = clock.complaint(kind)
  if complaint then
    return nil, "--" .. complaint
  end
  return kind
end

local function new_parser()
  local about = "Simulated devices to log in to, until stopped: one port, and "
    .. "an address for each. On\n127.0.0.1 the user's name is the device's name."
  local parser = argparse("moonwire lab", about, fault_help())
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(25)
  parser:flag("-h --help", "Show this text.")
  parser:option("--devices", "How many (5)."):argname("<n>"):default("5")
    :show_default(false)
    :convert(integer "--devices")
  time_option(parser, "rtt", "Round-trip time of every byte, such as 50ms.")
  time_option(parser, "think", "How long a device thinks before an output.")
  time_option(parser, "jitter", "How far round trip and thinking vary.")
  time_option(parser, "kex-delay", "Wait before the key exchange.")
  time_option(parser, "auth-delay", "Wait before the answer to a login.")
  time_option(parser, "reload-time", "How long a reload takes.")
  parser:option("--fault", "A fault; may be repeated."):argname("<fault>"):count("*")
    :convert(read_fault)
  parser:option("--seed", "Of all chance."):argname("<n>"):convert(integer "--seed")
  parser:option("--port", "Port; a free one when left out."):argname("<n>")
    :convert(integer "--port")
  parser:flag("--telnet", "Be there by telnet, too, on a port of its own.")
  parser:option("--user", "Who may log in (admin)."):argname("<name>")
  parser:option("--password", "With this password (admin)."):argname("<word>")
  parser:option("--enable", "The password for enable (enable)."):argname("<word>")
  parser:option("--privilege", "Privilege level of the login (15)."):argname("<n>")
    :convert(integer "--privilege")
  parser:option("--platform", "What they are (cisco_ios); mixed: one of each.")
    :argname("<name>")
  parser:option("--versions", "How many versions of software they have, in turn (1).")
    :argname "<n>":convert(integer "--versions")
  parser:option("--clock", "Of the devices: real, virtual (jumps to where the next one "
    .. "wakes up), or how many times as fast, such as 60."):argname("<kind>")
    :convert(read_clock)
  parser:flag("--json", "Say in one line of JSON how to reach the lab, answer requests "
    .. "on standard input, and end when it does; where that is no pipe, as in the "
    .. "background of a shell (/dev/null), it goes on until a signal.")
  return parser
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

local function options_of(given)
  return {
    devices = given.devices,
    rtt = given.rtt,
    jitter = given.jitter,
    think = given.think,
    kex_delay = given.kex_delay,
    auth_delay = given.auth_delay,
    reload_time = given.reload_time,
    faults = given.fault,
    seed = given.seed,
    port = given.port,
    telnet = given.telnet,
    username = given.user,
    password = given.password,
    enable = given.enable,
    privilege = given.privilege,
    platform = given.platform,
    clock = given.clock,
    versions = given.versions,
  }
end

local function print_devices(devices)
  for i = 1, math.min(#devices, SHOWN) do
    local one = devices[i]
    local line = "  %-15s ssh -p %d %s@%s"
    print(line:format(one.name, one.port, one.username, one.host))
  end
  if #devices > SHOWN then
    local last = devices[#devices]
    print(("  … and so on, up to %s on %s"):format(last.name, last.host))
  end
end

local function print_help(served)
  local devices, place = served:inventory(), served:place()
  local head = "%d simulated device%s on port %d of this machine, until Ctrl-C:"
  print(head:format(#devices, #devices == 1 and "" or "s", place.port))
  print_devices(devices)
  print(("or, the user's name being the device's: ssh -p %d %s@%s"):format(
    place.port, devices[#devices].name, address.SHARED
  ))
  if place.telnet_port then
    print(("by telnet: telnet %s %d"):format(devices[1].host, place.telnet_port))
  end
  local first = devices[1]
  print(("password %s, enable password %s"):format(first.password, first.secret))
  print "for your known_hosts file:"
  print(place.known_hosts)
end

local answer = {}

function answer.lab(served)
  return served:statistics()
end

function answer.device(served, request)
  local ok, device = pcall(served.device, served, request.device)
  if not ok then
    return { error = device }
  end
  return {
    lines = device:lines(),
    logins = device:logins(),
    attempts = device:attempts(),
    open_sessions = device:open_sessions(),
    unanswered = device:unanswered(),
  }
end

function answer.advance(served, request)
  local ok, message = pcall(served.advance, served, tonumber(request.seconds) or 0)
  return ok and { now = served.clock:now() } or { error = message }
end

local function reply(served, line)
  local request = json.decode(line)
  local give = type(request) == "table" and answer[request.observe]
  local said = give and give(served, request) or { error = "not a request: " .. line }
  io.stdout:write(json.encode(said), "\n")
  io.stdout:flush()
end

-- Only a pipe ends with the program that holds its other end. /dev/null, which services
-- and the background of a shell begin with, has ended from the beginning.
local function watch_input(served)
  if uv.guess_handle(0) ~= "pipe" then
    return nil
  end
  local input, text = uv.new_pipe(), ""
  assert(input:open(0))
  input:read_start(function(_, bytes)
    if not bytes then
      served:close()
      return
    end
    text = (text .. bytes):gsub("([^\n]*)\n", function(line)
      reply(served, line)
      return ""
    end)
  end)
  return input
end

local function introduce(served, is_json)
  if not is_json then
    print_help(served)
  else
    local place = served:place()
    place.devices = served.catalogue.count
    print(json.encode(place))
  end
  io.stdout:flush()
end

local function serve(served, is_json)
  local listener <close> = signals.listen(function() -- luacheck: ignore 211
    signals.let_go()
    served:close()
  end)
  local input = is_json and watch_input(served)
  introduce(served, is_json)
  served:serve()
  if input then
    input:close()
  end
end

local function print_counts(served)
  local counts = served:statistics()
  local line = "\n%d logins to %d devices, at most %d sessions at once, %d lines read"
  print(line:format(counts.logins, counts.reached, counts.peak_sessions, counts.lines))
end

--- Run the lab until it is stopped.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local parser = new_parser()
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\nmoonwire lab: ", given, "\n")
    return 2
  end
  if given.help then
    print(parser:get_help())
    return 0
  end
  local served <close>, message = lab.open(options_of(given))
  if not served then
    io.stderr:write("moonwire: ", message, "\n")
    return 1
  end
  serve(served, given.json)
  if not given.json then
    print_counts(served)
  end
  return 0
end

return command
