--- A lab of simulated devices on this machine, for SSH clients of any kind.
-- One socket serves them all. Device i has the address 127.1.x.y (i = 256 x + y), and
-- on 127.0.0.1 the name of the user is the name of the device. Nothing is made for a
-- device before somebody reaches it. A lab prints nothing; whoever asks is told what
-- each client sent, which questions were left open, and how many sessions there were.
-- @module moonwire.lab
local hostkeys = require "host.hostkeys"
local server = require "host.server"
local uv = require "luv"

local catalogue = require "moonwire.lab.catalogue"
local clock = require "moonwire.lab.clock"
local fault = require "moonwire.lab.fault"
local key = require "moonwire.lab.key"
local option = require "moonwire.lab.option"
local platform = require "moonwire.platform"
local rack = require "moonwire.lab.rack"
local scp = require "moonwire.lab.scp"
local sftp = require "moonwire.lab.sftp"
local tally = require "moonwire.lab.tally"
local task = require "moonwire.task"
local telnet = require "moonwire.lab.telnet"
local vty = require "moonwire.lab.vty"

local lab = {}

local Lab = { __name = "moonwire.Lab" }
Lab.__index = Lab

-- by platform: the module that plays it; all others are played from their tables
local BEHAVIOUR = { cisco_ios = "moonwire.lab.cisco_ios" }
local TWIN = "moonwire.lab.twin"

--- The faults that a device can have; see `moonwire.lab.fault`.
lab.fault = fault

local function open_listener(self, options)
  return server.listen {
    port = options.port,
    host_keys = { options.host_key or key.USUAL, key.CHANGED },
    admit = function(host)
      return self.rack:admit(host)
    end,
    authorize = function(host, user, method, secret)
      return self.rack:authorize(host, user, method, secret)
    end,
  }
end

-- A port where nothing listens, and nothing will while the lab is open.
local function reserve_port()
  local socket = uv.new_tcp()
  local ok, message = socket:bind("0.0.0.0", 0)
  if not ok then
    socket:close()
    return nil, message, "local"
  end
  return socket, socket:getsockname().port
end

--- Open a lab. It serves nobody before `serve` runs.
-- @tparam[opt] table options `devices` (5: how many, or a list of tables with `name`
-- and with settings of one device), `rtt`, `jitter`, `think`, `kex_delay`,
-- `auth_delay`, `reload_time` (seconds), `faults` (a list of
-- `{ name =, device = | p =, seconds = }`), `seed`, `port` (0: a free one), `username`,
-- `password`, `enable`, `privilege` (of the login, 15), `platform` (a name, or "mixed":
-- every platform in turn), `start` (the mode that a login leads to), `flash_size`
-- (2142715904 bytes), `files` (by name: a text, or the size of a file that is none),
-- `fixed_pager` (false; true: it cannot be switched off), `twin` (false; true: play all
-- from their tables, those too that have a behaviour of their own), `clock` ("real";
-- "virtual", or how many times as fast as real; see `moonwire.lab.clock`), `host_key`
-- (private key, PEM), `algorithms` (that the devices offer: `kex`, `hostkeys`,
-- `ciphers`, `macs`, as lists with commas; what is left out is as usual), `telnet`
-- (false; true: they can be reached by telnet, too)
-- @treturn[1] Lab
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid, local
function lab.open(options)
  local complete, complaint = option.complete(options or {})
  if not complete then
    return nil, "lab: " .. complaint, "invalid"
  end
  local all, message, kind = catalogue.new(complete)
  if not all then
    return nil, message, kind
  end
  local time = clock.new(complete.clock)
  local self = setmetatable({
    catalogue = all,
    rack = rack.new(all, time),
    clock = time,
    tally = tally.new(),
  }, Lab)
  self.reserved, self.closed_port, kind = reserve_port()
  if not self.reserved then
    return nil, self.closed_port, kind
  end
  self.listener, message, kind = open_listener(self, complete)
  if not self.listener then
    self.reserved:close()
    return nil, message, kind
  end
  if complete.telnet then
    self.telnet, message, kind = telnet.listen(self:place())
    if not self.telnet then
      self:close()
      return nil, message, kind
    end
  end
  return self
