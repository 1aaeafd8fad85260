--- The waiting engine: when is a device's answer over?
-- An answer ends where its own end has been proved. Behind a command that only reads, a
-- comment line with a number used once (the mark) is sent along; the answer is over
-- when the device shows its prompt with that mark. Behind any other command nothing is
-- sent until its prompt or its question is there, since bytes sent ahead answer
-- questions. Never is an empty line sent to "find the prompt".
-- @module moonwire.session.dialogue
local answer = require "moonwire.session.answer"
local failure = require "moonwire.session.failure"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local proof = require "moonwire.session.proof"
local task = require "host.task"
local transport = require "moonwire.transport.ssh"
local wait = require "moonwire.session.wait"

local dialogue = {}

local Dialogue = { __name = "moonwire.Dialogue" }
Dialogue.__index = Dialogue

local BREAK = 1 -- seconds for a break key
local MOST_BREAKS = 4
local NEAR = 4096 -- bytes before the unfinished line
local RESYNC = 5 -- seconds for the device to come back to its prompt

-- It need not be a secret: the device sees it anyway. It must not come twice.
local function random_word()
  return ("%08x"):format(math.random(0, 0xffffffff))
end

--- A dialogue over an open shell.
-- @param shell a `host.ssh` shell
-- @tparam table platform
-- @treturn Dialogue
function dialogue.new(shell, platform)
  shell:set_terminators(platform.terminators)
  return setmetatable({
    shell = shell,
    platform = platform,
    newline = platform.link.newline,
    word = random_word(),
    has_marks = platform.sentinel ~= "double_prompt" and platform.comment ~= nil,
    has_headers = platform.has_headers,
    marks = 0,
    stale = {},
  }, Dialogue)
end

--- A new mark: a comment that was never sent before.
-- @treturn string
function Dialogue:new_mark()
  self.marks = self.marks + 1
  return ("%smw-%s-%d"):format(self.platform.comment or "", self.word, self.marks)
end

function Dialogue:_learn_host(host)
  if host and host ~= self.host then
    self.host = host
    local clip = self.platform.host.clip
    self.shell:set_host(clip and host:sub(1, clip) or host)
  end
end

-- Remember the prompt, and by it the host: further prompts are those of this host.
function Dialogue:learn(prompt, above)
  self.is_asked = nil
  if prompt == self.prompt and not self.is_in_doubt and not self.has_headers then
    return true
  end
  self.is_in_doubt = nil
  local mode = platforms.mode_of(self.platform, prompt, above)
  if not mode then
    return false
  end
  self.prompt, self.mode = prompt, mode
  self:_learn_host(platforms.host_of(self.platform, prompt))
  return true
end

