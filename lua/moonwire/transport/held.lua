--- A shell that somebody else gets next: it notes whether whoever has it now was broken
-- off, and whether he has typed anything but commands that only read.
-- @module moonwire.transport.held
local platforms = require "moonwire.platform"

local held = {}

local Held = { __name = "moonwire.HeldShell" }

--- Note what goes through a shell.
-- @tparam shell shell
-- @treturn Held with the methods of the shell, `has_changed`, and `platform`, to be set
function held.new(shell)
  return setmetatable({
    shell = shell, platform = false, has_changed = false, is_waiting = false,
  }, Held)
end

local own = {}

-- a comment that nobody reads but we
local function is_mark(platform, text)
  return platform.comment and text:find(platform.comment .. "mw-", 1, true) == 1
end

local function only_reads(platform, text)
  if type(text) ~= "string" or not platform then
    return false
  end
  for one in text:gmatch "[^\r\n]+" do
    if not is_mark(platform, one) and not platforms.is_read_only(platform, one) then
      return false
    end
  end
  return true
end

local function behind(self, ...)
  self.is_waiting = false
  return ...
end

--- As `shell:read`. Who is cancelled here leaves an answer behind.
function own:read(...)
  self.is_waiting = true
  return behind(self, self.shell:read(...))
end

--- As `shell:write`.
function own:write(...)
  for i = 1, self.has_changed and 0 or select("#", ...) do
    self.has_changed = self.has_changed or not only_reads(self.platform, select(i, ...))
  end
  self.is_waiting = true
  return behind(self, self.shell:write(...))
end

--- Whether nobody was broken off here, and the device's end is open.
-- @treturn boolean
function own:is_settled()
  return not self.is_waiting and self.shell:is_open()
end

local forwarded = {}

function Held.__index(_, name)
  if own[name] then
    return own[name]
  elseif not forwarded[name] then
    forwarded[name] = function(self, ...)
      return self.shell[name](self.shell, ...)
    end
  end
  return forwarded[name]
end

return held
