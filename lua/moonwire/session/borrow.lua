--- A session that is lent: taken from another moonwire that keeps it logged in, and, at
-- that end, brought back to where it was.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local log = require "moonwire.log"
local platforms = require "moonwire.platform"
local recording = require "moonwire.session.recording"
local task = require "host.task"
local via = require "moonwire.transport.via"

local SETTLE = 10 -- seconds for a device to show where it is

-- ---- who borrows ----

local function take_over(self, loan)
  local state = loan.state
  local platform, message, kind = platforms.get(state.platform)
  if not platform then
    loan:close()
    return nil, message, kind
  end
  self.client, self.shell, self.platform = loan, loan.inner, platform
  self.shell.platform = platform
  self:_open_dialogue()
  self.dialogue:settle(state)
  self.is_careful, self.refused, self.asked =
    state.is_careful, state.refused, state.asked
  self.has_answered = true -- it may have waited for long, so the device may have left
  return self
end

--- Borrow a session.
-- @local here
-- @string path of the socket
-- @tparam table device
-- @tparam table options of `moonwire.session.open`
-- @treturn[1] Session
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind; unknown: such a device is not kept there
-- @treturn[2] ?table detail
function Session.borrow(path, device, options)
  local recorded, complaint
  local loan, message, kind, detail = via.borrow(path, device, {
    fresh = options.fresh, is_hasty = options.may_log_in, limit = options.limit,
    tape = function(state)
      recorded, complaint =
        recording.open(device, platforms.get(state.platform), options)
      return recorded and recorded.tape
    end,
  })
  if loan and complaint then
    loan:close()
    return nil, complaint, "local"
  elseif not loan then
    if kind == "unknown" then
      local words = "%s: not kept by the moonwire at %s, and so logged in to from here"
      log.once(words:format(device.name or device.host, path), "not kept by " .. path)
    end
    return nil, message, kind, detail
  end
  local self = Session.new(device, nil, loan, options)
  self.recording = recorded
  return take_over(self, loan)
end

--- Another one in the place of one that was lost: with a login of its own, since one
-- that is kept may be lost in the same way.
-- @local here
function Session:_borrow_again()
  local loan, message, kind = via.borrow(self.client.path, self.device, {
    fresh = true, limit = self.options.limit,
    tape = function()
      return self.recording and self.recording.tape
    end,
  })
  if not loan then
    return nil, message, kind
  end
  return take_over(self, loan)
end

--- Whether it is one that was logged in to before it was asked for, and no login has
-- taken its place since.
-- @treturn boolean
function Session:is_warm()
  local state = self.client.is_loan and self.client.state
  return state and state.is_warm or false
end

local function is_in_doubt(self)
  local dialogue = self.dialogue
  return dialogue.is_torn or next(dialogue.stale) ~= nil or self.is_in_config
    or self.is_broken_off -- by an error, who knows where
end

--- Let go of a session that was borrowed: it is given back where it is certain how it
-- is, and lost otherwise.
-- @local here
function Session:_give_back()
  if not is_in_doubt(self) then
    self.client:give_back(self.dialogue.mode)
  end
end

--- Cross an edge that asks for what only the other side knows.
-- @local here
function Session:_walk_there(mode)
  local ok, message, kind = self.client:walk(mode)
  if not ok then
    return nil, message, kind
  end
  return self:_look_around()
end

-- ---- where it is kept ----

--- Others have typed here, or elsewhere for us: find out at which prompt it is. The
-- first proof ends what is under way, the second has a prompt before it that was seen.
-- @local here
function Session:_look_around()
  local deadline = task.now() + SETTLE
  self.shell:discard()
  self.dialogue:forget()
  local ok, message, kind = self.dialogue:prove(deadline)
  if ok then
    self.dialogue:forget()
    ok, message, kind = self.dialogue:prove(deadline)
  end
  return ok and true, message, kind
end

--- What somebody must know who takes this session over.
-- @local here
-- @treturn table plain data
function Session:_state()
  local dialogue, info = self.dialogue, self.client:info()
  return {
    platform = self.platform.name,
    prompt = dialogue.prompt,
    mode = dialogue.mode,
    host = dialogue.host,
    has_no_echo = dialogue.has_no_echo,
    is_careful = self.is_careful,
    refused = self.refused,
    asked = self.asked,
    server = info.server,
    host_key = info.host_key,
  }
end

--- Bring it back to a mode, with its terminal prepared as behind a login.
-- @local here
-- @string mode
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Session:_restore(mode)
  local ok, message, kind = self:_look_around()
  if ok and self.dialogue.mode ~= mode then
    ok, message, kind = self:_walk(mode)
  end
  if ok then
    ok, message, kind = self:_prepare_again()
  end
  return ok, message, kind
end

return Session
