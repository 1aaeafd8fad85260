--- The lab by telnet: a gateway in front of it that negotiates, asks for name and
-- password as IOS does, and carries the bytes of the device's own terminal. Whether a
-- login is right is the device's to say, as it is over SSH.
-- @module moonwire.lab.telnet
local secrets = require "host.secret"
local ssh = require "host.ssh"
local protocol = require "host.telnet"
local task = require "moonwire.task"
local uv = require "luv"

local telnet = {}

local TRIES = 3
local HELD = 65536 -- bytes taken from a device at once
local LOGIN = 60 -- seconds for all of it

local Listener = { __name = "moonwire.lab.Telnet" }
Listener.__index = Listener

local Caller = {}
Caller.__index = Caller

-- ---- one connection ----

local function new_caller(socket)
  local self = setmetatable({
    socket = socket,
    telnet = protocol.open(true),
    chunks = task.queue(),
    rest = "",
  }, Caller)
  socket:nodelay(true)
  socket:read_start(function(_, bytes)
    if bytes then
      self:_take(bytes)
    elseif not self.is_over then
      self.is_over = true
      self.chunks:close()
    end
  end)
  return self
end

function Caller:_take(bytes)
  local text, reply = self.telnet:feed(bytes)
  if reply ~= "" and not self.socket:is_closing() then
    self.socket:write(reply)
  end
  if text ~= "" and not self.is_over then
    self.chunks:put(text)
  end
end

-- Waits until the client has taken it.
function Caller:send(text)
  if self.socket:is_closing() then
    return false
  end
  return task.await(function(done)
    self.socket:write(self.telnet:encode(text), function(err) done(err == nil) end)
  end)
end

function Caller:next_key()
  if self.rest == "" then
    self.rest = self.chunks:get()
    if not self.rest then
      self.rest = ""
      return nil
    end
  end
  local key = self.rest:sub(1, 1)
  self.rest = self.rest:sub(2)
  return key
end

local ENTER = { ["\r"] = true, ["\n"] = true }
local RUB_OUT = { ["\b"] = true, ["\127"] = true }
local LONGEST = 256

-- A line as it is typed, with a rub-out and nothing more.
function Caller:read_line(has_echo)
  local line, key = "", self:next_key()
  while key and not ENTER[key] do
    local echo = key
    if RUB_OUT[key] then
      line, echo = line:sub(1, -2), "\b \b"
    else
      line = (line .. key):sub(1, LONGEST)
    end
    self:send(has_echo and echo or "")
    key = self:next_key()
  end
  self:send "\r\n"
  return key and line
end

function Caller:close()
  if not self.is_over then
    self.is_over = true
    self.chunks:close()
  end
  if not self.socket:is_closing() then
    self.socket:close()
  end
end
Caller.__close = Caller.close

-- ---- what is behind it ----

local function dial(place, host, name, password)
  return ssh.connect {
    host = host,
    port = place.port,
    user = name,
    password = secrets.from_string(password),
    methods = { "password", "keyboard-interactive" },
    pins = { place.host_key },
  }
end

local function log_in(caller, place, host)
  caller:send "\r\nUser Access Verification\r\n\r\n"
  for _ = 1, TRIES do
    caller:send "Username: "
    local name = caller:read_line(true)
    local password = name and caller:send "Password: " and caller:read_line(false)
    if not password then
      return nil
    end
    local client = dial(place, host, name, password)
    if client then
      return client
    end
    caller:send "% Login invalid\r\n\r\n"
  end
end

local function carry_in(caller, pipe)
  local text = caller.rest
  while text do
    if text ~= "" and not pipe:write(text) then
      break
    end
    text = caller.chunks:get()
  end
  caller.has_left = true -- also for who is sending to him just now
  pipe:close()
end

local function carry_out(caller, pipe)
  local text = pipe:read(1, HELD)
  while text and text ~= "" and caller:send(text) and not caller.has_left do
    text = pipe:read(1, HELD)
  end
  caller:close()
end

local function serve_caller(caller, place, host)
  caller.socket:write(caller.telnet:offer())
  local client <close> = task.timeout(LOGIN, log_in, caller, place, host)
  if not client then
    return
  end
  local term, width, height = caller.telnet:terminal()
  local pipe <close> = client:pipe { term = term, width = width, height = height }
  if pipe then
    task.group(function(group)
      group:spawn(carry_in, caller, pipe)
      carry_out(caller, pipe)
    end)
  end
end

-- ---- the socket ----

local function is_loopback(name)
  return name and name.ip:find "^127%." ~= nil
end

--- Listen on a free port.
-- @tparam table place of the lab: `port`, `host_key`
-- @treturn[1] Listener `port`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function telnet.listen(place)
  local socket = uv.new_tcp()
  local self = setmetatable({
    socket = socket,
    place = place,
    coming = task.queue(),
  }, Listener)
  local ok, message = socket:bind("0.0.0.0", 0)
  if ok then
    ok, message = socket:listen(128, function(err)
      local one = uv.new_tcp()
      if err or not socket:accept(one) or self.is_closed then
        one:close()
      else
        self.coming:put(one)
      end
    end)
  end
  if not ok then
    socket:close()
    return nil, "telnet: " .. message, "local"
  end
  self.port = socket:getsockname().port
  return self
end

local function serve_one(self, socket)
  local caller <close> = new_caller(socket)
  local here = socket:getsockname()
  if is_loopback(here) and is_loopback(socket:getpeername()) then
    serve_caller(caller, self.place, here.ip)
  end
end

--- Serve until it is closed. Waits.
function Listener:serve()
  task.group(function(group)
    for socket in function() return self.coming:get() end do
      group:spawn(serve_one, self, socket)
    end
    group:cancel()
  end)
end

--- Stop. Harmless when it was called before.
function Listener:close()
  if not self.is_closed then
    self.is_closed = true
    self.coming:close()
    self.socket:close()
  end
end

return telnet
