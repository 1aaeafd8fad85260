--- For specs: a lab around a function, and a stock OpenSSH client on a
-- terminal, to be told what to type and asked what it shows.
local uv = require "luv"

local labs = require "moonwire.lab"
local task = require "moonwire.task"

local support = {}

--- Open a lab, serve, call `fn(lab)`, close it.
function support.with_lab(options, fn)
  local lab <close> = assert(labs.open(options))
  task.group(function(group)
    group:spawn(lab.serve, lab)
    fn(lab)
    lab:close()
  end)
end

--- The table of the first device of a lab, or another one.
function support.device(lab, index)
  return lab:inventory()[index or 1]
end

local Terminal = { __name = "Terminal" }
Terminal.__index = Terminal

local function write_file(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text, "\n")
  file:close()
  return path
end

local function wake(self)
  local waiting = self.waiting
  self.waiting = nil
  if waiting then
    waiting()
  end
end

local function wait(self)
  task.await(function(done)
    self.waiting = done
  end)
end

local function words_for(device, known_hosts, options)
  local words = {
    "-p", options.password or device.password,
    "ssh", "-F", "none", "-e", "none", "-p", tostring(device.port),
    "-o", "UserKnownHostsFile=" .. known_hosts,
    "-o", "GlobalKnownHostsFile=none",
    "-o", "StrictHostKeyChecking=yes",
    "-o", "PubkeyAuthentication=no",
    "-o", "NumberOfPasswordPrompts=1",
    "-o", "LogLevel=ERROR",
    options.command and "-T" or "-tt",
    ("%s@%s"):format(options.user or device.username, options.host or device.host),
  }
  words[#words + 1] = options.command
  return words
end

--- Log in with OpenSSH.
-- `options`: `index` (of the device), `user`, `password`, `host`, `command`
function support.ssh(lab, options)
  options = options or {}
  local known_hosts = write_file(lab:known_hosts())
  local self = setmetatable({ text = "", known_hosts = known_hosts }, Terminal)
  self.input, self.output, self.errors = uv.new_pipe(), uv.new_pipe(), uv.new_pipe()
  self.complaint = ""
  self.process = assert(uv.spawn("sshpass", {
    args = words_for(support.device(lab, options.index), known_hosts, options),
    stdio = { self.input, self.output, self.errors },
  }, function(status)
    self.status = status
    wake(self)
  end))
  self.output:read_start(function(_, bytes)
    self.text = self.text .. (bytes or "")
    self.is_over = bytes == nil
    wake(self)
  end)
  self.errors:read_start(function(_, bytes)
    self.complaint = self.complaint .. (bytes or "")
  end)
  return self
end

--- Type.
function Terminal:type(text)
  self.input:write(text)
  return self
end

--- What the terminal shows up to and with some text. Raises when it ends before that.
function Terminal:expect(plain)
  local _, last = self.text:find(plain, 1, true)
  while not last do
    if self.is_over then
      error(("no %q in %q (%s)"):format(plain, self.text, self.complaint), 2)
    end
    wait(self)
    _, last = self.text:find(plain, 1, true)
  end
  local shown = self.text:sub(1, last)
  self.text = self.text:sub(last + 1)
  return shown
end

--- Type a line, and give what is shown until some text (which is left out).
function Terminal:run(line, until_text)
  self:type(line .. "\n"):expect(line .. "\r\n")
  return (self:expect(until_text):sub(1, -#until_text - 1))
end

--- Wait until the client has ended.
function Terminal:await_end()
  while not (self.is_over and self.status) do
    wait(self)
  end
  return self.text, self.status
end

function Terminal:close()
  if not self.status then
    self.process:kill "sigkill"
  end
  for _, handle in ipairs { self.input, self.output, self.errors, self.process } do
    handle:close()
  end
  os.remove(self.known_hosts)
end
Terminal.__close = Terminal.close

return support
