--- Warm sessions: the door at which other programs of this user borrow sessions that
-- stay logged in here. Who knocks is known by the system's word. What is lent are the
-- bytes of a terminal; credentials never leave.
--
-- A borrower has a connection for words (`borrow`, `walk`, `return`) and one for the
-- bytes. When the first ends without `return`, nobody knows what was typed, and the
-- session is dropped.
-- @module moonwire.warm
local host = require "host.task"
local frame = require "moonwire.transport.frame"
local likeness = require "moonwire.transport.likeness"
local line = require "host.line"
local log = require "moonwire.log"
local pool = require "moonwire.warm.pool"
local task = require "moonwire.task"
local uv = require "luv"
local via = require "moonwire.transport.via"

local warm = {}

local Door = { __name = "moonwire.warm.Door" }
Door.__index = Door

local TOKEN = 16 -- random bytes, which only the borrower is told
local FIRST = 150 -- seconds to say what one wants; a login may have to come before that
local COMING = 30 -- seconds to come for a session that was promised
local MOST_GUESTS = 4096

-- ---- which device ----

-- Of two that are alike in everything, the first.
local function index_of(devices)
  local index = { [true] = {}, [false] = {} }
  for _, device in ipairs(devices) do
    for any_type, by_likeness in pairs(index) do
      local key = likeness.of(device, any_type)
      by_likeness[key] = by_likeness[key] or device
    end
  end
  return index
end

function Door:_find(request)
  local inventory = self.inventory()
  if self.known ~= inventory then
    self.known, self.index = inventory, index_of(inventory.devices)
  end
  return self.index[request.any_type == true][request.likeness]
end

-- ---- one that is lent ----

local function pump(from, to, first)
  local bytes = first ~= "" and first or from:take()
  while bytes and to:write(bytes) do
    bytes = from:take()
  end
end

-- The device's end: the borrower is to see it.
local function pump_out(from, to)
  pump(from, to, "")
  to:close()
end

-- Let the bytes flow until the borrower says something, or is gone.
local function relay(lease, control)
  local shell, data = lease.entry.session.shell, lease.data
  local typed = lease.typed
  lease.typed = ""
  shell:raw(true)
  return task.group(function(group)
    local tasks = {
      group:spawn(pump, data, shell, typed), group:spawn(pump_out, shell, data),
    }
    local request = control:receive()
    for _, one in ipairs(tasks) do
      one:cancel()
    end
    return request
  end)
end

local function walk(session, mode)
  session.shell:raw(false)
  local ok, message, kind = session:_look_around()
  if ok and type(mode) == "string" then
    ok, message, kind = session:_walk(mode)
  end
  return { ok = ok or false, message = message, kind = kind }
end

local function serve(lease, control)
  local session = lease.entry.session
  local request
  repeat
    request = relay(lease, control)
    local wants_walk = type(request) == "table" and request.verb == "walk"
    local is_there = wants_walk and control:send(walk(session, request.mode))
  until not is_there
  return request
end

-- What the borrower says of it counts only for one who has read all he asked for.
local function is_clean(lease, request)
  return request.is_clean == true and request.mode == lease.entry.mode
end

local function lend(self, lease, control)
  local ok, request = pcall(serve, lease, control)
  lease.data:close()
  if ok and type(request) == "table" and request.verb == "return" then
    lease.entry.session.shell:raw(false)
    return self.pool:give_back(lease.entry, is_clean(lease, request))
  end
  self.pool:drop(lease.entry)
  if not ok then
    error(request, 0)
  end
end

-- The second connection of a borrower. No task of its own waits for the end of time:
-- this stands between a borrower and his first command.
local function await_data(lease)
  if not lease.data then
    local timer = uv.new_timer()
    local _ <close> = setmetatable({}, { __close = function() timer:close() end })
    task.await(function(done)
      lease.wake = done
      timer:start(COMING * 1000, 0, done)
    end)
  end
  return lease.data ~= nil
end

