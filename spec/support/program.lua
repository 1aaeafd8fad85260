--- moonwire itself as a child process: to its end, or on a terminal of its own.
local task = require "moonwire.task"
local uv = require "luv"
local waiting = require "spec.support.waiting"

local program = {}

local function environment_of(changes)
  local variables = {}
  for name, value in pairs(uv.os_environ()) do
    if not (changes and changes[name] ~= nil) then
      variables[#variables + 1] = name .. "=" .. value
    end
  end
  for name, value in pairs(changes or {}) do
    variables[#variables + 1] = value and name .. "=" .. value or nil
  end
  return variables
end

local function collect(pipe, on_bytes, on_end)
  pipe:read_start(function(_, bytes)
    if bytes then
      on_bytes(bytes)
    else
      pipe:close()
      on_end()
    end
  end)
end

--- Run it to its end.
-- `options`: `input` (text), `environment` (changes; false takes one away),
-- `has_no_terminal`; gives `output`, `errors`, `status`
function program.run(words, options)
  options = options or {}
  local pipes = { uv.new_pipe(), uv.new_pipe(), uv.new_pipe() }
  local result = { output = "", errors = "" }
  local path, args = uv.exepath(), words
  if options.has_no_terminal then
    path, args = "setsid", { "-w", uv.exepath(), table.unpack(words) }
  end
  task.await(function(done)
    local open = 3
    local function finish()
      open = open - 1
      if open == 0 then
        done()
      end
    end
    result.process = assert(uv.spawn(path, {
      args = args, env = environment_of(options.environment), stdio = pipes,
    }, function(status)
      result.status = status
      finish()
    end))
    pipes[1]:write(options.input or "")
    pipes[1]:close()
    collect(pipes[2], function(bytes)
      result.output = result.output .. bytes
    end, finish)
    collect(pipes[3], function(bytes)
      result.errors = result.errors .. bytes
    end, finish)
  end)
  result.process:close()
  return result
end

local Terminal = {}
Terminal.__index = Terminal

local function quoted(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Run it on a terminal of its own (of script(1)).
-- `options`: `environment`, `behind` (a shell command that is run behind it, also when
-- it was interrupted)
function program.on_terminal(words, options)
  local behind = options and options.behind
  local line = { behind and "trap : INT;" or "exec", quoted(uv.exepath()) }
  for _, word in ipairs(words) do
    line[#line + 1] = quoted(word)
  end
  line[#line + 1] = behind and "; " .. behind
  local self = setmetatable({ text = "", at = 1 }, Terminal)
  self.input, self.output = uv.new_pipe(), uv.new_pipe()
  self.process = assert(uv.spawn("script", {
    args = { "-qec", table.concat(line, " "), "/dev/null" },
    env = environment_of(options and options.environment),
    stdio = { self.input, self.output, 2 },
  }, function(status)
    self.status = status
    waiting.wake(self)
  end))
  self.output:read_start(function(_, bytes)
    self.text = self.text .. (bytes or "")
    self.is_over = bytes == nil
    waiting.wake(self)
  end)
  return self
end

--- Wait until the terminal shows a text, behind what was waited for before.
function Terminal:expect(plain)
  while true do
    local _, last = self.text:find(plain, self.at, true)
    if last then
      self.at = last + 1
      return
    elseif self.is_over then
      error(("no %q in %q"):format(plain, self.text), 2)
    end
    waiting.for_more(self)
  end
end

--- Type.
function Terminal:type(text)
  self.input:write(text)
end

--- Wait until it ends, and give its exit status.
function Terminal:wait()
  while not (self.is_over and self.status) do
    waiting.for_more(self)
  end
  return self.status
end

function Terminal:close()
  if not self.status then
    self.process:kill "sigkill"
  end
  for _, handle in ipairs { self.input, self.output, self.process } do
    handle:close()
  end
end
Terminal.__close = Terminal.close

return program
