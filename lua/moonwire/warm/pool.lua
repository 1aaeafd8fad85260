--- Sessions that stay logged in, to be lent to one borrower at a time. Their number is
-- bounded; what nobody wants for long is logged out, and what is in doubt is closed and
-- never lent again. Nothing is typed into a session that rests.
-- @module moonwire.warm.pool
local sessions = require "moonwire.session"
local task = require "moonwire.task"

local pool = {}

local Pool = { __name = "moonwire.warm.Pool" }
Pool.__index = Pool

local LIMIT = 1000 -- sessions
local PER_DEVICE = 4 -- of these
local IDLE = 600 -- seconds that one may rest
local KEEPALIVE = 15 -- seconds of silence until one is asked for a sign of life
local LOGINS = 100 -- at once: each wants some 20 KB as long as it lasts
local REMEMBERED = 30 -- seconds that a refused login counts
local WAIT = 60 -- seconds for one that others have
local LOOK = 5 -- seconds between two looks at those that rest
local LITTER = 200 -- KB: what a login leaves would else lie among what stays for long
local REFUSED = { auth = true, hostkey = true }

--- A pool with nothing in it.
-- @tparam Group group in which sessions are logged out behind the scenes
-- @tparam[opt] table options `limit` (1000 sessions), `per_device` (4), `idle` (600
-- seconds that one may rest), `keepalive` (15 seconds), `wait` (60 seconds for one that
-- others have)
-- @treturn Pool
function pool.new(group, options)
  options = options or {}
  return setmetatable({
    group = group,
    limit = options.limit or LIMIT,
    per_device = options.per_device or PER_DEVICE,
    idle_time = options.idle or IDLE,
    wait = options.wait or WAIT,
    session_options = {
      via = false, recorder = false, keepalive = options.keepalive or KEEPALIVE,
    },
    gate = task.semaphore(LOGINS),
    resting = {}, -- lists by key, the one that was used last at the end
    count_of = {}, -- by key: resting, lent and about to be
    refusals = {}, -- by key
    waiters = {},
    total = 0,
    count = { logins = 0, lent = 0, evicted = 0, expired = 0, lost = 0, doubted = 0 },
  }, Pool)
end

-- ---- the end of one ----

local function close(session)
  pcall(session.disconnect, session)
end

-- Some devices want to be told something before: nobody waits for that.
function Pool:_end(entry, why)
  self.total = self.total - 1
  local left = self.count_of[entry.key] - 1
  self.count_of[entry.key] = left > 0 and left or nil
  self.count[why] = self.count[why] + 1
  if entry.session then
    self.group:spawn(close, entry.session)
  end
end

local function is_alive(entry)
  return entry.session.client:is_open() and entry.session.shell:is_open()
end

-- Take one out of those that rest, by its place in its list.
function Pool:_pick(key, place)
  local list = self.resting[key]
  local entry = table.remove(list, place)
  if #list == 0 then
    self.resting[key] = nil
  end
  return entry
end

-- The one that was used least lately makes room.
function Pool:_evict()
  local oldest
  for _, list in pairs(self.resting) do
    oldest = (not oldest or list[1].used < oldest.used) and list[1] or oldest
  end
  if oldest then
    self:_end(self:_pick(oldest.key, 1), "evicted")
  end
  return oldest ~= nil
end

-- ---- borrowing ----

function Pool:_find(key)
  while self.resting[key] do
    local entry = self:_pick(key)
    if is_alive(entry) then
      return entry
    end
    self:_end(entry, "lost")
  end
end

-- One that needs a login of its own does so beside another one of the same borrower.
local function has_room(self, key, is_fresh)
  return (self.count_of[key] or 0) < self.per_device + (is_fresh and 1 or 0)
end

local function can_have(self, wish)
  return (self.resting[wish.key] and not wish.is_fresh)
    or has_room(self, wish.key, wish.is_fresh)
      and (self.total < self.limit or next(self.resting) ~= nil)
end

-- The first of those who wait that can be served.
function Pool:_call_next()
  for i, wish in ipairs(self.waiters) do
    if can_have(self, wish) then
      table.remove(self.waiters, i)
      wish.is_called = true
      return wish.wake()
    end
  end
end

local function remove(list, item)
  for i, one in ipairs(list) do
    if one == item then
      return table.remove(list, i)
    end
  end
end

