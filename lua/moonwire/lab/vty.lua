--- One login on a simulated device: its terminal, pager, questions and faults, and the
-- note of all that the client sent. It does not know any command.
-- When the client goes away, reads give nil and writes do nothing; so whoever serves a
-- session simply ends when a read gives nil.
-- @module moonwire.lab.vty
local mishap = require "moonwire.lab.mishap"
local platform = require "moonwire.platform"

local vty = {}

-- what most sessions never change
local Vty = {
  __name = "moonwire.lab.Vty",
  level = 15,
  width = 80,
  height = 24, -- of the pager; 0 switches it off
  row = 0, -- lines shown since the pager last stopped
}
Vty.__index = Vty

--- A session on a device, until it is closed.
-- @param tty what `host.server` accepted; the session owns it
-- @tparam Device device
-- @string user
-- @treturn Vty to be closed
function vty.open(tty, device, user)
  local self = setmetatable({ tty = tty, device = device, user = user }, Vty)
  local _, level = device:account(user)
  if level ~= Vty.level then
    self.level = level
  end
  device:add_session(self)
  return self
end

--- Hang up.
function Vty:close()
  self.device:remove_session(self)
  self.tty:close(0)
end
Vty.__close = Vty.close

--- Write bytes as they are, except that CR LF is what this device has for it.
-- @string text
function Vty:write(text)
  if self.newline then
    text = text:gsub("\r\n", self.newline)
  end
  self.tty:write(text)
end

--- Let so much of the lab's time go by.
-- @number seconds
function Vty:sleep(seconds)
  self.device.clock:sleep(seconds)
end

--- Let the device think, as long as it does before it says something.
function Vty:think()
  local seconds = self.device:think_time()
  if seconds > 0 then
    self:sleep(seconds)
  end
end

--- Read a line, and note it.
-- @tparam table how as for `tty:read_line`
-- @treturn string|nil nil when the client has gone
-- @treturn string how it ended
function Vty:read_line(how)
  self.row = nil
  local line, ending
  if self.device:fault() then
    line, ending = mishap.read_line(self, how)
  else
    line, ending = self.tty:read_line(how)
  end
  if line and ending ~= "help" and ending ~= "tab" then
    self.device:record(ending == "interrupt" and line .. "\3" or line)
  end
  return line, ending
end

--- Read a key, and note it.
-- @treturn string|nil its byte; nil when the client has gone
function Vty:read_key()
  self.row = nil
  local key = self.tty:read_key()
  if key then
    self.device:record(key)
  end
  return key
end

local function end_of_lines(text, first, count)
  local last = first - 1
  for _ = 1, count do
    last = text:find("\n", last + 1, true)
    if not last then
      return #text
    end
  end
  return last
end

local function is_enter(key)
  return key == "\r" or key == "\n"
end

local function take_back(self, pager)
  if not pager.erase then
    self:write "\r\n"
    return
  end
  local margin = pager.text:find "^ .* $" and 1 or 0 -- blanks that are written over
  local width = #pager.text - margin
  local back = ("\b"):rep(width)
  self:write(back .. (" "):rep(width - margin) .. back)
end

-- how many more lines the user wants; 0 to stop
local function ask_for_more(self)
  local pager = platform.get(self.device:setting "platform").pager
  self:write(pager.text)
  local key = self:read_key()
  if not key then
    return 0
  end
  take_back(self, pager)
  if key == " " or key == pager.key then
    return self.height - 1
  end
  return is_enter(key) and 1 or 0
end

-- false when the user stopped it
local function write_pages(self, text)
  local first = 1
  local count = self.height - 1 - self.row
  while first <= #text do
    if count <= 0 then
      count = ask_for_more(self)
      if count == 0 then
        return false
      end
    end
    local last = end_of_lines(text, first, count)
    self:write(text:sub(first, last))
    local _, lines = text:sub(first, last):gsub("\n", "")
    self.row = self.height - 1 - count + lines
    count = count - lines
    first = last + 1
  end
  return true
end

local function write_slowly(self, text, seconds)
  for i = 1, #text do
    if not self.tty:write(text:sub(i, i)) then
      return false
    end
    self:sleep(seconds)
  end
  return true
end

local function show(self, text)
  local dribble = self.device:fault "dribble"
  if dribble then
    return write_slowly(self, text, dribble)
  elseif self.height == 0 or self.tty:kind() == "exec" then
    self:write(text)
    return true
  end
  return write_pages(self, text)
end

--- Show an output: after thinking, through the pager, with what faults do to it.
-- @string text lines that end in CR LF
-- @treturn boolean false when it was stopped on the way
function Vty:print(text)
  self:think()
  if self.device:fault() then
    return mishap.print(self, text, show)
  end
  return show(self, text)
end

--- Ask for a line.
-- @string question
-- @bool[opt=false] is_secret the answer is not shown
-- @treturn string|nil the answer; nil when the client has gone or broke it off
function Vty:ask(question, is_secret)
  self.device:asks(self, question)
  local answer, ending = self:read_line {
    prompt = question,
    echo = not is_secret,
    help = false,
    tab = false,
    history = false,
  }
  self.device:asks(self, nil, answer == nil)
  return ending ~= "interrupt" and answer or nil
end

--- Ask for one key, which is not shown.
-- @string question
-- @treturn boolean whether it was confirmed, with Enter or "y"
function Vty:confirm(question)
  self:write(question)
  self.device:asks(self, question)
  local key = self:read_key()
  self.device:asks(self, nil, key == nil)
  self:write "\r\n"
  return key ~= nil and (is_enter(key) or key:lower() == "y")
end

--- Read and drop what comes until the client goes away.
function Vty:wait_for_end()
  repeat
    local key = self:read_key()
  until not key
end

--- Take what comes, and say nothing any more, until the client goes away: what lies
-- between it and the device carries nothing.
function Vty:fall_silent()
  repeat
    local key = self.tty:read_key()
  until not key
end

--- End the session from the device's side.
function Vty:drop()
  self.tty:drop()
end

return vty
