--- `moonwire replay`: recordings as simulated devices, or as specs.
-- @module moonwire.cli.replay
local argparse = require "argparse"

local command_line = require "moonwire.cli.line"
local escape = require "moonwire.report.escape"
local file = require "moonwire.report.file"
local json = require "moonwire.report.json"
local replay = require "moonwire.replay"
local signals = require "moonwire.signals"
local spec = require "moonwire.replay.spec"

local command = { summary = "recordings as simulated devices, or as specs" }

local DESCRIPTION = [[
Serve recordings as simulated devices until stopped: what a client types is answered as
it was then, by any SSH client and any password. They are what --record and failed
devices leave; also Ansible's network_cli recordings (JSONL), sessions of
scrapli_replay, simulations of Oxidized and the maps of cisshgo. With --spec a busted
spec is written instead, which fails until what went wrong in the recording is mended.]]

local AT_ONCE = "max"

local function read_speed(text)
  local speed = text == AT_ONCE and math.huge or tonumber(text)
  if not speed or speed <= 0 or speed ~= speed then
    return nil, "--speed wants a number above 0, or max"
  end
  return speed
end

local function read_port(text)
  local port = math.tointeger(tonumber(text))
  if not port or port < 0 or port > 65535 then
    return nil, "--port wants a number from 0 to 65535"
  end
  return port
end

--- The options as argparse knows them.
function command.parser()
  local parser = argparse("moonwire replay", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:argument("files", "Recordings."):args "+":argname "<file>"
  parser:flag("-h --help", "Show this text.")
  parser:option("--port", "Port; a free one when left out."):argname "<n>"
    :convert(read_port)
  parser:option("--speed", "How many times as fast as it was (1); max: at once.")
    :argname "<n>":convert(read_speed)
  parser:option("--device-type", "What they are, where a recording does not say.")
    :argname "<name>"
  parser:option("--inventory", "Also write an inventory of them for -i here.")
    :argname "<file>"
  parser:flag("--spec", "Write a spec for each recording instead.")
  parser:option("--output", "Folder for the specs (that of each recording).")
    :argname "<folder>"
  return parser
end

local function fail(message)
  command_line.complain("replay", message)
  return 1
end

-- ---- specs ----

local function write_spec(path, given)
  local scripts, message = replay.read(path)
  if not scripts then
    return nil, message
  end
  local own = path:match "^(.*)/" or "."
  local folder = given.output or own
  local name = path:match "([^/]*)$":gsub("%.part$", ""):gsub("%.%w+$", "")
  local target = ("%s/%s_spec.lua"):format(folder, name)
  local ok
  ok, message = file.write(target, spec.text(scripts[1], path, folder))
  return ok and target, message
end

local function write_specs(given)
  for _, path in ipairs(given.files) do
    local target, message = write_spec(path, given)
    if not target then
      return fail(message)
    end
    io.stdout:write("moonwire test ", escape.line(target), "\n")
  end
  return 0
end

-- ---- devices ----

local function print_help(served, devices)
  local head = "%d recorded device%s on port %d of this machine, until Ctrl-C:\n"
  io.stdout:write(head:format(#devices, #devices == 1 and "" or "s", devices[1].port))
  for _, one in ipairs(devices) do
    local line = "  %-15s ssh -p %d %s@%s"
    line = line:format(one.name, one.port, one.username, one.host)
    io.stdout:write(escape.line(line), "\n")
  end
  io.stdout:write("any password is right; for your known_hosts file:\n",
    served:known_hosts(), "\n")
  io.stdout:flush()
end

local function serve(given)
  local served <close>, message = replay.open(given.files, {
    port = given.port, speed = given.speed, device_type = given.device_type,
  })
  if not served then
    return fail(message)
  end
  local devices = served:inventory()
  if given.inventory then
    local ok
    ok, message = file.write(given.inventory, json.encode { devices = devices })
    if not ok then
      return fail(message)
    end
  end
  local listener <close> = signals.listen(function() -- luacheck: ignore 211
    signals.let_go()
    served:close()
  end)
  print_help(served, devices)
  served:serve()
  return 0
end

--- Run the subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0 all is well, 1 a file is no recording, 2 the words are
-- wrong
function command.run(words)
  local given, status = command_line.read("replay", words, command.parser(), {})
  if not given then
    return status
  elseif given.spec then
    return write_specs(given)
  end
  return serve(given)
end

return command
