--- Who is on a device, and which questions of it they have not answered.
-- @module moonwire.lab.device
local Device = require "moonwire.lab.device.class"

--- Note that a session has begun. Sessions hang together by `next_session`.
-- @param session something with a method `drop`
function Device:add_session(session)
  session.next_session = self.last_session
  self.last_session = session
end

--- Note that a session has ended.
-- @param session
function Device:remove_session(session)
  if self.last_session == session then
    self.last_session = session.next_session
    return
  end
  local other = self.last_session
  while other.next_session ~= session do
    other = other.next_session
  end
  other.next_session = session.next_session
end

--- The sessions that are open, oldest first.
-- @treturn {session,...}
function Device:sessions()
  local list, session = {}, self.last_session
  while session do
    table.insert(list, 1, session)
    session = session.next_session
  end
  return list
end

--- How many sessions are open.
-- @treturn int
function Device:open_sessions()
  return #self:sessions()
end

--- Note that a session waits for an answer, or no longer does.
-- @param session
-- @tparam string|nil question nil: it was answered, or the client has left it open
-- @bool[opt] is_left the client has left it open
function Device:asks(session, question, is_left)
  self.questions = self.questions or {}
  if is_left then
    self.left = self.left or {}
    table.insert(self.left, self.questions[session])
  end
  self.questions[session] = question
end

--- The questions that nobody has answered: those that wait now, and those that clients
-- left behind.
-- @treturn {string,...}
function Device:unanswered()
  local found = self.left and table.move(self.left, 1, #self.left, 1, {}) or {}
  for _, question in pairs(self.questions or {}) do
    found[#found + 1] = question
  end
  return found
end

return Device
