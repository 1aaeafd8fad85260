--- The prompt: lines in, values out, and the loop goes on all the time. Each input is
-- a task of its own, so that whatever waits just waits; what it spawned goes on behind
-- it.
-- @module moonwire.repl
local Desk = require "moonwire.repl.desk"
local Group = require "moonwire.repl.group"
local chunk = require "moonwire.repl.chunk"
local colon = require "moonwire.repl.colon"
local complete = require "moonwire.repl.complete"
local host = require "host.task"
local show = require "moonwire.repl.show"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local repl = {}

local Repl = {}
Repl.__index = Repl

local HOOK_EVERY = 1000000 -- instructions between two looks for a Ctrl-C
local LONGEST_PROMPT = 40
local MORE = "... "

local function message_of(err)
  if err == host.cancelled then
    return err
  end
  return type(err) == "string" and err:match "^(.-)\nstack traceback:" or tostring(err)
end

-- Code that never waits lets nobody look at the keys: then this does.
local function guard_against_loops(keyboard)
  debug.sethook(function()
    if keyboard:is_interrupted() then
      error("interrupted", 0)
    end
  end, "", HOOK_EVERY)
end

local function say_failure(self, err)
  if err ~= host.cancelled then
    self.console:say("a task in the background has failed: " .. message_of(err))
  end
end

-- As a task: call 'fn', tell 'done' what came of it, and stay until all that it spawned
-- has ended.
local function body(self, fn, done)
  local results
  local ok, err = pcall(task.group, function()
    guard_against_loops(self.keyboard)
    results = table.pack(xpcall(fn, message_of))
    debug.sethook()
    done(results)
    if results[2] == host.cancelled and not results[1] then
      error(host.cancelled, 0) -- what it spawned ends, too
    end
  end)
  if not ok then
    say_failure(self, err)
  end
end

--- Run a function until it ends or is given up by Ctrl-C.
-- @treturn table as of `table.pack(pcall(…))`; the error is `cancelled` when given up
function Repl:_run(fn)
  local results = task.await(function(done)
    local running
    running = self.group:spawn(function()
      self.keyboard.on_interrupt = function()
        running:cancel()
      end
      body(self, fn, done)
    end)
  end)
  self.keyboard.on_interrupt = nil
  return results
end

-- true; or nil and a message, and whether it is the code's mistake
local function print_outcome(self, results)
  local console = self.console
  if not results[1] then
    local err = results[2]
    console:start_line()
    if err == host.cancelled or err == "interrupted" then
      console:say "given up"
    else
      self.complain("error: " .. tostring(err))
    end
    return false, true
  end
  local values = table.pack(table.unpack(results, 2, results.n))
  local text, is_failure = show.results(values)
  if is_failure then
    console:start_line()
    self.complain(text)
  elseif values.n > 0 and not (values.n == 1 and values[1] == nil) then
    console:start_line()
    console:write(text .. "\n")
  end
  local has_failed = Group.is_answers(values[1]) and Group.has_failed(values[1])
  return not is_failure and not has_failed
end

local function execute(self, fn, is_ours)
  local started = host.now()
  local results = self:_run(fn)
  local ok, is_mistake = print_outcome(self, results)
  if self.desk.has_timing and not is_ours then
    self.console:say(("%.3f s"):format(host.now() - started))
  end
  return ok, is_mistake
end

local function run_colon(self, line)
  return execute(self, function()
    local ok, message, kind = colon.run(self.desk, line)
    if not ok then
      return nil, message, kind
    end
  end, true)
end

local function run_command(self, line)
  return execute(self, function()
    return self.desk.target:send_command(line)
  end)
end

-- Read on until the chunk is whole. The function; or nil, a message, and the reason
-- why no more came.
local function read_chunk(self, text)
  local first = self.line
  while true do
    local line = self.keyboard.is_terminal and 1 or first
    local fn, message, is_incomplete = chunk.compile(text, self.desk.environment, line)
    if fn or not is_incomplete then
      return fn, message, nil, text
    end
    local more, reason = self:_read(MORE)
    if reason then
      return nil, reason == "end" and message or nil, reason
    end
    text = text .. "\n" .. more
  end
