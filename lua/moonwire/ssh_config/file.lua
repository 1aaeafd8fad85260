--- The files of a configuration, with what they include, as a list of segments: options
-- of one block that stand together. Everything is checked here, as ssh does it, also
-- what is for other hosts.
-- @module moonwire.ssh_config.file
local system = require "host.ssh_config"
local uv = require "luv"

local keyword = require "moonwire.ssh_config.keyword"
local line = require "moonwire.ssh_config.line"
local match = require "moonwire.ssh_config.match"
local printable = require "moonwire.printable"
local value = require "moonwire.ssh_config.value"

local file = {}

local DEEPEST = 16 -- as ssh
local MOST_FILES = 4096 -- ssh knows no end: 16 levels of "Include a a" are 65,536
local NEGATION = ("!"):byte()
local WRITABLE_BY_GROUP, WRITABLE_BY_ALL = 16, 2 -- 020 and 002

local function complain(self, text)
  local list = self.complaints
  list[#list + 1] = printable(("%s:%d: %s"):format(self.path, self.number, text))
end

local function start_segment(self, block)
  self.block, self.segment = block, false
end

-- All fields at once, as there are many of them: a table that grows costs twice.
local function add(self, option, kind, found)
  local sequence, segment = self.sequence, self.segment
  sequence.count = sequence.count + 1
  local directive = {
    option = option, kind = kind, value = found, is_unknown = kind == nil,
    path = self.path, number = self.number, order = sequence.count,
  }
  if segment then
    segment[#segment + 1] = directive
  else
    segment = { directive, block = self.block }
    self.segment, self.segments[#self.segments + 1] = segment, segment
  end
end

local function read_pattern(word)
  local is_negated = word:byte() == NEGATION
  return { glob = is_negated and word:sub(2) or word, is_negated = is_negated }
end

local function read_host(self, words)
  local patterns = {}
  for i, word in ipairs(words) do
    if word == "" then
      return complain(self, "host: empty argument")
    end
    patterns[i] = read_pattern(word)
  end
  start_segment(self, { parent = self.outer, patterns = patterns })
end

local function read_match(self, rest)
  local criteria, complaint = match.read(rest)
  if not criteria then
    return complain(self, "match: " .. complaint)
  end
  for _, criterion in ipairs(criteria) do
    self.wants.final = self.wants.final or criterion.name == "final"
  end
  start_segment(self, { parent = self.outer, criteria = criteria })
end

-- Included files must not be somebody else's. Debian lets the user's own group write.
local function is_safe(path)
  local status, me = uv.fs_stat(path), uv.os_get_passwd()
  if not status then
    return true -- whoever opens it says why
  end
  local is_ours = status.uid == 0 or status.uid == me.uid
  local is_open = status.mode & WRITABLE_BY_ALL ~= 0
    or status.mode & WRITABLE_BY_GROUP ~= 0 and status.gid ~= me.gid
  return is_ours and not is_open
end

local function include_file(self, path)
  if self.depth >= DEEPEST then
    return complain(self, "include: too deep; does a file include itself?")
  elseif self.sequence.files >= MOST_FILES then
    return complain(self, ("include: more than %d files"):format(MOST_FILES))
  elseif not is_safe(path) then
    return complain(self, ("include: %s: bad owner or permissions"):format(path))
  end
  local message = file.read(path, setmetatable({
    depth = self.depth + 1, outer = self.block,
  }, { __index = self }))
  if message then
    complain(self, "include: " .. message)
  end
end

-- Here, and only here, ssh believes HOME.
local function home_of(user)
  if user == "" then
    return os.getenv "HOME" or system.home()
  end
  return system.home(user)
end

local function files_of(self, word)
  if word == "" then
    return nil, "empty argument"
  elseif word:byte() == 126 and not self.is_user then
    return nil, "no ~ in the system's configuration"
  end
  local folder = self.is_user and "~/.ssh/" or "/etc/ssh/"
  local path = word:find "^[/~]" and word or folder .. word
  return system.glob((path:gsub("^~([^/]*)", home_of)))
end

local function include(self, words)
  for _, word in ipairs(words) do
    local paths, message = files_of(self, word)
    if not paths then
      return complain(self, ("include: %s: %s"):format(word, message))
    end
    for _, path in ipairs(paths) do
      include_file(self, path)
    end
  end
  self.segment = false -- what follows comes after the included
end

local function read_option(self, name, words, rest)
  local option, kind = keyword.get(name)
  if not option then
    self.wants.tolerance = true -- it depends on IgnoreUnknown, hence on the host
    return add(self, name)
  end
  local found, complaint = value.read(kind, words, option, rest)
  if complaint then
    complain(self, ("%s: %s"):format(name, complaint))
  elseif found ~= nil then
    add(self, option, kind, found)
  end
end

local BLOCK = {
  host = read_host,
  match = function(self, _, rest) read_match(self, rest) end,
  include = include,
}

local function read_line(self, name, rest)
  if rest == "" then
    return complain(self, name .. ": no argument")
  end
  local words = line.words(rest)
  if not words then
    return complain(self, name .. ": a quote has no end")
  end
  if BLOCK[name] then
    BLOCK[name](self, words, rest)
  else
    read_option(self, name, words, rest)
  end
end

--- A reader for the files of one configuration.
-- @tparam boolean is_user whose files they are: the user's, or the system's
-- @tparam table config `segments`, `complaints`, `wants` and `sequence`, to be filled
-- @treturn table for `read`
function file.reader(is_user, config)
  return setmetatable({
    is_user = is_user, depth = 0,
    segments = config.segments, sequence = config.sequence, -- asked for at every line
  }, { __index = config })
end

--- Read a file and what it includes.
-- @string path
-- @tparam table self from `reader`
-- @treturn ?string why it could not be opened
function file.read(path, self)
  local stream, message = io.open(path, "rb")
  if not stream then
    return message
  end
  local text = stream:read "a" or "" -- a folder is empty, as for ssh
  stream:close()
  self.path, self.number = path, 0
  self.sequence.files = self.sequence.files + 1
  start_segment(self, self.outer)
  local at = 1
  while at <= #text do
    local name, rest
    name, rest, at = line.next(text, at)
    self.number = self.number + 1
    if name then
      read_line(self, name, rest)
    end
  end
end

return file
