--- One simulated device: its configuration, its files, who is on it, and what was sent.
-- Until somebody changes something it holds little more than its number: the rest is
-- computed from that. What it says to whom is `moonwire.lab.cisco_ios`.
-- @module moonwire.lab.device
local Device = require "moonwire.lab.device.class"
local address = require "moonwire.lab.address"
local chance = require "moonwire.lab.chance"
local gap = require "moonwire.lab.gap"
local log = require "moonwire.lab.log"

-- each brings verbs to the class
require "moonwire.lab.device.memory"
require "moonwire.lab.device.account"
require "moonwire.lab.device.visitor"

local device = {}

--- What the devices of a lab have in common, so that none of them needs room for it.
-- @tparam Clock time the lab's
-- @treturn table for `device.new`
function device.class(time)
  local class = setmetatable({ clock = time }, { __index = Device })
  class.__index, class.__name = class, Device.__name
  return class
end

--- A device, as it is when somebody reaches it for the first time.
-- @tparam table class of `device.class`
-- @tparam table settings what `Device:setting` answers from: `username`, `password`,
-- `enable`, `privilege`, `think`, `jitter`, `seed`, `reload_time`
-- @int index
-- @string name
-- @tparam table|nil faults what `fault.assign` gave
-- @treturn Device
function device.new(class, settings, index, name, faults)
  return setmetatable({
    settings = settings,
    index = index,
    name = name,
    faults = faults,
  }, class)
end

--- How long it thinks this time.
-- @treturn number seconds
function Device:think_time()
  local settings = self.settings
  local think, jitter = settings.think, settings.jitter
  if think == 0 or jitter == 0 then
    return think
  end
  self.thoughts = (self.thoughts or 0) + 1
  local unit = chance.unit(settings.seed, self.index, self.thoughts)
  return math.max(0, think + jitter * (2 * unit - 1))
end

--- Its address in the simulated network.
-- @treturn string
function Device:address()
  return gap.address(self)
end

local function plural(number, word)
  return ("%d %s%s"):format(number, word, number == 1 and "" or "s")
end

-- in words, since it was started again
local function time_up(self)
  local minutes = math.max(0, self.clock:now() - self.up_at) // 60 | 0
  local hours = minutes // 60
  local text = plural(minutes % 60, "minute")
  text = hours > 0 and plural(hours % 24, "hour") .. ", " .. text or text
  return hours >= 24 and plural(hours // 24, "day") .. ", " .. text or text
end

--- For how long it has been up, in words. Until it is started again this does not
-- change with time, so that two runs against the same lab see the same bytes.
-- @treturn string
function Device:uptime()
  if self.up_at then
    return time_up(self)
  end
  local x = chance.integer(self.index, "uptime")
  return ("%d weeks, %d days, %d hours, %d minutes"):format(
    2 + (x & 31), 2 + (x >> 8 & 3), 2 + (x >> 16 & 15), 2 + (x >> 24 & 31)
  )
end

--- Whether it is starting again, so that nobody can reach it.
-- @treturn boolean
function Device:is_down()
  return self.up_at ~= nil and self.clock:now() < self.up_at
end

--- Start again from the startup configuration: everybody is thrown off.
-- @number[opt] at when it began to; now, when left out
function Device:reload(at)
  self:load_startup()
  self.reloads = self.reloads + 1
  self.up_at = (at or self.clock:now()) + self.settings.reload_time
  self.reverts = nil
  if self.twin then
    self.twin:restart()
  end
  for _, session in ipairs(self:sessions()) do
    session:drop()
  end
end

-- the same for all devices until one changes them
local FILES = {
  ["readme.txt"] = "Nothing on this device is real.\r\n",
  ["sim_l2-universalk9-mz.152-7.E4.bin"] = 36294912,
  ["vlan.dat"] = 1216,
}

--- What lies in its flash: texts, sizes of files that nobody has sent, or long ones
-- that somebody has (see `moonwire.lab.content`).
-- @treturn table by name; not to be changed
function Device:files()
  return self.own_files or self:setting "files" or FILES
end

--- Put a file into its flash, or take one out.
-- @string name
-- @tparam string|int|Content|nil content nil takes it out
function Device:put_file(name, content)
  if not self.own_files then
    local own = {}
    for known, value in pairs(self:files()) do
      own[known] = value
    end
    self.own_files = own
  end
  self.own_files[name] = content
end

--- Note what a client sent.
-- @string text a line without its end, or a key
function Device:record(text)
  self.log = self.log or {}
  self.line_count = self.line_count + 1
  log.add(self.log, text)
end

--- Whether a client sent exactly this line (or key).
-- @string line
-- @treturn int|boolean how often, or false when never
function Device:sent(line)
  local count = self.log and log.count(self.log, line) or 0
  return count > 0 and count
end

--- All lines (and keys) that clients sent, oldest first; the last thousand at least.
-- @treturn {string,...} a copy
function Device:lines()
  return self.log and table.move(self.log, 1, #self.log, 1, {}) or {}
end

--- How many lines (and keys) clients sent.
-- @treturn int
function Device:count_lines()
  return self.line_count
end

--- Where the device listens for SSH.
-- @treturn string such as "127.1.0.7"
function Device:host()
  return address.of(self.index)
end

return device
