--- moonwire as a child process that a spec talks to by lines and signals.
local uv = require "luv"
local waiting = require "spec.support.waiting"

local child = {}

local Child = {}
Child.__index = Child

local function follow(self, pipe, name)
  pipe:read_start(function(_, bytes)
    self[name] = self[name] .. (bytes or "")
    self.open = self.open - (bytes and 0 or 1)
    waiting.wake(self)
  end)
end

--- Start a program.
-- @tparam {string,...} words
-- @tparam[opt] {string,...} env "NAME=value"; ours when left out
function child.start(words, env)
  local self = setmetatable({ output = "", errors = "", open = 2 }, Child)
  self.pipes = { uv.new_pipe(), uv.new_pipe(), uv.new_pipe() }
  self.process, self.pid = assert(uv.spawn(words[1], {
    args = table.move(words, 2, #words, 1, {}), env = env, stdio = self.pipes,
  }, function(status, signal)
    self.status = signal == 0 and status or -signal
    waiting.wake(self)
  end))
  follow(self, self.pipes[2], "output")
  follow(self, self.pipes[3], "errors")
  return self
end

--- Wait until it has written a text.
function Child:expect(plain)
  while not self.output:find(plain, 1, true) do
    if self.status and self.open == 0 then
      error(("no %q in %q (%s)"):format(plain, self.output, self.errors), 2)
    end
    waiting.for_more(self)
  end
end

--- Write a line to it.
function Child:say(text)
  self.pipes[1]:write(text .. "\n")
end

--- Wait for its end, and give its exit status, or a signal's number below zero.
function Child:wait()
  while not self.status or self.open > 0 do
    waiting.for_more(self)
  end
  return self.status
end

function Child:close()
  if not self.status then
    self.process:kill "sigkill"
  end
  self.process:close()
  for _, pipe in ipairs(self.pipes) do
    pipe:close()
  end
end
Child.__close = Child.close

return child
