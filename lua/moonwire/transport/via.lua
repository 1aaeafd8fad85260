--- Sessions that another moonwire of this user keeps logged in (`moonwire serve
-- --warm`), borrowed over its socket. What crosses are the bytes of the terminal;
-- credentials stay there, and need not be here.
-- @module moonwire.transport.via
local client = require "moonwire.transport.client"
local frame = require "moonwire.transport.frame"
local held = require "moonwire.transport.held"
local hostkeys = require "host.hostkeys"
local likeness = require "moonwire.transport.likeness"
local line = require "host.line"
local task = require "host.task"

local via = { version = 1 }

local PATIENCE = 120 -- seconds for a session, which may have to be logged in to first
local WALK = 60 -- seconds for a change of mode there
local CROWDED = 0.01 -- seconds until the next try where too many knock
local NAME = "MOONWIRE_VIA"

local Loan = setmetatable({ __name = "moonwire.Loan", is_loan = true }, {
  __index = client.Client,
})
Loan.__index = Loan

--- The socket to borrow over.
-- @tparam table options of `session.open`: `via`
-- @treturn string|boolean|nil its path, if any
function via.path(options)
  local path = options.via
  if path == nil then
    path = os.getenv(NAME)
  end
  return path ~= "" and path
end

local function knock(path)
  local deadline = task.now() + PATIENCE
  local socket, message, kind = line.connect(path)
  while kind == "timeout" and task.now() < deadline do
    task.sleep(CROWDED)
    socket, message, kind = line.connect(path)
  end
  if kind == "refused" then
    message, kind = message .. ": no moonwire serve --warm listens there", "local"
  end
  return socket, message, kind
end

local function close_socket(box)
  local socket = box[1]
  return socket and getmetatable(socket).__close(socket)
end

-- In a box that closes it, unless it was taken out.
local function boxed(socket)
  return setmetatable({ socket }, { __close = close_socket })
end

local function talk(box, options)
  local socket = box[1]
  box[1] = nil
  local shell, message, kind = line.open(socket, options)
  return shell and frame.over(shell), message, kind
end

-- The device that this one pins is the one that was logged in to.
local function pin_complaint(device, state)
  local pins = type(device.host_key) == "string" and { device.host_key }
    or device.host_key
  if not pins or not state.host_key then
    return nil
  end
  local shown = hostkeys.fingerprint(state.host_key)
  for _, pin in ipairs(pins) do
    if pin == shown then
      return nil
    end
  end
  return "the session that is kept has another host key: " .. shown
end

-- What is said first, and by `between` what is done until the answer comes.
local function ask(control, path, request, between)
  local ok, message, kind = control:send(request)
  local reply
  if ok then
    between()
    reply, message, kind = control:receive(PATIENCE)
  end
  if not reply then
    return nil, ("%s: %s"):format(path, message), kind
  elseif not reply.ok then
    return nil, reply.message, reply.kind, reply.detail
  end
  return reply
end

local function request_for(device, options)
  local any_type = device.device_type == "autodetect"
  return {
    version = via.version, verb = "borrow", likeness = likeness.of(device, any_type),
    any_type = any_type, fresh = options.fresh or false,
    is_hasty = options.is_hasty or false,
  }
end

local function attach(box, reply, options)
  local tape = options.tape and options.tape(reply.state)
  local data, message, kind = talk(box, { limit = options.limit, tape = tape })
  local ok
  if data then
    ok, message, kind = data:send {
      version = via.version, verb = "attach", token = reply.token,
    }
  end
  if not ok then
    return nil, message, kind
  end
  data.shell:raw(false)
  return data.shell
end

-- The connection for bytes is there before it is known whether there will be any: the
-- other side has let it in by then.
local function fetch(control, path, device, options)
  local second, message, kind
  local reply, words, why, detail = ask(control, path, request_for(device, options),
    function()
      second, message, kind = knock(path)
    end)
  local box <close> = boxed(second)
  if not reply then
    return nil, words, why, detail
  elseif not second then
    return nil, message, kind
  end
  local complaint = pin_complaint(device, reply.state)
  if complaint then
    return nil, complaint, "hostkey"
  end
  local shell
  shell, message, kind = attach(box, reply, options)
  return shell and { shell = shell, state = reply.state }, message, kind
end

--- Borrow a session.
-- @string path of the socket
-- @tparam table device as in an inventory; its secrets are not looked at
-- @tparam table options `fresh` (a login of its own), `is_hasty` (do not wait for one
-- that others have), `limit` (bytes of one answer), `tape` (function of the state:
-- gives the tape on which all is noted, if any)
-- @treturn[1] Loan with `state`: `platform`, `prompt`, `mode`, `host`, `is_careful`,
-- `is_warm`, `refused`, `asked`, `server`, `host_key`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unknown (such a device is not kept there), local (nobody
-- listens), busy, protocol, hostkey, or what a login there has ended with
-- @treturn[2] ?table detail
function via.borrow(path, device, options)
  local began = task.now()
  local socket, message, kind = knock(path)
  local control
  if socket then
    control, message, kind = talk({ socket }, {})
  end
  if not control then
    return nil, message, kind
  end
  local keeping <close> = setmetatable({ control }, {
    __close = function(box)
      return box[1] and box[1]:close()
    end,
  })
  local found, words, why, detail = fetch(control, path, device, options)
  if not found then
    return nil, words, why, detail
  end
  keeping[1] = nil
  local state = found.state
  local facts = {
    by = "a borrowed session", server = state.server,
    host_key = state.host_key, phases = { connect = task.now() - began },
  }
  return setmetatable({
    inner = held.new(found.shell), facts = facts, path = path, control = control,
    state = state,
  }, Loan)
end

--- Let the other side go to a mode that asks for a password, which is known there.
-- @string mode
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Loan:walk(mode)
  self.inner.has_changed = true
  local ok, message, kind = self.control:send { verb = "walk", mode = mode }
  local reply
  if ok then
    reply, message, kind = self.control:receive(WALK)
  end
  if not reply then
    return nil, message, kind
  elseif not reply.ok then
    return nil, reply.message, reply.kind
  end
  return true
end

--- Give it back, when it is known how it is; otherwise closing it is all, and nobody
-- is lent it again.
-- @string mode that it is in
function Loan:give_back(mode)
  local shell = self.inner
  if not shell or not self.control or not shell:is_settled() then
    return
  end
  pcall(self.control.send, self.control, {
    verb = "return", mode = mode, is_clean = not shell.has_changed,
  })
end

--- Close it. Harmless when it was closed before.
function Loan:close()
  local control = self.control
  self.control = nil
  if control then
    control:close()
  end
  return client.Client.close(self)
end
Loan.__close = Loan.close
Loan.__gc = Loan.close

return via
