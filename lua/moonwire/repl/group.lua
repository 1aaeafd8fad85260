--- Several devices at the prompt, told the same thing at once. What they answer is
-- shown once for all that answer alike, but for what differs by nature.
-- @module moonwire.repl.group
local Remote = require "moonwire.repl.remote"
local difference = require "moonwire.repl.difference"
local escape = require "moonwire.report.escape"
local essence = require "moonwire.repl.essence"
local nodeset = require "moonwire.inventory.nodeset"
local show = require "moonwire.repl.show"
local task = require "moonwire.task"

local AT_ONCE = 100 -- logins and commands

local Answers = { __name = "moonwire.Answers" }

-- What counts of an answer; every message of a failure names its own device.
local function key_of(answer, text, is_failure)
  if is_failure then
    return "-" .. tostring(answer.results[3])
  end
  local is_text = type(answer.results[1]) == "string"
  return "+" .. (is_text and essence(text, answer.remote) or text)
end

local function is_before(a, b)
  if a.is_failure ~= b.is_failure then
    return b.is_failure
  elseif #a.names ~= #b.names then
    return #a.names > #b.names
  end
  return a.at < b.at
end

-- Those that answered alike, the most frequent answer first.
local function gather(self)
  local groups, by_key = {}, {}
  for _, answer in ipairs(rawget(self, "list")) do
    local text, is_failure = show.results(answer.results)
    local key = key_of(answer, text, is_failure)
    local group = by_key[key]
    if not group then
      group = { names = {}, text = text, is_failure = is_failure, at = #groups + 1 }
      group.essence = is_failure and text or key:sub(2)
      by_key[key] = group
      groups[#groups + 1] = group
    elseif group.text ~= text then
      group.text = group.essence
    end
    table.insert(group.names, answer.name)
  end
  table.sort(groups, is_before)
  return groups
end

local function heading(group)
  local count = #group.names > 1 and (" (%d devices)"):format(#group.names) or ""
  return ("== %s%s"):format(escape.line(nodeset.fold(group.names)), count)
end

function Answers:__tostring()
  local parts = {}
  for _, group in ipairs(gather(self)) do
    parts[#parts + 1] = heading(group)
    parts[#parts + 1] = group.text
  end
  return table.concat(parts, "\n")
end

--- What each of them answered: by name, or in their order.
function Answers:__index(name)
  for i, answer in ipairs(rawget(self, "list")) do
    if answer.name == name or i == name then
      return answer.results[1]
    end
  end
end

function Answers:__len()
  return #rawget(self, "list")
end

local Group = { __name = "moonwire.Group" }

--- Devices under one name.
-- @tparam {Remote,...} remotes
-- @treturn Group
function Group.new(remotes)
  return setmetatable(table.move(remotes, 1, #remotes, 1, {}), Group)
end

local own = {}

--- Their names as a node set.
-- @treturn string
function own:names()
  local names = {}
  for i, remote in ipairs(self) do
    names[i] = remote.name
  end
  return nodeset.fold(names)
end

--- Call a function with each of them, all at once.
-- @tparam function fn given a device; what it returns is the answer
-- @treturn Answers
function own:each(fn)
  local list = task.map(self, AT_ONCE, function(remote)
    local results = table.pack(fn(remote))
    return { name = remote.name, remote = remote, results = results }
  end)
  self.answers = setmetatable({ list = list }, Answers)
  self[1].desk.subject = self
  return self.answers
end

--- The mode that all of them are in, or "mixed".
-- @treturn string
function own:mode()
  local common
  for _, remote in ipairs(self) do
    local mode = remote:mode() or "away"
    if common and common ~= mode then
      return "mixed"
    end
    common = mode
  end
  return common or "away"
end

--- Where the last answers differ from the one that most devices gave.
-- @treturn string|nil nil where all were the same, or nothing was asked
function own:differences()
  local groups = self.answers and gather(self.answers) or {}
  local parts = {}
  for i = 2, #groups do
    parts[#parts + 1] = ("%s, beside %s"):format(heading(groups[i]),
      heading(groups[1]):sub(4))
    parts[#parts + 1] = difference(groups[1].essence, groups[i].essence)
  end
  return parts[1] and table.concat(parts, "\n")
end

local forwarded = {}

function Group.__index(_, name)
  if own[name] then
    return own[name]
  elseif type(name) ~= "string" or not Remote.__index(nil, name) then
    return nil
  end
  forwarded[name] = forwarded[name] or function(self, ...)
    local arguments = table.pack(...)
    return self:each(function(remote)
      return remote[name](remote, table.unpack(arguments, 1, arguments.n))
    end)
  end
  return forwarded[name]
end

function Group:__tostring()
  return ("%s (%d device%s)"):format(self:names(), #self, #self == 1 and "" or "s")
end

--- Whether a value is answers of several devices.
-- @param value
-- @treturn boolean
function Group.is_answers(value)
  return getmetatable(value) == Answers
end

--- Whether any of these answers is a failure.
-- @tparam Answers answers
-- @treturn boolean
function Group.has_failed(answers)
  for _, answer in ipairs(rawget(answers, "list")) do
    if select(2, show.results(answer.results)) then
      return true
    end
  end
  return false
end

return Group
