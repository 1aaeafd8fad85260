--- A journal that is written: a record for each event, in one line with its checksum.
-- Records go to the disk in groups while the loop goes on: at once when somebody waits
-- for one of them, and soon when nobody does. A record that is there stays there,
-- whatever becomes of us.
-- @module moonwire.journal.writer
local crc = require "host.journal"
local host = require "host.task"
local json = require "moonwire.report.json"
local uv = require "luv"

local writer = {}

local PRIVATE = 384 -- 0600
local SOON = 25 -- milliseconds
local APPEND = uv.constants.O_WRONLY | uv.constants.O_APPEND

local Writer = { __name = "moonwire.JournalWriter" }
Writer.__index = Writer

--- Open a journal to write at its end, for this program alone.
-- @string path
-- @tparam[opt] table options `is_new` (true: it must not be there yet; else it must)
-- @treturn[1] Writer
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local", "locked" (another program writes it)
function writer.open(path, options)
  local is_new = options and options.is_new
  local fd, message = uv.fs_open(path, is_new and "ax" or APPEND, PRIVATE)
  if not fd then
    return nil, message, "local"
  end
  local ok, kind
  ok, message, kind = crc.lock(fd)
  if not ok then
    uv.fs_close(fd)
    return nil, ("%s: %s"):format(path, message), kind
  end
  return setmetatable({
    fd = fd,
    path = path,
    last = 0, -- number of the last record that was given
    durable = 0, -- and of the last that is on the disk
    pending = {},
    waiters = {},
    timer = uv.new_timer(),
  }, Writer)
end

--- Go on behind what a reader has found; a torn tail is cut.
-- @tparam table found of `moonwire.journal.reader`
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
function Writer:trim(found)
  self.last, self.durable = found.last, found.last
  return uv.fs_ftruncate(self.fd, found.length)
end

local function wake_waiters(self)
  local waiters = self.waiters
  self.waiters = {}
  for _, waiter in ipairs(waiters) do
    host.wake(waiter)
  end
end

local function fail(self, message)
  self.is_writing = false
  if not self.failure then
    self.failure = ("cannot write %s: %s"):format(self.path, message)
    if self.on_failure then
      self.on_failure(self.failure)
    end
  end
  wake_waiters(self)
end

local flush

local function sync(self, last)
  uv.fs_fdatasync(self.fd, function(err)
    if err then
      return fail(self, err)
    end
    self.is_writing, self.durable = false, last
    wake_waiters(self)
    if self.is_due then
      flush(self)
    end
  end)
end

local function write(self, bytes, last)
  uv.fs_write(self.fd, bytes, -1, function(err, count)
    if err then
      fail(self, err)
    elseif count < #bytes then
      write(self, bytes:sub(count + 1), last)
    else
      sync(self, last)
    end
  end)
end

-- One group at a time; what comes meanwhile is the next one.
function flush(self)
  self.is_due = self.is_writing
  if self.is_writing or self.failure or #self.pending == 0 then
    return
  end
  local bytes = table.concat(self.pending)
  self.pending, self.is_writing = {}, true
  self.timer:stop()
  write(self, bytes, self.last)
end

--- A record as its line.
-- @tparam table record
-- @treturn string
function writer.line(record)
  local text = json.encode(record, true):sub(1, -2)
  return ("%08x %s\n"):format(crc.crc(text), text)
end

local function wall_time()
  local seconds, microseconds = uv.gettimeofday()
  return seconds + microseconds // 1000 / 1000
end

--- Add a record. It gets a number (`n`) and the time (`t`, seconds since 1970).
-- @tparam table record plain data with no secret in it
-- @treturn int its number
function Writer:append(record)
  self.last = self.last + 1
  record.n, record.t = self.last, wall_time()
  self.pending[#self.pending + 1] = writer.line(record)
  if not self.timer:is_active() then
    self.timer:start(SOON, 0, function() flush(self) end)
  end
  return self.last
end

--- Wait until what was added is on the disk.
-- @int[opt] wanted the number of a record, up to which; all, when left out
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function Writer:await(wanted)
  wanted = wanted or self.last
  while self.durable < wanted and not self.failure do
    flush(self)
    self.waiters[#self.waiters + 1] = host.current()
    host.park()
  end
  if self.durable < wanted then
    return nil, self.failure, "local"
  end
  return true
end

--- Add a record, and wait until it is on the disk.
-- @tparam table record
-- @return as from `await`
function Writer:commit(record)
  self:append(record)
  return self:await()
end

--- Close it when all is on the disk. Harmless when repeated.
function Writer:close()
  if not self.fd then
    return
  end
  host.shield(true)
  self:await()
  host.shield(false)
  self.timer:close()
  uv.fs_close(self.fd)
  self.fd = nil
end
Writer.__close = Writer.close

return writer
