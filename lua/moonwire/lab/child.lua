--- A lab in a process of its own, so that client and devices do not share a loop.
-- The child is this same program. It ends when its standard input does, so it cannot
-- outlive us, however we end.
-- @module moonwire.lab.child
local json = require "dkjson"
local scheduler = require "host.task"
local uv = require "luv"

local catalogue = require "moonwire.lab.catalogue"
local option = require "moonwire.lab.option"
local task = require "moonwire.task"

local child = {}

local Child = { __name = "moonwire.lab.Child" }
Child.__index = Child

local START_TIMEOUT = 30 -- seconds
local STOP_TIMEOUT = 5

-- options of `lab.open` that the command line has as well
local TIMES = { "rtt", "jitter", "think", "kex_delay", "auth_delay", "reload_time" }
local WORDS = { "seed", "port", "privilege", "platform", "clock", "versions" }
local ALIASES = { username = "user", password = "password", enable = "enable" }

local function add(words, name, value)
  words[#words + 1] = "--" .. name:gsub("_", "-")
  words[#words + 1] = value
end

local function fault_word(given)
  local extent = given.seconds and (":%.9gs"):format(given.seconds)
    or given.bytes and (":%d"):format(given.bytes)
    or ""
  local whom = given.device and ("=@%s"):format(given.device)
    or given.p and ("=%.9g"):format(given.p)
    or ""
  return given.name .. extent .. whom
end

local function command_line(options)
  local words = { "lab", "--json" }
  add(words, "devices", tostring(options.devices))
  for _, name in ipairs(TIMES) do
    add(words, name, ("%.9gs"):format(options[name]))
  end
  for _, name in ipairs(WORDS) do
    add(words, name, tostring(options[name]))
  end
  for key, name in pairs(ALIASES) do
    add(words, name, options[key])
  end
  for _, given in ipairs(options.faults) do
    add(words, "fault", fault_word(given))
  end
  return words
end

-- Give a waiting task the next line, or nil when there will be none.
local function deliver(self)
  local done = self.waiting
  local line, rest = self.text:match "^([^\n]*)\n(.*)$"
  if done and (line or self.is_over) then
    self.waiting = nil
    self.text = rest or ""
    done(line)
  end
end

local function read_line(self)
  return task.await(function(done)
    self.waiting = done
    deliver(self)
  end)
end

local function on_read(self)
  return function(err, bytes)
    if bytes then
      self.text = self.text .. bytes
    else
      self.is_over = true
    end
    if err or not bytes then
      self.output:read_stop()
    end
    deliver(self)
  end
end

local function on_exit(self)
  return function(status, signal)
    self.status = signal ~= 0 and ("signal " .. signal) or ("status " .. status)
    self.process:close()
    if self.when_ended then
      self.when_ended()
    end
  end
end

local function spawn(self, words)
  self.input, self.output = uv.new_pipe(), uv.new_pipe()
  local process, pid = uv.spawn(uv.exepath(), {
    args = words,
    stdio = { self.input, self.output, 2 },
    detached = true, -- a Ctrl-C is meant for its parent, with whose pipe it ends
  }, on_exit(self))
  if not process then
    self.input:close()
    self.output:close()
    return nil, "the lab could not be started: " .. pid, "local"
  end
  self.process, self.pid = process, pid
  self.output:read_start(on_read(self))
  return true
end

local function read_place(self)
  local line, message = task.timeout(START_TIMEOUT, read_line, self)
  local place = line and json.decode(line)
  if place then
    return place
  end
  self:stop()
  local reason = message or self.status
  return nil, ("the lab did not start (%s)"):format(reason), "local"
end

--- Start a lab and wait until it can be reached.
-- @tparam[opt] table options as for `lab.open`; `devices` is a number here, and there
-- is no `host_key`
-- @treturn[1] Child with `port`, `devices` (an inventory, host key pinned),
-- `known_hosts` (a line of such a file), `closed_port`, `host_key` (fingerprint), `pid`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid, local
function child.start(options)
  local complete, complaint = option.complete(options or {})
  if complete and type(complete.devices) == "table" then
    complaint = "devices: must be a number for a lab in a process of its own"
  end
  if complaint then
    return nil, "lab: " .. complaint, "invalid"
  end
  local self = setmetatable({ text = "", busy = task.semaphore(1) }, Child)
  local ok, message, kind = spawn(self, command_line(complete))
  local place
  if ok then
    place, message, kind = read_place(self)
  end
  if not place then
    return nil, message, kind
  end
  self.port, self.closed_port = place.port, place.closed_port
  self.host_key, self.known_hosts = place.host_key, place.known_hosts
  self.devices = catalogue.new(complete):inventory(place)
  return self
end

local function ask(self, request)
  self.busy:acquire()
  local line
  if not self.is_over then
    self.input:write(json.encode(request) .. "\n")
    line = read_line(self)
  end
  self.busy:release()
  if not line then
    return nil, ("the lab has ended (%s)"):format(self.status or "by itself"), "closed"
  end
  return json.decode(line)
end

--- Ask the lab for its counts.
-- @treturn[1] table see `Lab:statistics`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "closed"
function Child:observe()
  return ask(self, { observe = "lab" })
end

--- Ask what clients sent to a device.
-- @tparam int|string which its number or name
-- @treturn[1] table `lines`, `logins`, `attempts`, `open_sessions`, `unanswered`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "closed"
function Child:observe_device(which)
  return ask(self, { observe = "device", device = which })
end

--- Let time go by for all devices, where the lab's clock is virtual.
-- @number seconds
-- @treturn[1] table `now`, or `error`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "closed"
function Child:advance(seconds)
  return ask(self, { observe = "advance", seconds = seconds })
end

local function await_exit(self)
  if self.status then
    return
  end
  local killer = uv.new_timer()
  killer:start(STOP_TIMEOUT * 1000, 0, function()
    self.process:kill "sigkill"
  end)
  task.await(function(done)
    self.when_ended = done
  end)
  killer:close()
end

--- End the lab and wait for its end. Harmless when repeated.
function Child:stop()
  if self.is_stopped then
    return
  end
  self.is_stopped = true
  self.input:close()
  scheduler.shield(true) -- also when we are being cancelled
  await_exit(self)
  scheduler.shield(false)
  self.output:close()
end
Child.__close = Child.stop

return child
