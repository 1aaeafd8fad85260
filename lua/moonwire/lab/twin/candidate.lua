--- What waits for a commit: the configuration as it would be then, and how it came from
-- what was running when it was begun. Lists are never changed once somebody may have
-- seen them, so they can be shared.
-- @module moonwire.lab.twin.candidate
local dialect = require "moonwire.lab.twin.dialect"

local candidate = {}

local Candidate = { __name = "moonwire.lab.twin.Candidate" }
Candidate.__index = Candidate

--- A candidate that changes nothing yet.
-- @tparam {string,...} running
-- @treturn Candidate `lines` (to be looked at)
function candidate.new(running)
  return setmetatable({ lines = running, found = running, edits = {} }, Candidate)
end

local function copy(list)
  return table.move(list, 1, #list, 1, {})
end

--- Take a line.
-- @tparam table platform
-- @string line
-- @tparam[opt] string section
function Candidate:add(platform, line, section)
  local lines = copy(self.lines)
  dialect.apply(platform, lines, line, section)
  self.lines = lines
  self.edits[#self.edits + 1] = { line = line, section = section }
end

--- Be another configuration altogether.
-- @tparam {string,...} lines
function Candidate:take(lines)
  self.lines, self.found, self.edits = lines, nil, {}
end

--- Change nothing any more.
-- @tparam {string,...} running
function Candidate:reset(running)
  self.lines, self.found, self.edits = running, running, {}
end

--- What a commit makes of the running configuration: others may have committed since,
-- and then only what was changed here goes on top of it.
-- @tparam table platform
-- @tparam {string,...} running
-- @treturn {string,...}
function Candidate:onto(platform, running)
  if self.found == running or not self.found then
    return self.lines
  end
  local lines = copy(running)
  for _, edit in ipairs(self.edits) do
    dialect.apply(platform, lines, edit.line, edit.section)
  end
  return lines
end

return candidate