-- Promise a session to a borrower, who may fail to come for it.
function Door:_promise(control, entry)
  local lease = { entry = entry }
  local token = uv.random(TOKEN)
  self.leases[token] = lease
  local state = entry.session:_state()
  state.is_warm = entry.is_warm
  local ok = control:send { ok = true, token = token, state = state }
  ok = ok and await_data(lease)
  self.leases[token] = nil
  return ok and lease
end

function Door:_borrow(control, request)
  local device = self:_find(request)
  if not device then
    return control:send {
      ok = false, kind = "unknown", message = "such a device is not kept here",
    }
  end
  local entry, message, kind, detail = self.pool:borrow(likeness.of(device), device,
    request.fresh == true, request.is_hasty == true)
  if not entry then
    detail = detail and { phase = detail.phase, phases = detail.phases }
    return control:send { ok = false, message = message, kind = kind, detail = detail }
  end
  local lease = self:_promise(control, entry)
  if lease then
    return lend(self, lease, control)
  end
  self.pool:give_back(entry, true)
end

-- ---- who knocks ----

function Door:_attach(frames, request)
  local lease = self.leases[request.token]
  if lease and not lease.data then
    lease.data, lease.typed = frames.shell, frames:leftover()
    lease.data:write(lease.entry.session.dialogue.prompt)
    return lease.wake and lease.wake()
  end
  frames:close()
end

local function complaint(request)
  if type(request) ~= "table" or request.version ~= via.version then
    return "this is another version of moonwire: start moonwire serve again"
  elseif type(request.likeness) ~= "string" then
    return "there is no such request"
  end
end

function Door:_answer(socket)
  local frames = frame.over(assert(line.open(socket, {})))
  local request = frames:receive(FIRST)
  if type(request) == "table" and request.verb == "attach" then
    return self:_attach(frames, request)
  end
  local control <close> = frames
  local message = request ~= nil and complaint(request)
  if message then
    control:send { ok = false, message = message, kind = "protocol" }
  elseif request and request.verb == "borrow" then
    self:_borrow(control, request)
  end
end

local function describe(err)
  return err == host.cancelled and err or debug.traceback(err, 2)
end

function Door:_guest(socket)
  local ok, err = xpcall(self._answer, describe, self, socket)
  self.guests[host.current()] = nil
  self.count = self.count - 1
  if not ok and err ~= host.cancelled then
    log.say(tostring(err))
  end
end

function Door:_let_in(socket, user)
  local is_known = user == uv.getuid() or user == 0
  if not is_known or self.count >= MOST_GUESTS then
    return getmetatable(socket).__close(socket)
  end
  self.count = self.count + 1
  local guest = self.group:spawn(self._guest, self, socket)
  self.guests[guest.handle] = guest
end

function Door:_accept()
  while true do
    local socket, user, kind = self.listener:accept()
    if socket then
      self:_let_in(socket, user)
    elseif kind == "closed" then
      return
    else
      task.sleep(1) -- no descriptors: somebody may give one back
    end
  end
end

--- Open the door. Its tasks are those of the group, and end when it is closed.
-- @tparam Group group
-- @string path of the socket
-- @tparam function inventory gives the inventory that is current
-- @tparam[opt] table options as for `moonwire.warm.pool.new`
-- @treturn[1] Door with `pool`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function warm.open(group, path, inventory, options)
  local listener, message, kind = line.listen(path)
  if not listener then
    return nil, message, kind
  end
  local self = setmetatable({
    group = group, listener = listener, inventory = inventory,
    pool = pool.new(group, options),
    guests = {}, count = 0, leases = {},
  }, Door)
  self.watcher = group:spawn(self.pool.watch, self.pool)
  self.accepter = group:spawn(self._accept, self)
  return self
end

--- Let nobody in any more, and log out of everything.
function Door:close()
  self.listener:close()
  self.watcher:cancel()
  self.accepter:cancel()
  for _, guest in pairs(self.guests) do
    guest:cancel()
  end
  self.pool:close()
end
Door.__close = Door.close

return warm
