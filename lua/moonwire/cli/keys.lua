--- `moonwire keys`: the host keys of the fleet, from a scan to a person's yes.
-- @module moonwire.cli.keys
local argparse = require "argparse"
local hostkeys = require "host.hostkeys"

local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local known_hosts = require "moonwire.transport.known_hosts"
local command_line = require "moonwire.cli.line"
local report = require "moonwire.report.table"
local scan = require "moonwire.transport.scan"

local command = { summary = "host keys: scan, list, accept, revoke" }

local DESCRIPTION = [[
The host keys of devices. A scan asks for them without logging in and keeps what is new
in a pending file; nothing in there is believed until it was accepted. Compare the
fingerprints at the devices' consoles, or with a list that came another way.]]

local function complain(...)
  command_line.complain("keys", table.concat { ... })
end

local function add_files(parser, has_pending)
  parser:option("--known-hosts", "The file of known host keys; ~/.ssh/known_hosts.")
    :argname "<file>"
  if has_pending then
    parser:option("--pending", "The file of those that nobody has accepted yet; beside "
      .. "the other, with .pending behind its name."):argname "<file>"
  end
end

local function new_parser()
  local parser = argparse("moonwire keys", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:command_target "action"
  parser:require_command(true)
  local scanning = parser:command("scan", "Ask devices for host keys, one of each type "
    .. "that they have; exit status 1 when one gave none, or another than is known.")
  scanning:argument("inventory", "A file of devices, or whatever else is one.")
  scanning:option("--filter", "Only these devices."):argname "<filter>"
  scanning:flag("--json", "What they have shown, as JSON.")
  add_files(scanning, true)
  local list = parser:command("list", "Show known host keys.")
  list:argument("names", "Only of these hosts: host or host:port."):args "*"
    :argname "<host>"
  list:flag("--show-pending", "Those that nobody has accepted yet instead.")
  list:flag("--json", "As JSON.")
  add_files(list, true)
  local accept = parser:command("accept", "Take up pending host keys, those whose "
    .. "fingerprints are given, or all; exit status 1 when one was left.")
  accept:argument("names", "Only of these hosts: host or host:port."):args "*"
    :argname "<host>"
  accept:option("--fingerprints", "A file with a fingerprint (SHA256:…) in each line, "
    .. "the host before it at will."):argname "<file>"
  accept:flag("--yes", "All of them, unseen.")
  add_files(accept, true)
  local revoke = parser:command("revoke", "Mark the keys of hosts as revoked: they are "
    .. "refused from now on, and other ones can be accepted.")
  revoke:argument("names", "host or host:port."):args "+":argname "<host>"
  add_files(revoke)
  local pinned = parser:command("pinned", "For ssh's KnownHostsCommand: print the line "
    .. "of a known_hosts file if the key has one of these fingerprints.")
  pinned:argument("names", "The host, as ssh looks for it (%H).")
  pinned:argument("type", "The type of its key (%t).")
  pinned:argument("key", "The key (%K).")
  pinned:argument("pins", "SHA256:…"):args "+"
  local commands = {
    scan = scanning, list = list, accept = accept, revoke = revoke, pinned = pinned,
  }
  for _, one in pairs(commands) do
    one:add_help(false):flag("-h --help", "Show this text.")
  end
  parser:flag("-h --help", "Show this text.")
  return parser, commands
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

local function paths_of(given)
  local path = given.known_hosts or known_hosts.default_path()
  return path, given.pending or path .. ".pending"
end

local function print_scan(shown)
  local rows = {}
  for i, one in ipairs(shown) do
    local public = one.public
    rows[i] = {
      one.device.name or one.host,
      known_hosts.name(one.host, one.port),
      public and public:match "^%S+",
      public and hostkeys.fingerprint(public),
      one.verdict,
      one.remark or one.message,
    }
  end
  io.stdout:write(report.format({
    { title = "device" }, { title = "address" }, { title = "type" },
    { title = "fingerprint" }, { title = "key is" }, { title = "remark" },
  }, rows))
end

local function print_scan_json(shown)
  local list = {}
  for i, one in ipairs(shown) do
    local public = one.public
    list[i] = {
      device = one.device.name or one.host, host = one.host, port = one.port,
      type = public and public:match "^%S+", public = public,
      fingerprint = public and hostkeys.fingerprint(public),
      verdict = one.verdict, remark = one.remark, message = one.message,
    }
  end
  print(json.encode { keys = list })
end

-- Keep what is new, and tell where.
local function keep_new(shown, pending, say)
  local fresh, is_good = {}, true
  for _, one in ipairs(shown) do
    if one.verdict == "unknown" or one.verdict == "changed" then
      fresh[#fresh + 1] = one
    end
    is_good = is_good and one.verdict ~= "changed" and one.verdict ~= "failed"
      and one.verdict ~= "revoked"
  end
  if #fresh == 0 then
    return true, is_good
  end
  local ok, message = known_hosts.keep_pending(pending, fresh)
  if ok then
    say(("%d kept in %s; next: moonwire keys accept --fingerprints FILE"):format(
      #fresh, pending))
  end
  return ok, is_good, message
end

local function tell_and_keep(shown, pending, is_json)
  if is_json then
    print_scan_json(shown)
    return keep_new(shown, pending, complain)
  end
  print_scan(shown)
  return keep_new(shown, pending, print)
end

local action = {}

function action.scan(given)
  local path, pending = paths_of(given)
  local loaded, message = inventory.load(given.inventory, { filter = given.filter })
  if not loaded then
    complain(message)
    return 2
  end
  local devices <close> = loaded
  local shown
  shown, message = scan.run(table.move(devices, 1, #devices, 1, {}), path)
  if not shown then
    complain(message)
    return 1
  end
  local is_kept, is_good
  is_kept, is_good, message = tell_and_keep(shown, pending, given.json)
  if not is_kept then
    complain(message)
  end
  return is_kept and is_good and 0 or 1
end

-- Whether an entry is of one of the hosts; all are when none is named.
local function is_named(names, entry)
  if #names == 0 then
    return true
  end
  for _, name in ipairs(names) do
    if known_hosts.is_of(entry, name) then
      return true
    end
  end
  return false
end

local function print_list_json(entries)
  for i, entry in ipairs(entries) do
    entries[i] = {
      hosts = entry.hosts, type = entry.type, public = entry.public,
      fingerprint = entry.fingerprint, marker = entry.marker, line = entry.line,
    }
  end
  print(json.encode { keys = entries })
end

function action.list(given)
  local path, pending = paths_of(given)
  local file = given.show_pending and pending or path
  local entries, message = known_hosts.read(file)
  if not entries then
    complain(message)
    return 1
  end
  local rows, named = {}, {}
  for _, entry in ipairs(entries) do
    if is_named(given.names, entry) then
      local hosts = entry.hosts:find "^|1|" and "(hashed)" or entry.hosts
      rows[#rows + 1] = {
        hosts, entry.type, entry.fingerprint, entry.marker, tostring(entry.line),
      }
      named[#named + 1] = entry
    end
  end
  if given.json then
    print_list_json(named)
    return 0
  end
  io.stdout:write(report.format({
    { title = "host" }, { title = "type" }, { title = "fingerprint" },
    { title = "marker" }, { title = "line", align = "right" },
  }, rows))
  return 0
end

-- From fingerprints to the host that each is for, or true.
local function read_fingerprints(path)
  local file, message = io.open(path)
  if not file then
    return nil, message
  end
  local wanted = {}
  for line in file:lines() do
    local fingerprint = line:match "SHA256:[%w+/]+"
    local host = line:match "^%s*([^%s#]+)%s+.*SHA256:"
    if fingerprint then
      wanted[fingerprint] = wanted[fingerprint] or {}
      table.insert(wanted[fingerprint], host or true)
    end
  end
  file:close()
  return wanted
end

local function is_wanted(wanted, entry)
  for _, host in ipairs(wanted[entry.fingerprint] or {}) do
    if host == true or is_named({ host }, entry) then
      return true
    end
  end
  return false, "its fingerprint is not in the list"
end

local function choice_of(given)
  if given.yes then
    return function()
      return true
    end
  elseif not given.fingerprints then
    return nil, "say which: --fingerprints FILE, or --yes for all, unseen"
  end
  local wanted, message = read_fingerprints(given.fingerprints)
  if not wanted then
    return nil, message
  end
  return function(entry)
    return is_wanted(wanted, entry)
  end
end

local function print_accepted(taken, left)
  for _, entry in ipairs(taken) do
    print(("accepted  %s  %s"):format(entry.hosts, entry.fingerprint))
  end
  for _, entry in ipairs(left) do
    print(("left      %s  %s: %s"):format(entry.hosts, entry.fingerprint, entry.reason))
    if entry.reason:find "it is changed$" then
      print(("          next: moonwire keys revoke '%s'"):format(entry.hosts))
    end
  end
end

function action.accept(given)
  local path, pending = paths_of(given)
  local is_right, message = choice_of(given)
  if not is_right then
    complain(message)
    return 2
  end
  local taken, left = known_hosts.accept(pending, path, function(entry)
    if not is_named(given.names, entry) then
      return false, "it was not named"
    end
    return is_right(entry)
  end)
  if not taken then
    complain(left)
    return 1
  end
  print_accepted(taken, left)
  return #left == 0 and 0 or 1
end

function action.revoke(given)
  local path = paths_of(given)
  local status = 0
  for _, name in ipairs(given.names) do
    local revoked, message = known_hosts.revoke(path, name)
    if not revoked then
      complain(message)
      return 1
    elseif #revoked == 0 then
      complain(name, ": no key of it is known")
      status = 1
    end
    for _, entry in ipairs(revoked) do
      print(("revoked   %s  %s"):format(name, entry.fingerprint))
    end
  end
  return status
end

-- ssh also asks which types are known, with no key: then there is nothing to say.
function action.pinned(given)
  local public = given.type .. " " .. given.key
  for _, pin in ipairs(given.key ~= "NONE" and given.pins or {}) do
    if hostkeys.is_pinned(public, pin) then
      print(given.names .. " " .. public)
      break
    end
  end
  return 0
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local parser, commands = new_parser()
  local given, status = command_line.read("keys", words, parser, commands)
  if not given then
    return status
  end
  return action[given.action](given)
end

return command
