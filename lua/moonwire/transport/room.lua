--- For how many channels the connections to a jump host have room. No jump host says
-- so: it is learnt from what is refused on one, and from what others have carried.
-- A connection has a `client`, a `bastion` (`connections`; by kind of channel: `out`,
-- the words with which one that carried none refused, and `peak`, the most that one
-- has carried), and what is kept here. A kind of channel is "forward" (a connection
-- from there) or "session" (a command that runs there).
-- @module moonwire.transport.room
local room = {}

local MOST = 900 -- devices by one connection: sshd often has 1,024 descriptors for it

--- A connection has been made: it carries nothing yet.
-- @tparam table connection
function room.open(connection)
  connection.taken = { forward = 0, session = 0 } -- also by those that only ask
  connection.carried = { forward = 0, session = 0 }
  connection.room = {} -- by kind of channel: for how many it was seen to have room
end

-- What is to be expected of a connection that has not refused any.
local function estimate(bastion, channel)
  local least = math.huge
  for _, connection in ipairs(bastion.connections) do
    local seen = connection.room[channel]
    least = seen and seen > 0 and math.min(least, seen) or least
  end
  return least
end

--- Whether a connection has room for one more. Those who were promised a channel count:
-- they may not have asked for it yet.
-- @tparam table connection
-- @string channel
-- @int[opt] below only where fewer are on it
-- @treturn boolean
function room.is_there(connection, channel, below)
  local seen = connection.room[channel] or estimate(connection.bastion, channel)
  seen = math.min(seen, below or seen)
  return connection.client:load() < MOST and connection.taken[channel] < seen
end

--- A channel is promised to somebody, who gives it up at the end, come what may.
-- @tparam table connection
-- @string channel
function room.take(connection, channel)
  connection.taken[channel] = connection.taken[channel] + 1
end

--- Give up what was promised.
-- @tparam table connection
-- @string channel
function room.give_up(connection, channel)
  connection.taken[channel] = connection.taken[channel] - 1
end

--- Whether nobody has a channel of a connection, or waits for one.
-- @tparam table connection
-- @treturn boolean
function room.is_idle(connection)
  local taken = connection.taken
  return connection.client:load() == 0 and taken.forward + taken.session == 0
end

--- A jump host has refused a channel on a connection. When others have one there, it is
-- full, and so will be the next one with as many. When none has, it is of no use, and
-- no further one is made.
-- @tparam table connection
-- @string channel
-- @string words what it has said
-- @treturn boolean whether there may be room on another connection
function room.is_full(connection, channel, words)
  local others = connection.taken[channel] - 1 -- without the one that was refused
  room.learn(connection, channel, others)
  if others == 0 then
    connection.bastion.out[channel] = words
  end
  return others > 0
end

--- A jump host has refused a channel without saying whether for want of room. That
-- cannot be where a connection has carried more than this one does.
-- @tparam table connection
-- @string channel
-- @treturn int|nil how many are on it: one that has fewer is worth a try
function room.may_be_full(connection, channel)
  local others = connection.taken[channel] - 1
  local peak = connection.bastion.peak[channel]
  return others >= math.max(1, peak) and others or nil
end

--- What a connection refused has been given by another one: it is full with so many.
-- @tparam table connection
-- @string channel
-- @int others
function room.learn(connection, channel, others)
  local seen = connection.room
  seen[channel] = math.min(seen[channel] or others, others)
end

--- A connection carries one more.
-- @tparam table connection
-- @string channel
function room.carry(connection, channel)
  local count = connection.carried[channel] + 1
  connection.carried[channel] = count
  local peak = connection.bastion.peak
  peak[channel] = math.max(peak[channel], count)
end

--- A channel has been given back: there is room again, wherever it was missing.
-- @tparam table connection
-- @string channel
function room.give_back(connection, channel)
  connection.carried[channel] = connection.carried[channel] - 1
  local bastion = connection.bastion
  if bastion.out[channel] then
    bastion.out[channel] = nil
    for _, one in ipairs(bastion.connections) do
      one.room[channel] = one.room[channel] ~= 0 and one.room[channel] or nil
    end
  end
end

return room