function Pool:_await_turn(wish, seconds)
  wish.is_called = false
  self.waiters[#self.waiters + 1] = wish
  local ok = pcall(task.timeout, seconds, task.await, function(done)
    wish.wake = done
  end)
  if wish.is_called then
    return ok
  end
  remove(self.waiters, wish)
  return false
end

function Pool:_refusal(key)
  local refusal = self.refusals[key]
  if refusal and task.now() - refusal.at < REMEMBERED then
    return refusal
  end
  self.refusals[key] = nil
end

local function without_name(device, message)
  local name = (device.name or device.host) .. ": "
  return message:sub(1, #name) == name and message:sub(#name + 1) or message
end

local function open(self, device)
  self.gate:acquire()
  local results = table.pack(pcall(sessions.open, device, self.session_options))
  self.gate:release()
  return table.unpack(results, 1, results.n)
end

-- Its place is taken before, and given up when nothing comes of it.
function Pool:_log_in(key, device)
  local entry = { key = key }
  self.total = self.total + 1
  self.count_of[key] = (self.count_of[key] or 0) + 1
  local ok, session, message, kind, detail = open(self, device)
  if not ok or not session then
    self:_end(entry, "lost")
    self:_call_next()
  end
  if not ok then
    error(session, 0)
  elseif session then
    self.count.logins = self.count.logins + 1
    entry.session, entry.mode = session, session:mode()
    collectgarbage("step", LITTER)
    return entry
  end
  message = without_name(device, message)
  if REFUSED[kind] then
    self.refusals[key] = {
      at = task.now(), message = message, kind = kind, detail = detail,
    }
  end
  return nil, message, kind, detail
end

-- One that rests, or one that is logged in to now; nil alone where there is no room.
function Pool:_try(wish, device)
  local key, is_fresh = wish.key, wish.is_fresh
  local entry = not is_fresh and self:_find(key)
  if entry then
    return self:_lend(entry, device, true)
  end
  local refusal = self:_refusal(key)
  if refusal then
    return nil, refusal.message, refusal.kind, refusal.detail
  elseif not has_room(self, key, is_fresh)
    or self.total >= self.limit and not self:_evict() then
    return nil
  end
  local message, kind, detail
  entry, message, kind, detail = self:_log_in(key, device)
  if not entry then
    return nil, message, kind, detail
  end
  return self:_lend(entry, device, false)
end

--- Borrow a session: one that rests, or one that is logged in to now.
-- @string key what makes the device this one and no other
-- @tparam table device
-- @bool[opt] is_fresh a login of its own
-- @bool[opt] is_hasty do not wait for one that others have
-- @treturn[1] table entry: `session`, to be given back or dropped
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: busy (all that may be are lent), or of the login
-- @treturn[2] ?table detail
function Pool:borrow(key, device, is_fresh, is_hasty)
  local wish = { key = key, is_fresh = is_fresh }
  local wait = is_hasty and 0 or self.wait
  local deadline = task.now() + wait
  while true do
    local entry, message, kind, detail = self:_try(wish, device)
    if entry or message then
      return entry, message, kind, detail
    elseif is_hasty
      or not self:_await_turn(wish, math.max(0, deadline - task.now())) then
      local words = "all sessions that may be kept are lent, for longer than %g s"
      return nil, words:format(wait), "busy"
    end
  end
end

function Pool:_lend(entry, device, is_warm)
  self.count.lent = self.count.lent + 1
  entry.is_warm = is_warm -- it was logged in to for another borrower
  entry.session.device = device -- its secrets may have been read again
  return entry
end

--- A borrower is done, and says how the session is: at rest in its first mode with
-- nothing but reading commands behind it, or in a mode that it has to be brought back
-- from first.
-- @tparam table entry
-- @bool is_clean
function Pool:give_back(entry, is_clean)
  local ok = is_alive(entry)
  if ok and not is_clean then
    local is_sound, is_back = pcall(entry.session._restore, entry.session, entry.mode)
    ok = is_sound and is_back
  end
  if not ok then
    return self:drop(entry)
  end
  entry.session.answers, entry.used = {}, task.now()
  entry.session.shell:discard()
  local list = self.resting[entry.key] or {}
  list[#list + 1] = entry
  self.resting[entry.key] = list
  self:_call_next()
end

--- Nobody knows how a session is: it is closed.
-- @tparam table entry
function Pool:drop(entry)
  self:_end(entry, "doubted")
  self:_call_next()
end

-- ---- those that rest ----

local function verdict(self, entry, now)
  if not is_alive(entry) then
    return "lost"
  elseif now - entry.used >= self.idle_time then
    return "expired"
  end
  entry.session.shell:discard() -- what it says on its own account
end

--- Look at all that rest once.
function Pool:look()
  local now = task.now()
  for key, list in pairs(self.resting) do
    for place = #list, 1, -1 do
      local why = verdict(self, list[place], now)
      if why then
        self:_end(self:_pick(key, place), why)
        self:_call_next()
      end
    end
  end
  for key in pairs(self.refusals) do
    self:_refusal(key)
  end
end

--- Look at them from time to time: a task that never ends.
function Pool:watch()
  while true do
    task.sleep(math.min(LOOK, self.idle_time / 4))
    self:look()
  end
end

--- Log out of all that rest.
function Pool:close()
  for key, list in pairs(self.resting) do
    for place = #list, 1, -1 do
      self:_end(self:_pick(key, place), "expired")
    end
  end
end

return pool
