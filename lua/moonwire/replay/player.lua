--- One client of a replayed device: what it types is looked for among the steps of a
-- script, from where it is in it, and answered as it was then. A mark that moonwire
-- types (a number used once) is another one each time, and so is what comes back.
-- @module moonwire.replay.player
local script = require "moonwire.replay.script"
local task = require "moonwire.task"

local player = {}

local Player = { __name = "moonwire.replay.Player" }
Player.__index = Player

local MARK = "mw%-%x+%-%d+"
local STARS = "********"
local MOST_TYPED = 1 << 20 -- bytes without a line end
local CHUNK = 4096
local BREAK = "\3"

-- ---- what is said ----

-- The text with its marks as this client has typed them, and where each of its bytes
-- from before is now: a list of { position, shift }.
local function with_marks(self, text)
  local parts, shifts, from, shift = {}, {}, 1, 0
  for first, mark, behind in text:gmatch("()(" .. MARK .. ")()") do
    local other = self.marks[mark] or mark
    parts[#parts + 1] = text:sub(from, first - 1) .. other
    shift = shift + #other - #mark
    shifts[#shifts + 1] = { behind - 1, shift }
    from = behind
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts), shifts
end

local function moved(position, shifts)
  local by = 0
  for _, one in ipairs(shifts) do
    if position < one[1] then
      break
    end
    by = one[2]
  end
  return position + by
end

-- Wait as long as the device did.
local function pause(self, at)
  local seconds = (at - self.clock) / self.speed
  self.clock = math.max(self.clock, at)
  if seconds > 0.001 then
    task.sleep(seconds)
  end
end

local function write(self, text)
  if text ~= "" then
    self.tail = (self.tail .. text):match "[^\r\n]*$"
    self.is_over = self.is_over or not self.tty:write(text)
  end
end

local function say(self, output)
  local text, shifts = with_marks(self, script.joined(output))
  local position, done = 0, 0
  for i, chunk in ipairs(output) do
    position = position + #chunk[2]
    local last = i == #output and #text or moved(position, shifts)
    pause(self, chunk[1])
    write(self, text:sub(done + 1, last))
    done = math.max(done, last)
  end
end

-- ---- what is typed ----

local function normal(line)
  line = line:gsub(MARK, "mw-*"):gsub("%s+", " ")
  return line:match "^ ?(.-) ?$"
end

-- Stars stand for whatever was hidden.
local function is_same(input, line)
  input, line = normal(input), normal(line)
  if not input:find(STARS, 1, true) then
    return input == line
  end
  local at, rest = 1, input
  while rest do
    local piece, after = rest, nil
    local first, last = rest:find(STARS, 1, true)
    if first then
      piece, after = rest:sub(1, first - 1), rest:sub(last + 1)
    end
    local from, to = line:find(piece, at, true)
    if not from or at == 1 and from ~= 1 then
      return false
    end
    at, rest = to + 1, after
  end
  return at > #line or input:sub(-#STARS) == STARS
end

local function learn_marks(self, input, line)
  local typed = line:gmatch(MARK)
  for mark in input:gmatch(MARK) do
    self.marks[mark] = typed()
  end
end

-- From where it is on, and then from the beginning; a mark is only where it is awaited.
local function find_step(self, line)
  local steps = self.script.steps
  local last = line:find(MARK) and 0 or #steps - 1
  for offset = 0, math.min(last, #steps - 1) do
    local i = (self.at + offset - 1) % #steps + 1
    local step = steps[i]
    if not step.is_key and (step.is_any or is_same(step.input, line)) then
      return i, step
    end
  end
end

-- ---- what nobody has recorded ----

-- Where something was typed last, a prompt stood before it.
local function prompt_of(self)
  return self.prompt or self.tail ~= "" and self.tail or self.known
end

-- The end of the prompt that a line leads to; nil: the line leads nowhere.
local function suffix_behind(self, contexts, line)
  local above = contexts.above[self.prompt:sub(#contexts.host + 1)]
  if line == "exit" then
    return above
  elseif line == "end" and above then
    return contexts.into.enable or above
  end
  return contexts.into[line]
end

local function go_to(self, line)
  local contexts = self.script.contexts
  local suffix = contexts and suffix_behind(self, contexts, line)
  if suffix == "exit" then
    self.is_over = true
  elseif suffix then
    self.prompt = contexts.host .. suffix
  end
  return suffix ~= nil
end

local QUIET = {
  "^[!#]", "^$", "^terminal ", "^screen%-length", "^set cli ", "^no page",
}

local function is_quiet(line)
  for _, pattern in ipairs(QUIET) do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

local function improvise(self, line)
  local prompt = prompt_of(self)
  write(self, line .. "\r\n")
  local command = normal(line)
  local ends_by = self.script.ends_by
  if ends_by and ends_by[command] then
    self.is_over = true
    return
  elseif not go_to(self, command) and not is_quiet(command) then
    write(self, "% this is not in the recording\r\n")
  end
  write(self, self.prompt or prompt)
end

-- ---- steps ----

local function take(self, i, step, line)
  if step.at > self.clock or i ~= self.at then -- the client had thought, or it jumps
    self.clock = step.at
  end
  self.at = i + 1
  learn_marks(self, step.input, line)
  if step.body then
    write(self, line .. "\r\n" .. step.body)
    if self.tail ~= "" then
      write(self, "\r\n")
    end
    write(self, self.prompt or "")
  else
    say(self, step.output)
  end
  if self.script.ends and i == #self.script.steps then
    self.is_over = true
  end
end

local function answer_line(self, line)
  self.known = self.tail ~= "" and self.tail or self.known
  local i, step = find_step(self, line)
  if step then
    take(self, i, step, line)
  else
    improvise(self, line)
  end
end

-- A key that is awaited, the break key, or a whole line; false: more must come.
local function consume(self)
  local step, typed = self.script.steps[self.at], self.typed
  if step and step.is_key and typed:sub(1, #step.input) == step.input then
    self.typed = typed:sub(#step.input + 1)
    take(self, self.at, step, step.input)
    return true
  elseif typed:sub(1, 1) == BREAK then
    self.typed = typed:sub(2)
    local prompt = prompt_of(self)
    write(self, "^C\r\n" .. prompt)
    return true
  end
  local line, rest = typed:match "^([^\r\n]*)\r?\n?(.*)$"
  if #line == #typed then
    return false
  end
  self.typed = rest
  answer_line(self, line)
  return true
end

local function read(self)
  local bytes = self.tty:read_bytes(1, CHUNK)
  if not bytes or bytes == "" or #self.typed > MOST_TYPED then
    self.is_over = true
    return
  end
  -- a line end of two bytes may come in two pieces
  if self.had_return and bytes:sub(1, 1) == "\n" then
    bytes = bytes:sub(2)
  end
  self.had_return = bytes:sub(-1) == "\r"
  self.typed = self.typed .. bytes
end

-- What is said to a command beside a terminal: no echo before it, no prompt behind.
local function output_of(step)
  if step.body then
    return step.body
  end
  local text = script.joined(step.output)
  local first, rest = text:match "^([^\r\n]*)\r*\n(.*)$"
  if first and is_same(step.input, first) then
    text = rest
  end
  return text:match "^(.*\n)[^\n]*$" or ""
end

--- Run the one command that a client has asked for, as in `ssh HOST COMMAND`.
-- @tparam tty tty
-- @tparam table played
-- @treturn int exit status: 0, or 127 when it is not in the recording
function player.execute(tty, played)
  local self = { script = played, at = 1 }
  local _, step = find_step(self, tty:command())
  tty:write(step and output_of(step) or "% this is not in the recording\r\n")
  return step and 0 or 127
end

--- Be the device for a client until it goes away, or the recording ends with a device
-- that has hung up.
-- @param tty of `host.server`
-- @tparam table played a script of `moonwire.replay.script`
-- @tparam[opt] table options `speed` (1: as fast as it was; 2: twice as fast;
-- `math.huge`: at once)
function player.play(tty, played, options)
  local self = setmetatable({
    tty = tty, script = played, speed = options and options.speed or 1,
    at = 1, clock = 0, typed = "", tail = "", known = "", marks = {},
    prompt = played.prompt,
  }, Player)
  say(self, played.greeting)
  write(self, played.prompt or "")
  while not self.is_over do
    while not self.is_over and consume(self) do -- luacheck: ignore 542
    end
    if not self.is_over then
      read(self)
    end
  end
end

return player
