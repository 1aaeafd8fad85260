--- The stock OpenSSH client as a child process, which logs in with a password.
local task = require "moonwire.task"
local uv = require "luv"

local openssh = {}

local Client = {}
Client.__index = Client

local function known_hosts(host_key)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("* ", host_key, "\n")
  file:close()
  return path
end

local function arguments(options, known)
  local list = {
    "-d", "9", -- the password comes through this descriptor
    "ssh", "-F", "/dev/null", "-o", "UserKnownHostsFile=" .. known,
    "-o", "GlobalKnownHostsFile=/dev/null", "-o", "NumberOfPasswordPrompts=1",
    "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=INFO",
    "-o", "PubkeyAuthentication=" .. (options.key and "yes" or "no"),
    "-i", options.key or "/dev/null", "-l", options.user or "admin",
    "-p", tostring(options.port), options.has_pty and "-tt" or "-T",
  }
  table.move(options.options or {}, 1, #(options.options or {}), #list + 1, list)
  list[#list + 1] = options.host or "127.0.0.1"
  list[#list + 1] = options.command
  return list
end

local function collect(self, pipe, name)
  pipe:read_start(function(_, data)
    self[name] = data and self[name] .. data or self[name]
    if not data then
      pipe:close()
      self.open_ends = self.open_ends - 1
    end
    self:_wake()
  end)
end

function Client:_wake()
  local waiter = self.waiter
  self.waiter = nil
  if waiter then
    waiter()
  end
end

local function sleep_until(self, condition)
  while not condition() do
    task.await(function(done) self.waiter = done end)
  end
end

--- Start it.
-- @tparam table options `port`, `host_key` (of the server), `host`, `user`, `password`
-- (default "pw"), `key` (path), `has_pty`, `command`, `options` (more arguments)
-- @treturn Client `stdout`, `stderr` so far, `pid`
function openssh.start(options)
  local self = setmetatable({ stdout = "", stderr = "", open_ends = 2 }, Client)
  local known = known_hosts(options.host_key)
  local password = uv.new_pipe(false)
  self.input = uv.new_pipe(false)
  local output, errors = uv.new_pipe(false), uv.new_pipe(false)
  self.handle, self.pid = assert(uv.spawn("sshpass", {
    args = arguments(options, known),
    stdio = { self.input, output, errors, nil, nil, nil, nil, nil, nil, password },
  }, function(status)
    self.status = status
    self.handle:close()
    os.remove(known)
    self:_wake()
  end))
  password:write((options.password or "pw") .. "\n", function() password:close() end)
  collect(self, output, "stdout")
  collect(self, errors, "stderr")
  return self
end

--- Type.
function Client:write(bytes)
  self.input:write(bytes)
end

--- Nothing more will be typed.
function Client:finish()
  if not self.input:is_closing() then
    self.input:shutdown(function() self.input:close() end)
  end
end

--- Sleep until it has printed this text, and take all up to its end away.
-- @treturn string what came before it
function Client:read_to(text)
  local first, last
  sleep_until(self, function()
    first, last = self.stdout:find(text, 1, true)
    assert(first or self.open_ends > 0, "ended before it printed " .. text)
    return first
  end)
  local before = self.stdout:sub(1, first - 1)
  self.stdout = self.stdout:sub(last + 1)
  return before
end

--- Sleep until it has ended.
-- @treturn int its exit status
function Client:join()
  sleep_until(self, function() return self.status and self.open_ends == 0 end)
  if not self.input:is_closing() then
    self.input:close()
  end
  return self.status
end

--- The process of ssh itself, below sshpass.
function Client:ssh_pid()
  local path = ("/proc/%d/task/%d/children"):format(self.pid, self.pid)
  return assert(tonumber(assert(io.open(path)):read "a"))
end

--- End it at once.
function Client:kill()
  if not self.status then
    uv.kill(self:ssh_pid(), "sigkill")
  end
  return self:join()
end

--- Run it to its end.
-- @treturn Client
function openssh.run(options)
  local self = openssh.start(options)
  self:write(options.input or "")
  self:finish()
  self:join()
  return self
end

return openssh
