--- `moonwire ssh-audit`: how the fleet's SSH servers present themselves.
-- @module moonwire.cli.ssh_audit
local argparse = require "argparse"

local command_line = require "moonwire.cli.line"
local inventory = require "moonwire.inventory"
local inventory_option = require "moonwire.cli.inventory_option"
local json = require "moonwire.report.json"
local known_hosts = require "moonwire.transport.known_hosts"
local posture = require "moonwire.transport.posture"
local report = require "moonwire.report.table"
local weakness = require "moonwire.transport.weakness"

local command = { summary = "how SSH servers present themselves, and what is weak" }

local DESCRIPTION = [[
Asks devices what they offer, without logging in, and names what is weak. Exit status 1
when something at or above --fail-on is found, or a device could not be looked at.]]

local NEVER = "never"

local function new_parser()
  local parser = argparse("moonwire ssh-audit", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:argument("hosts", "host, host:port or [host]:port."):args "*":argname "<host>"
  parser:option("-i --inventory", "A file of devices, or whatever else is one.")
    :argname "<inventory>"
  inventory_option.add(parser, "--inventory-format")
  parser:option("--fail-on", "The least severity that makes the exit status 1 (high).")
    :choices({ "low", "medium", "high", NEVER }):default("high"):show_default(false)
  parser:flag("--json", "Everything they offer, as JSON.")
  parser:flag("-h --help", "Show this text.")
  return parser
end

--- The parser, for the manual and for completion.
function command.parser()
  return new_parser()
end

local function devices_of(given)
  local devices = {}
  for i, name in ipairs(given.hosts) do
    local host, port = known_hosts.split(name)
    devices[i] = { name = name, host = host, port = port }
  end
  if not given.inventory then
    return devices
  end
  local options, message = inventory_option.read(given)
  local loaded
  if options then
    loaded, message = inventory.load(given.inventory, options)
  end
  if not loaded then
    return nil, message
  end
  table.move(loaded, 1, #loaded, #devices + 1, devices)
  return devices, loaded
end

local function first_of(list)
  return (list or ""):match "^[^,]+"
end

local function keys_text(one)
  local parts = {}
  for i, key in ipairs(one.keys) do
    parts[i] = key.bits and ("%s %d"):format(key.type, key.bits) or key.type
  end
  return parts[1] and table.concat(parts, ", ") or one.offers.hostkey_types
end

local function count_text(one)
  local counts = { high = 0, medium = 0, low = 0 }
  for _, finding in ipairs(one.findings) do
    counts[finding.severity] = counts[finding.severity] + 1
  end
  return ("%d high, %d medium, %d low"):format(counts.high, counts.medium, counts.low)
end

local function print_posture(looked)
  local rows = {}
  for i, one in ipairs(looked) do
    local name = one.device.name or one.device.host
    rows[i] = one.message and { name, one.message } or {
      name, one.server, keys_text(one), first_of(one.offers.kex),
      first_of(one.offers.ciphers), first_of(one.offers.macs),
      one.is_strict and "yes" or "no", count_text(one),
    }
  end
  io.stdout:write(report.format({
    { title = "device" }, { title = "server" }, { title = "host key" },
    { title = "its first key exchange" }, { title = "cipher" }, { title = "MAC" },
    { title = "strict" }, { title = "weaknesses" },
  }, rows))
end

local function print_findings(looked)
  local rows = {}
  for _, one in ipairs(looked) do
    for _, finding in ipairs(one.findings or {}) do
      rows[#rows + 1] = {
        one.device.name or one.device.host, finding.severity, finding.what, finding.why,
      }
    end
  end
  if rows[1] then
    io.stdout:write(report.format({
      { title = "device" }, { title = "severity" }, { title = "what" },
      { title = "why" },
    }, rows))
  end
end

local function names_of(list)
  local names = {}
  for name in (list or ""):gmatch "[^,]+" do
    names[#names + 1] = name
  end
  return names
end

local function plain(one)
  local offers
  for kind, list in pairs(one.offers or {}) do
    offers = offers or {}
    offers[kind] = names_of(list)
  end
  return {
    device = one.device.name or one.device.host,
    host = one.device.host,
    port = one.device.port or 22,
    server = one.server,
    offers = offers,
    keys = one.keys,
    strict_kex = one.is_strict,
    findings = one.findings,
    message = one.message,
    kind = one.kind,
  }
end

local function print_json(looked)
  local list = {}
  for i, one in ipairs(looked) do
    list[i] = plain(one)
  end
  print(json.encode { devices = list })
end

local function is_too_weak(one, fail_on)
  local least = weakness.rank(fail_on)
  for _, finding in ipairs(one.findings or {}) do
    if least and weakness.rank(finding.severity) >= least then
      return true
    end
  end
  return one.message ~= nil
end

local function look(devices, given)
  local looked, status = posture.run(devices), 0
  if given.json then
    print_json(looked)
  else
    print_posture(looked)
    print_findings(looked)
  end
  for _, one in ipairs(looked) do
    status = is_too_weak(one, given.fail_on) and 1 or status
  end
  return status
end

--- Look, print, judge.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local given, status = command_line.read("ssh-audit", words, new_parser(), {})
  if not given then
    return status
  end
  local devices, loaded = devices_of(given)
  if devices and #devices == 0 then
    devices, loaded = nil, "no device: name hosts, or -i INVENTORY"
  end
  if not devices then
    command_line.complain("ssh-audit", loaded)
    return 2
  end
  local _ <close> = loaded -- it may have a lab
  return look(devices, given)
end

return command
