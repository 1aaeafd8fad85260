--- What is typed, line by line. The loop goes on meanwhile: keys come as they come.
-- They go into the line while one is being typed; while a command runs they are kept
-- for the next line, except Ctrl-C, which is for the command.
-- @module moonwire.repl.keyboard
local signals = require "moonwire.signals"
local task = require "moonwire.task"
local uv = require "luv"

local Keyboard = { __name = "moonwire.repl.Keyboard" }
Keyboard.__index = Keyboard

local INTERRUPT = "\3"

local function wake(self)
  local waiting = self.waiting
  self.waiting = nil
  if waiting then
    waiting()
  end
end

local function await_more(self)
  task.await(function(done)
    self.waiting = done
  end)
end

-- What stands before a Ctrl-C was typed for a command that is given up.
local function take_interrupt(self)
  local behind = self.typed:match(".*" .. INTERRUPT .. "(.*)$")
  if behind then
    self.typed = behind
  end
  return behind ~= nil
end

local function interrupt(self)
  if self.is_reading then
    self.typed = self.typed .. INTERRUPT
  elseif self.on_interrupt then
    self.on_interrupt()
  end
  wake(self)
end

local function receive(self, bytes)
  if bytes then
    self.typed = self.typed .. bytes
  else
    self.is_over = true
  end
  if not self.is_reading and self.editor and take_interrupt(self) then
    interrupt(self)
  end
  wake(self)
end

-- Ctrl-C is a key where lines are edited, and a signal where they are not.
local function watch_signals(self)
  self.listener = signals.listen(function(name, number)
    if name ~= "sigint" then
      self.is_over, self.ended_by = true, number
    end
    interrupt(self)
  end)
  if self.editor then
    local resized = uv.new_signal()
    self.handles[#self.handles + 1] = resized
    resized:unref()
    resized:start("sigwinch", function()
      self.editor:resize()
    end)
  end
end

local function open_stream(kind)
  if kind == "tty" then
    return uv.new_tty(0, true)
  elseif kind == "pipe" then
    local pipe = uv.new_pipe()
    return pipe:open(0) and pipe
  end
end

--- Read from standard input.
-- @tparam Console console
-- @param[opt] editor of `host.editor`, where lines are edited
-- @treturn Keyboard `ended_by`: the number of the signal that asked for an end
function Keyboard.open(console, editor)
  local kind = uv.guess_handle(0)
  local self = setmetatable({
    console = console, editor = editor, typed = "", handles = {},
    is_terminal = kind == "tty",
  }, Keyboard)
  local stream = open_stream(kind)
  if stream then
    self.handles[1] = stream
    self.descriptor = stream:fileno()
    stream:read_start(function(_, bytes)
      receive(self, bytes)
    end)
  else
    self.typed, self.is_over = io.stdin:read "a" or "", true
  end
  if self.is_terminal then
    watch_signals(self)
  end
  return self
end

--- Give everything back.
function Keyboard:close()
  for _, handle in ipairs(self.handles) do
    handle:close()
  end
  self.handles = {}
  if self.listener then
    self.listener:close()
  end
  if self.editor then
    self.editor:close()
    self.editor = nil
  end
end
Keyboard.__close = Keyboard.close

--- Whether Ctrl-C was typed while nothing let the loop look.
-- @treturn boolean
function Keyboard:is_interrupted()
  if not self.editor then
    return false
  end
  local bytes = uv.fs_read(self.descriptor, 4096, -1)
  self.typed = self.typed .. (bytes or "")
  return take_interrupt(self)
end

local function suspend(self, text)
  self.editor:finish()
  self.editor:leave()
  uv.kill(uv.os_getpid(), "sigtstp") -- goes on here when we are brought back
  self.editor:begin(self.prompt)
  self.editor:insert(text)
end

-- The keys that come meanwhile are for what comes after.
local function complete(self, text, cursor)
  self.is_reading = false
  local insertion, list = self.on_tab(text, cursor)
  self.is_reading = true
  if list then
    self.console:write_raw(list)
  end
  if insertion then
    self.editor:insert(insertion)
  end
end

local on_event = {}

function on_event.line(_, text)
  return text
end

on_event["end"] = function(self)
  self.editor:finish()
  return nil, "end"
end

function on_event.interrupt(self)
  self.editor:finish()
  return "", "interrupt"
end

function on_event.suspend(self, text)
  suspend(self, text)
  return false
end

function on_event.tab(self, text, cursor)
  if self.on_tab then
    complete(self, text, cursor)
  end
  return false
end

function on_event.open()
  return false
end

local function edit_line(self)
  while true do
    while self.typed == "" and not self.is_over do
      await_more(self)
    end
    if self.is_over and (self.typed == "" or self.ended_by) then
      return nil, "end"
    end
    local event
    event, self.typed = self.editor:feed(self.typed)
    local text, cursor = self.editor:text()
    local line, reason = on_event[event](self, text, cursor)
    if line ~= false then
      return line, reason
    end
  end
end

local function read_edited(self, prompt)
  self.prompt = prompt
  self.console:start_line()
  self.editor:begin(prompt)
  self.is_reading, self.console.editor = true, self.editor
  local line, reason = edit_line(self)
  self.is_reading, self.console.editor = false, nil
  return line, reason
end

local function take_line(self)
  local line, rest = self.typed:match "^([^\n]*)\n(.*)$"
  if not line and self.is_over and self.typed ~= "" then
    line, rest = self.typed, ""
  end
  self.typed = rest or self.typed
  return line
end

local function read_plain(self, prompt)
  if self.is_terminal then
    self.console:write_raw(prompt)
  end
  self.is_reading = true
  local line, is_given_up = take_line(self), false
  while not line and not self.is_over and not is_given_up do
    await_more(self)
    is_given_up = take_interrupt(self)
    line = take_line(self)
  end
  self.is_reading = false
  if line then
    self.console.is_at_start = true -- the terminal has shown the line's end
  elseif self.is_terminal then
    self.console:start_line()
  end
  if is_given_up then
    return "", "interrupt"
  end
  return line, line == nil and "end" or nil
end

--- Wait for a line.
-- @string prompt
-- @treturn[1] string without its newline
-- @treturn[1] string|nil "interrupt": it was given up by Ctrl-C
-- @return[2] nil
-- @treturn[2] string "end"
function Keyboard:read(prompt)
  if self.ended_by then
    return nil, "end"
  end
  return (self.editor and read_edited or read_plain)(self, prompt)
end

return Keyboard
