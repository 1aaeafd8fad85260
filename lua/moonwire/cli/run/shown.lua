--- Results are shown when the journal has them on the disk, one after another, and
-- which have been is kept beside it: so a run that was killed and is resumed shows each
-- result once over both outputs. What nobody can know is whether the very last one came
-- out: it is shown again, and named.
-- Those that wait here are few: who brings one more waits until there is room again, so
-- that a run goes no faster than what comes of it can be put away.
-- The file `shown` holds the numbers of the journal's records, each written just before
-- its result is shown; "." when all before it are out, "?" when that is not known of
-- the last one.
-- @module moonwire.cli.run.shown
local host = require "host.task"
local task = require "moonwire.task"
local uv = require "luv"

local shown = {}

local Shown = { __name = "moonwire.Shown" }
Shown.__index = Shown

local PRIVATE = 384 -- 0600
local APPEND = uv.constants.O_WRONLY | uv.constants.O_APPEND
local NAME = "/shown"
local ROOM = 128 -- results that wait to be shown
local GROUP = 32 -- of them put away together

local function marks_in(text)
  local marks, last = {}, nil
  for line in text:gmatch "([^\n]*)\n" do -- a torn one was not shown
    local number = math.tointeger(tonumber(line))
    if number then
      marks[number], last = true, number
    elseif line == "?" and last then
      marks[last], last = nil, nil
    elseif line == "." then
      last = nil
    end
  end
  if last then
    marks[last] = nil
  end
  return marks, last
end

--- What the programs before this one have shown of a run.
-- @string folder of the run
-- @treturn[1] table true by the numbers of the records
-- @treturn[1] ?int the record of which nobody can know
-- @return[2] nil: that was not kept
function shown.read(folder)
  local file <close> = io.open(folder .. NAME, "rb")
  if not file then
    return nil
  end
  return marks_in(file:read "a")
end

--- The results of a run that are in its journal, and that nobody was shown.
-- @tparam table known see `moonwire.journal.history`
-- @tparam {int,...} numbers devices that will have another result
-- @treturn table `records` (true by their numbers), `count`, `doubtful` (the name of
-- the device whose result may have been shown)
function shown.missed(known, numbers)
  local missed = { records = {}, count = 0 }
  local marks, doubtful = shown.read(known.folder)
  local is_left_out = {}
  for _, number in ipairs(numbers) do
    is_left_out[number] = true
  end
  for index = 1, marks and #known.names or 0 do
    local record = known.records[index]
    if record and not marks[record] and not is_left_out[index] then
      missed.records[record], missed.count = true, missed.count + 1
      missed.doubtful = record == doubtful and known.names[index] or missed.doubtful
    end
  end
  return missed
end

-- Where it cannot be kept, a result may come twice when the run is resumed.
local function mark(self, what)
  if self.fd then
    uv.fs_write(self.fd, what .. "\n", -1)
  end
end

local function wake_all(tasks)
  for _, waiting in ipairs(tasks) do
    host.wake(waiting)
  end
end

-- The next ones that are on the disk. Where that fails, nobody can resume the run, and
-- they are shown all the same.
local function next_group(self)
  local items, results = {}, {}
  repeat
    local item = self.waiting[self.first]
    self.waiting[self.first], self.first = nil, self.first + 1
    items[#items + 1], results[#results + 1] = item, item.result
  until #items == GROUP or self.first > self.last
  self.journal:await(items[#items].number)
  return items, results
end

local function show_group(self)
  local items, results = next_group(self)
  self.out.keep(results)
  for _, item in ipairs(items) do
    if self.is_streaming then
      mark(self, item.number)
    else
      self.held[#self.held + 1] = item.number
    end
    self.out.show(item.result)
  end
  local waiters = self.waiters
  self.waiters = {}
  wake_all(waiters)
end

local function show_all(self)
  local ending <close> = self.ending -- luacheck: ignore 211
  while true do
    while self.first <= self.last do
      show_group(self)
    end
    if self.is_over then
      return
    end
    self.idle = host.current()
    host.park()
    self.idle = nil
  end
end

local function wake(self)
  if self.idle then
    host.wake(self.idle)
  end
end

--- Something to give results to as they end.
-- @tparam table journal its writer
-- @tparam table out `keep` (called with a few results: they are put away, before any of
-- them is shown), `show` (called with each of them)
-- @tparam[opt] table options `is_new` (true: nothing was shown before), `is_streaming`
-- (what is shown comes out at once, and not when all has come)
-- @treturn[1] Shown
-- @return[2] nil
-- @treturn[2] string message
function shown.new(journal, out, options)
  local is_new = options.is_new
  local path, how = journal.folder .. NAME, is_new and "ax" or APPEND
  local fd, message, kind = uv.fs_open(path, how, PRIVATE)
  if not fd and (is_new or kind ~= "ENOENT") then
    return nil, message
  end
  local self = setmetatable({
    journal = journal, out = out, fd = fd, is_streaming = options.is_streaming,
    first = 1, last = 0, waiting = {}, held = {},
    waiters = {}, -- tasks, for room
  }, Shown)
  self.ending = setmetatable({}, { __close = function()
    self.has_ended = true -- also by an error: nobody waits for room any more
    wake_all(self.waiters)
  end })
  if not is_new then
    mark(self, "?")
  end
  self.task = task.spawn(show_all, self)
  return self
end

--- Take a result; it is shown when its record is on the disk. Waits while there is no
-- room; the result is taken, whatever becomes of that wait.
-- @int number of its record
-- @tparam table result
function Shown:take(number, result)
  self.last = self.last + 1
  self.waiting[self.last] = { number = number, result = result }
  wake(self)
  while self.last - self.first >= ROOM and not self.has_ended do
    self.waiters[#self.waiters + 1] = host.current()
    host.park()
  end
end

--- Nothing more comes; wait until all is shown.
function Shown:settle()
  self.is_over = true
  wake(self)
  local ok, err = self.task:join()
  if not ok then
    error(err, 0)
  end
end

--- Everything is out, also what comes at the end only.
function Shown:finish()
  for _, number in ipairs(self.held) do
    mark(self, number)
  end
  mark(self, ".")
end

--- Let go of it. What has not been shown is not any more.
function Shown:close()
  self.is_over = true
  wake(self)
  if self.fd then
    uv.fs_close(self.fd)
    self.fd = nil
  end
end
Shown.__close = Shown.close

return shown
