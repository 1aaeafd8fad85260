--- OpenSSH's client configuration: read once, asked for each host, meant as ssh means
-- it. What moonwire makes of the options is not decided here, and nothing connects.
--
-- Names are those of OpenSSH 9.2 as in Debian 12. Two things are not done: names are
-- not made canonical by DNS (CanonicalDomains), though the second pass takes place;
-- and what is forwarded is not taken apart.
-- @module moonwire.ssh_config
local system = require "host.ssh_config"
local uv = require "luv"

local exec = require "moonwire.ssh_config.exec"
local file = require "moonwire.ssh_config.file"
local index = require "moonwire.ssh_config.index"
local options = require "moonwire.ssh_config.options"
local pass = require "moonwire.ssh_config.pass"
local pattern = require "moonwire.ssh_config.pattern"
local printable = require "moonwire.printable"
local token = require "moonwire.ssh_config.token"

local ssh_config = {}

local MOST_COMPLAINTS = 10
local PORT = 22

local Config = { __name = "moonwire.ssh_config.Config" }
Config.__index = Config

local default_path

--- Name the file for devices that name none.
-- @tparam ?string path; "default": what ssh reads by itself; nil: none
function ssh_config.set_default(path)
  default_path = path
end

--- The file for devices that name none.
-- @treturn ?string
function ssh_config.default()
  return default_path
end

local function verdict(complaints)
  local list = table.move(complaints, 1, MOST_COMPLAINTS, 1, {})
  if #complaints > MOST_COMPLAINTS then
    list[#list + 1] = ("… and %d more"):format(#complaints - MOST_COMPLAINTS)
  end
  return table.concat(list, "\n")
end

--- The files that ssh reads when it is told nothing: the user's, then the system's.
-- Either may be absent.
-- @treturn {table,...} for `load`
function ssh_config.usual()
  return {
    { path = (system.home() or "") .. "/.ssh/config", is_optional = true },
    { path = "/etc/ssh/ssh_config", is_optional = true, is_system = true },
  }
end

--- Read a configuration.
-- @tparam string|{string|table,...} paths one file or several, the first wins; a table
-- has `path`, `is_optional`, `is_system` (its relative includes begin at `/etc/ssh`)
-- @treturn[1] Config
-- @return[2] nil
-- @treturn[2] string message, a line with file and line for each thing that is wrong
-- @treturn[2] string kind: "local" (a file cannot be read), "invalid"
function ssh_config.load(paths)
  local config = {
    segments = {}, complaints = {}, wants = {}, sequence = { count = 0, files = 0 },
  }
  for _, one in ipairs(type(paths) == "string" and { paths } or paths) do
    local source = type(one) == "string" and { path = one } or one
    if not source.is_optional or uv.fs_stat(source.path) then
      local message = file.read(source.path, file.reader(not source.is_system, config))
      if message then
        return nil, message, "local"
      end
    end
  end
  if config.complaints[1] then
    return nil, verdict(config.complaints), "invalid"
  end
  config.runner = exec.new()
  return setmetatable(config, Config)
end

local EXPANDED = {
  "certificatefile", "controlpath", "identityagent", "identityfile",
  "userknownhostsfile",
}

local function expand_paths(taken, tokens)
  for _, option in ipairs(EXPANDED) do
    local value = taken[option]
    local list = type(value) == "table" and value or { value }
    for i, path in ipairs(list) do
      local expanded, complaint = token.expand_path(path, tokens)
      if not expanded then
        return nil, ("%s: %s"):format(option, complaint)
      end
      list[i] = expanded
    end
    taken[option] = type(value) == "table" and list or list[1]
  end
  return true
end

local function find_loop(taken)
  local last = taken.proxyjump and taken.proxyjump[#taken.proxyjump]
  if last and last.host == taken.hostname and (last.port or PORT) == taken.port
    and (last.user or taken.user) == taken.user then
    return ("proxyjump: %s is the way to itself"):format(last.host)
  end
end

local function finish(state, taken)
  taken.user = taken.user or state.local_user
  taken.port = taken.port or PORT
  taken.hostname = state.name
  taken.hostkeyalias = taken.hostkeyalias and taken.hostkeyalias:lower()
  options.clear_none(taken)
  if taken.connectionattempts == 0 then
    return nil, "connectionattempts: 0 is too few"
  end
  local loop = find_loop(taken)
  if loop then
    return nil, loop
  end
  return expand_paths(taken, token.new {
    h = taken.hostname,
    k = taken.hostkeyalias or state.original,
    n = state.original,
    p = tostring(taken.port),
    r = taken.user,
  })
end

--- The options for a host. `hostname`, `port` and `user` are always there, others when
-- the configuration says something. Values are texts, numbers (counts, ports, seconds),
-- lists of texts; `proxyjump` is a list of tables, see `moonwire.ssh_config.jump`.
-- Algorithms are as they are written, with their `+`, `-` or `^`. Paths have their `~`
-- and tokens put in; commands are as they are written.
--
-- It waits while a command of `Match exec` runs for the first time.
-- @string host as the user calls it
-- @tparam[opt] table given `user`, `port`: they win, as on the command line of ssh
-- @treturn[1] table values by option, in lower case
-- @treturn[1] table where they are from: "file:line" by option
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid", "local", "timeout"
function Config:lookup(host, given)
  self.index = self.index or index.new(self.segments) -- who wants names needs none
  local taken = { user = given and given.user, port = given and given.port }
  local state = {
    host = host,
    original = host,
    is_final = false,
    taken = taken,
    origins = {},
    local_user = token.user(),
  }
  local ok, message, kind = pass.run(self, state)
  if ok then
    ok, message = finish(state, taken)
    kind = "invalid"
  end
  if not ok then
    return nil, printable(("%s: ssh_config: %s"):format(host, message)), kind
  end
  local origins = {}
  for option, directive in pairs(state.origins) do
    origins[option] = pass.place_of(directive)
  end
  return taken, origins
end

--- The names that Host lines spell out, in the order of the files: no patterns.
-- @treturn {string,...}
function Config:names()
  local names, seen = {}, {}
  for _, segment in ipairs(self.segments) do
    for _, one in ipairs(segment.block and segment.block.patterns or {}) do
      local name = not one.is_negated and not pattern.find_wildcard(one.glob)
        and one.glob
      if name and not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names
end

return ssh_config