end

local function behaviour_of(found)
  local played = platform.get(found:setting "platform")
  if found:setting "twin" then
    return require(TWIN)
  end
  return require(BEHAVIOUR[played.name] or TWIN)
end

local function serve_one(self, tty)
  local found, user = self.rack:find(tty:address(), tty:user())
  local _ <close> = self.tally:enter()
  local session <close> = vty.open(tty, found, user)
  if tty:kind() == "subsystem" then
    sftp.serve(session)
  elseif tty:kind() == "shell" or not scp.serve(session) then
    behaviour_of(found).serve(session)
  end
end

local function accept_all(self, group)
  local tty = self.listener:accept()
  while tty do
    group:spawn(serve_one, self, tty)
    tty = self.listener:accept()
  end
  group:cancel() -- what a device still thinks about, nobody will hear
end

--- Serve everybody who comes, until the lab is closed. Waits. A mistake of the lab
-- itself is raised here, and ends it.
function Lab:serve()
  task.group(function(group)
    if self.telnet then
      group:spawn(self.telnet.serve, self.telnet)
    end
    group:spawn(accept_all, self, group) -- a task, so that a mistake ends it too
  end)
end

--- Close the lab: all sessions end.
function Lab:close()
  if not self.is_closed then
    self.is_closed = true
    if self.telnet then
      self.telnet:close()
    end
    self.listener:close()
    self.reserved:close()
  end
end
Lab.__close = Lab.close

--- Let time go by for all devices, where the clock is virtual; otherwise it raises.
-- @number seconds
function Lab:advance(seconds)
  self.clock:advance(seconds)
end

--- One device, to look at what happened to it.
-- @tparam int|string which its number or its name
-- @treturn Device; raises when there is none
function Lab:device(which)
  local index = which
  if type(which) == "string" then
    index = self.catalogue:named(which)
  end
  if math.type(index) ~= "integer" or index < 1 or index > self.catalogue.count then
    error(("the lab has no device %s"):format(which), 2)
  end
  return self.rack:device(index)
end

--- The port that all devices share.
-- @treturn int
function Lab:port()
  return self.listener:port()
end

--- The public host key, as in a known_hosts file.
-- @treturn string "ssh-ed25519 AAAA…"
function Lab:host_key()
  return self.listener:host_key(1)
end

--- What a client's known_hosts file has to say about the lab.
-- @treturn string a line without its end
function Lab:known_hosts()
  return ("[127.*]:%d %s"):format(self:port(), self:host_key())
end

--- Where the lab is: all that a client needs beside the options.
-- @treturn table `port`, `closed_port`, `telnet_port` (where it speaks telnet),
-- `host_key` (fingerprint), `known_hosts` (a line)
function Lab:place()
  return {
    port = self:port(),
    closed_port = self.closed_port,
    telnet_port = self.telnet and self.telnet.port,
    host_key = hostkeys.fingerprint(self:host_key()),
    known_hosts = self:known_hosts(),
  }
end

--- The devices, as an inventory has them; the host key is pinned.
-- @treturn {table,...}
function Lab:inventory()
  return self.catalogue:inventory(self:place())
end

--- How many sessions are open.
-- @treturn int
function Lab:open_sessions()
  return self.tally.count
end

--- How many sessions were open at once at most.
-- @treturn int
function Lab:peak_sessions()
  return self.tally.peak
end

--- The questions that nobody answered: those that wait now, and those left behind.
-- @treturn {table,...} each with `device` (its name) and `question`
function Lab:unanswered()
  return self.rack:unanswered()
end

--- All counts at once.
-- @treturn table `devices`, `reached` (those that somebody tried to log in to),
-- `logins`, `attempts`, `open_sessions`, `peak_sessions`, `unanswered`, `lines` (sent
-- by clients), `connection` (what the server counts)
function Lab:statistics()
  local counts = self.rack:statistics()
  counts.open_sessions = self.tally.count
  counts.peak_sessions = self.tally.peak
  counts.connection = self.listener:stats()
  return counts
end

return lab
