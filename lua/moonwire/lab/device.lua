--- One simulated device: its configuration, its files, who is on it, and what was sent.
-- Until somebody changes something it holds little more than its number: the rest is
-- computed from that. What it says to whom is `moonwire.lab.cisco_ios`.
-- @module moonwire.lab.device
local address = require "moonwire.lab.address"
local chance = require "moonwire.lab.chance"
local configuration = require "moonwire.lab.configuration"
local gap = require "moonwire.lab.gap"
local log = require "moonwire.lab.log"
local pristine = require "moonwire.lab.pristine"
local template = require "moonwire.lab.template"

local device = {}

-- what most devices never change
local Device = {
  __name = "moonwire.lab.Device",
  login_count = 0,
  attempt_count = 0,
  line_count = 0,
  reloads = 0,
}
Device.__index = Device

-- By role: the configuration with its gaps, and texts that follow from it.
local roles = {}

local function role_of(self)
  local name = pristine.role(self.index)
  if not roles[name] then
    local parsed = configuration.parse(pristine.text(name))
    roles[name] = { configuration = parsed, views = {} }
  end
  return roles[name]
end

local function pristine_view(self, make)
  local role = role_of(self)
  local fill = role.views[make]
  if not fill then
    fill = template.compile(make(role.configuration), gap)
    role.views[make] = fill
  end
  return fill(self)
end

local function render(now)
  return now:render()
end

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

--- What was asked for when the lab was opened, for this device or for all.
-- @string key such as "enable" or "think"
function Device:setting(key)
  return self.settings[key]
end

--- A fault of this device.
-- @string[opt] name nil: any
-- @return its seconds, or true; nil when the device has no such fault
function Device:fault(name)
  local faults = self.faults
  return faults and (name == nil or faults[name]) or nil
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

--- The name in its prompts.
-- @treturn string
function Device:hostname()
  if not self.running then
    return self.name
  end
  return self.running:value(nil, "hostname") or "Router"
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

--- The running configuration as text.
-- @treturn string lines that end in LF
function Device:running_config()
  return self:view(render)
end

--- The startup configuration as text.
-- @treturn string|nil lines that end in LF; nil when it was erased
function Device:startup_config()
  if self.is_erased then
    return nil
  end
  return self.startup or pristine_view(self, render)
end

--- The running configuration, to be looked at.
-- @treturn Configuration
function Device:configuration()
  return self.running or configuration.parse(self:running_config())
end

--- The message of the day.
-- @treturn string|nil lines that end in LF, without the last one
function Device:banner()
  local text = self.running and self.running:value(nil, "banner motd")
  return text and text:match "^%^C\n(.*)\n%^C$"
end

--- The running configuration, to be changed.
-- @treturn Configuration
function Device:change()
  self.running = self:configuration()
  self.is_modified = true
  self.views = nil
  return self.running
end

--- Put another configuration in the place of the running one.
-- @tparam Configuration other
function Device:replace(other)
  self.running = other
  self.is_modified, self.views = true, nil
end

--- A text that follows from the running configuration, made once for each state of it,
-- and as long as nothing is changed once for all devices alike.
-- @tparam function make from the Configuration to the text; always the same function
-- @treturn string
function Device:view(make)
  if not self.running then
    return pristine_view(self, make)
  end
  self.views = self.views or {}
  self.views[make] = self.views[make] or make(self.running)
  return self.views[make]
end

--- Copy the running configuration to the startup configuration.
function Device:save()
  self.startup = self:running_config()
  self.is_modified, self.is_erased = nil, nil
end

--- Forget the startup configuration.
function Device:erase()
  self.startup, self.is_erased = nil, true
end

--- Whether it is starting again, so that nobody can reach it.
-- @treturn boolean
function Device:is_down()
  return self.up_at ~= nil and self.clock:now() < self.up_at
end

--- Start again from the startup configuration: everybody is thrown off.
-- @number[opt] at when it began to; now, when left out
function Device:reload(at)
  local startup = self:startup_config()
  self.running = not startup and configuration.parse "version 15.2\n"
    or self.startup and configuration.parse(self.startup)
    or nil
  self.is_modified, self.views = nil, nil
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

--- Keep a password that a configuration line stands for.
-- @string password
-- @treturn string what the line shows instead
function Device:hide(password)
  local hidden = gap.disguise(self.index, password)
  self.passwords = self.passwords or {}
  self.passwords[hidden] = password
  return hidden
end

local function reveal(self, line)
  local hidden = line:match " 5 (%S+)$"
  local known = self.passwords and self.passwords[hidden]
  for _, key in ipairs { "enable", "password" } do
    known = known or hidden == gap.disguise(self.index, self:setting(key))
      and self:setting(key)
  end
  return known or line:match "(%S+)$"
end

--- The password for `enable`.
-- @treturn string|nil nil when there is none
function Device:enable_password()
  if not self.running then
    return self:setting "enable"
  end
  local now = self:configuration()
  local secret = now:value(nil, "enable secret")
  local password = now:value(nil, "enable password")
  return secret and reveal(self, " " .. secret) or password
end

--- The account of a user.
-- @string user
-- @treturn string|nil password; nil when there is no such user
-- @treturn int privilege level
function Device:account(user)
  if not self.running then
    if user == self:setting "username" then
      return self:setting "password", self:setting "privilege"
    end
    return nil, 0
  end
  local line = self:configuration():value(nil, "username " .. user)
  if not line then
    return nil, 0
  end
  local level = (" " .. line):match " privilege (%d+)"
  return reveal(self, " " .. line), math.tointeger(level) or 1
end

--- Try to log in, and note it.
-- @string user
-- @string secret
-- @treturn boolean whether the login succeeded
function Device:log_in(user, secret)
  self.attempt_count = self.attempt_count + 1
  local password = self:account(user)
  local is_right = password ~= nil and password == secret
  if not is_right or self:fault "auth_failure" then
    return false
  end
  self.login_count = self.login_count + 1
  return true
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

--- How many logins succeeded.
-- @treturn int
function Device:logins()
  return self.login_count
end

--- How many logins were tried.
-- @treturn int
function Device:attempts()
  return self.attempt_count
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

--- Where the device listens for SSH.
-- @treturn string such as "127.1.0.7"
function Device:host()
  return address.of(self.index)
end

return device