--- Split a line that ends in the known prompt. Output without a line end of its own
-- stands before it.
-- @string line
-- @treturn string the output, mostly none
-- @treturn string the prompt
function Dialogue:split_prompt(line)
  local prompt = self.prompt
  if not self.platform.unended or not prompt or self.is_in_doubt then
    return "", line
  elseif #line > #prompt and line:sub(-#prompt) == prompt then
    return line:sub(1, -#prompt - 1), prompt
  end
  return "", line
end

--- Which mode the unfinished line is a prompt of.
-- @string tail
-- @treturn string|nil
function Dialogue:mode_of(tail)
  local above = self.has_headers and header.above_tail(self.shell:text(#tail + NEAR))
  local _, prompt = self:split_prompt(tail)
  return platforms.mode_of(self.platform, prompt, above or "")
end

--- The next prompt may be that of another host, or show none: what is sent behind it
-- proves it all the same.
function Dialogue:forget_host()
  self.host, self.is_in_doubt = nil, true
  self.shell:set_host ""
end

--- Nothing is known any more of where the device is.
function Dialogue:forget()
  self:forget_host()
  self.unread, self.is_torn, self.stale = nil, nil, {}
  self.is_bare = not self.has_marks or nil
end

--- From now on what is sent is taken for its echo. So nothing may be sent ahead, and a
-- mark would prove nothing. The device rests at a prompt, and none is known yet.
function Dialogue:do_without_echo()
  self.shell:discard()
  self.has_no_echo, self.has_marks, self.is_bare = true, false, true
  self.unread, self.stale = nil, {}
end

--- Go on at a prompt that somebody else was shown.
-- @tparam table state `prompt`, `mode`, `host`, `has_no_echo`
function Dialogue:settle(state)
  self.prompt, self.mode = state.prompt, state.mode
  self.has_echoed, self.has_no_echo = true, state.has_no_echo
  self.has_marks = self.has_marks and not state.has_no_echo
  self.is_bare = not self.has_marks or nil
  self:_learn_host(state.host)
end

-- To a device that echoes nothing, what is sent counts as its echo.
function Dialogue:_echo(line)
  if self.has_no_echo then
    self.shell:echo((type(line) == "string" and line or "") .. "\r\n")
  end
end

--- Send lines, each with the platform's line end; all of them in one piece.
-- @param ... strings, or a secret
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Dialogue:send(...)
  self:_await_terminal()
  local count = select("#", ...)
  if count == 1 then
    self:_echo(...)
    return self.shell:write(..., self.newline)
  end
  local pieces = {}
  for i, line in ipairs { ... } do
    self:_echo(line)
    pieces[2 * i - 1], pieces[2 * i] = line, self.newline
  end
  return self.shell:write(table.unpack(pieces, 1, 2 * count))
end

--- Prove that the device has worked off everything: it rests at a prompt, or will.
-- @number deadline
-- @treturn[1] string what it has said until then, prompt and echo of the command first
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, channel, closed
function Dialogue:prove(deadline)
  local by = self.has_marks and proof.by_mark or proof.by_second_prompt
  local text, message, kind = by(self, deadline)
  if text then
    self.is_torn, self.stale = nil, {}
  end
  return text, message, kind
end

--- What the device has said to a command that did not end well: at most half of what an
-- answer may be. For a moment it is held twice, here and by the host, and that must not
-- cost more than the limit.
-- @treturn string
function Dialogue:salvage()
  self.shell:keep()
  local text = self.shell:text()
  self:rest(text)
  return text
end

--- A wait has ended without what was awaited, and the device may still be at work, or
-- go on for ever: break that off. Where it is then has to be proved before it is used
-- again.
function Dialogue:abandon()
  self.is_torn, self.unread = true, nil
  self.shell:discard()
  self.shell:write(self.platform.break_key or "\3")
end

-- Nothing goes right behind that key: terminals throw it away, and what asks once more
-- would take it for the answer. Whether the device seems to have no question left.
local function break_off(self, deadline)
  local kind
  for _ = 1, MOST_BREAKS do
    if not self.shell:write(self.platform.break_key or "\3") then
      return false
    end
    local event, _, why = self:await_rest(math.min(deadline, task.now() + BREAK))
    kind = why
    if event == "prompt" or (kind ~= "question" and kind ~= "timeout") then
      break
    end
  end
  return kind ~= "question"
end

--- Leave whatever the device asks by the break key, and come back to its prompt.
-- @number[opt=5] seconds at most
-- @treturn boolean whether that was proved; if not, the session is of no more use
function Dialogue:resync(seconds)
  local deadline = task.now() + math.min(seconds or RESYNC, RESYNC)
  return break_off(self, deadline) and self:prove(deadline) and true or false
end

-- what must not be seen in a message
local function secrets_of(device)
  local list = {}
  for _, name in ipairs(device and { "password", "enable" } or {}) do
    list[#list + 1] = transport.secret_of(device, name)
  end
  return list
end

--- The words of a failed wait.
-- @string doing
-- @string message
-- @treturn string
function Dialogue:explain(doing, message)
  return failure.message {
    doing = doing,
    message = message,
    awaited = self.prompt and ("the prompt " .. self.prompt) or "the first prompt",
    text = self.shell:text(failure.LOOKED_AT),
    platform = self.platform,
    phase = self.phase,
    mode = self.mode,
    host = self.host,
    secrets = secrets_of(self.device),
  }
end

--- Whether a piece of a line, before an echo, is a prompt.
-- @string piece
-- @treturn boolean
function Dialogue:is_prompt(piece)
  return piece == self.prompt
    or (piece == "" and (self.is_asked or self.is_bare)) -- it was taken before
    or (self.has_headers and header.is_below(self.platform, piece))
    or platforms.mode_of(self.platform, piece) ~= nil
end

for name, method in pairs(wait) do
  Dialogue[name] = method
end
Dialogue.output_of, Dialogue._strip = answer.output_of, answer.strip
Dialogue.rest = answer.rest

return dialogue