end

local function run_lua(self, line)
  local fn, message, reason, text = read_chunk(self, line)
  if not fn then
    if message then
      self.complain("error: " .. message)
    end
    return reason == "interrupt", true
  end
  local lost = self.keyboard.is_terminal and chunk.lost_local(text)
  if lost then
    local hint = "local %s ends with its line; without local it stays"
    self.console:say(hint:format(lost))
  end
  return execute(self, fn)
end

local function short(text)
  if utf8.len(text) and utf8.len(text) > LONGEST_PROMPT then
    return text:sub(1, utf8.offset(text, LONGEST_PROMPT) - 1) .. "…"
  end
  return text
end

local function prompt_of(desk)
  local target = desk.target
  if not target then
    return "moonwire> "
  end
  return ("%s [%s]> "):format(short(target:names()), target:mode())
end

--- The next line. What was typed is kept for the arrow keys and for next time.
-- @string prompt
-- @treturn string|nil
-- @treturn string|nil "interrupt" or "end"
function Repl:_read(prompt)
  local line, reason = self.keyboard:read(prompt)
  self.line = (self.line or 0) + 1
  if not line then
    return nil, reason
  elseif not reason and self.history and self.history:add(line) then
    self.console:keep(prompt .. line .. "\n")
    if self.keyboard.editor then
      self.keyboard.editor:remember(line)
    end
  end
  return line, reason
end

local function run_line(self, line)
  if not line:find "%S" then
    return true
  elseif colon.is(line) then
    return run_colon(self, line)
  elseif self.desk.target then
    return run_command(self, line)
  end
  return run_lua(self, line)
end

-- Ctrl-D leaves the devices first, and then the program.
local function is_over(self, reason)
  if reason == "end" and self.desk.target and self.keyboard.is_terminal
    and not self.keyboard.is_over then
    self.desk.target = nil
    return false
  end
  return reason == "end"
end

local function converse(self)
  local has_failed = false
  while not self.desk.has_quit do
    local line, reason = self:_read(prompt_of(self.desk))
    if is_over(self, reason) then
      break
    elseif line and not reason then
      local ok, is_mistake = run_line(self, line)
      has_failed = has_failed or not ok
      if is_mistake and not ok and not self.keyboard.is_terminal then
        break -- what follows in a script counts on this
      end
    end
  end
  return has_failed
end

local function set_up_terminal(self)
  local keyboard = self.keyboard
  for _, line in ipairs(keyboard.editor and self.history.lines or {}) do
    if not line:find "%z" then
      keyboard.editor:remember(line)
    end
  end
  keyboard.on_tab = function(text, cursor)
    local results = self:_run(function()
      return complete.line(self.desk, text, cursor)
    end)
    if results[1] then
      return results[2], results[3]
    end
  end
end

--- Read lines and run them, until there are no more.
-- @tparam table options `inventory`; `console`; `keyboard`; `history` (on a terminal);
-- `session` (options of `session.open`);
-- `complain` (function: told a failure or an error)
-- @treturn int exit status: on a terminal 0; of a script 1, when a line has failed
function repl.run(options)
  local lease <close> = transport.lease() -- luacheck: ignore 211
  local desk <close> = Desk.new(options.inventory, options.console, options.session)
  local self = setmetatable({
    desk = desk,
    console = options.console,
    keyboard = options.keyboard,
    history = options.history,
    complain = options.complain,
  }, Repl)
  if self.keyboard.is_terminal then
    set_up_terminal(self)
  end
  local has_failed = task.group(function(group)
    self.group = group
    local result = converse(self)
    group:cancel()
    return result
  end)
  self.console:stop_recording()
  return has_failed and not self.keyboard.is_terminal and 1 or 0
end

return repl
