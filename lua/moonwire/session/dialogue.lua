--- The waiting engine: when is a device's answer over?
-- An answer ends where its own end has been proved. Behind a command that only reads, a
-- comment line with a number used once (the mark) is sent along; the answer is over
-- when the device shows its prompt with that mark. Behind any other command nothing is
-- sent until its prompt or its question is there, since bytes sent ahead answer
-- questions. Never is an empty line sent to "find the prompt".
-- @module moonwire.session.dialogue
local echo = require "moonwire.session.echo"
local failure = require "moonwire.session.failure"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local proof = require "moonwire.session.proof"
local task = require "host.task"
local transport = require "moonwire.transport.ssh"

local dialogue = {}

local Dialogue = { __name = "moonwire.Dialogue" }
Dialogue.__index = Dialogue

local MOST_PAGES = 100000
local QUIET = 0.03 -- seconds without a byte before a line is believed to be the last
local NEWLINE = 10
local BREAK = 1 -- seconds for a break key
local MOST_BREAKS = 4
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
  local host = platforms.host_of(self.platform, prompt)
  if host and host ~= self.host then
    self.host = host
    local clip = self.platform.host.clip
    self.shell:set_host(clip and host:sub(1, clip) or host)
  end
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
  local above = self.has_headers and header.above_tail(self.shell:text())
  local _, prompt = self:split_prompt(tail)
  return platforms.mode_of(self.platform, prompt, above or "")
end

--- The next prompt may be that of another host, or show none: what is sent behind it
-- proves it all the same.
function Dialogue:forget_host()
  self.host, self.is_in_doubt = nil, true
  self.shell:set_host ""
end

local function find_rule(rules, line)
  for _, rule in ipairs(rules or {}) do
    if line:find(rule[1]) then
      return rule
    end
  end
end

local function is_pager(self, tail)
  local pager = self.platform.pager
  return pager and tail:find(pager.pattern)
end

function Dialogue:_turn_page(answer)
  answer.pages = answer.pages + 1
  if answer.pages > MOST_PAGES then
    return nil, "the pager does not end", "limit"
  end
  return self.shell:write(self.platform.pager.key)
end

-- A line that only looks like a question is followed by more; a question is not.
function Dialogue:_is_quiet(mark)
  local event, a, b = self.shell:read(mark, QUIET)
  if event == nil and b == "timeout" then
    return true
  end
  self.unread = { event, a, b }
  return false
end

function Dialogue:_next_event(mark, deadline, is_streaming)
  local unread = self.unread
  if unread then
    self.unread = nil
    return table.unpack(unread, 1, 3)
  end
  return self.shell:read(mark, math.max(0, deadline - task.now()), is_streaming)
end

local function refuse(tail)
  local message = 'the device asks "%s", which was not announced; it was not answered'
  return nil, message:format(failure.tail(tail)), "question"
end

function Dialogue:_on_tail(tail, answer, mark)
  if is_pager(self, tail) then
    return self:_turn_page(answer)
  end
  local login = not self.prompt and find_rule(self.platform.login, tail)
  if login then
    return nil, login, "login"
  end
  local rule = find_rule(self.platform.questions, tail)
  if rule and not self:mode_of(tail) and self:_is_quiet(mark) then
    return refuse(tail)
  end
  return true
end

-- Text that holds an older mark: the rest of an answer that was given up on.
local function drop_stale(self, text)
  for mark in pairs(self.stale) do
    local _, last = text:find(mark .. "\n", 1, true)
    if last then
      text = text:sub(last + 1)
      self.stale[mark] = nil
    end
  end
  return text
end

--- Wait until the device shows its prompt with the mark.
-- @string mark as it was sent
-- @number deadline a point in time, of `task.now`
-- @treturn[1] string what came before, prompt and echo of the command first
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, channel, closed
function Dialogue:await_mark(mark, deadline)
  local answer = { pages = 0, text = "" }
  while true do
    local event, a, b = self:_next_event(mark, deadline)
    local ok, message, kind = true, a, b
    if event == "mark" then
      local rest, prompt = self:split_prompt(b)
      if self:learn(prompt, self.has_headers and header.last_line(a) or "") then
        return drop_stale(self, answer.text .. a .. rest)
      end
      answer.text = answer.text .. a .. b .. mark .. "\n"
    elseif event == "tail" then
      ok, message, kind = self:_on_tail(a, answer, mark)
    else
      ok = nil
    end
    if not ok then
      self.stale[mark] = true
      return nil, message, kind
    end
  end
end

-- A prompt of another host: perhaps the command has renamed this one. Which is true is
-- known when the mark comes back behind it.
function Dialogue:_doubt(tail)
  local _, prompt = self:split_prompt(tail)
  if self.host and platforms.host_of(self.platform, prompt) ~= self.host then
    self:forget_host()
  end
end

-- A prompt ends a command only behind its echo: the one before it may come late.
function Dialogue:_has_echoed(command)
  if not command or self.is_asked then
    return true
  end
  return select(3, self:_strip(self.shell:text(), command))
end

--- Wait until the device is at a prompt or asks something.
-- @number deadline
-- @string[opt] command whose echo must have come before the prompt
-- @tparam[opt] table rules questions that the caller is ready to answer
-- @treturn[1] string "prompt" or "question"
-- @treturn[1] string the line
-- @treturn[1] table the question's rule
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Dialogue:await_rest(deadline, command, rules)
  local answer = { pages = 0 }
  while true do
    local event, tail, kind = self:_next_event(nil, deadline)
    if event ~= "tail" then
      return nil, tail, kind
    end
    local rule = find_rule(rules, tail)
    if rule then
      return "question", tail, rule
    end
    local ok, message, why = true, nil, nil
    if not self:mode_of(tail) then
      ok, message, why = self:_on_tail(tail, answer, nil)
    elseif self:_has_echoed(command) and self:_is_quiet(nil) then
      self:_doubt(tail)
      return "prompt", tail
    end
    if not ok then
      return nil, message, why
    end
  end
end

--- Send lines, each with the platform's line end.
-- @param ... strings, or a secret
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Dialogue:send(...)
  for i = 1, select("#", ...) do
    local ok, message, kind = self.shell:write((select(i, ...)), self.newline)
    if not ok then
      return nil, message, kind
    end
  end
  return true
end

--- Prove that the device has worked off everything: it rests at a prompt, or will.
-- @number deadline
-- @treturn[1] string what it has said until then, prompt and echo of the command first
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, channel, closed
function Dialogue:prove(deadline)
  return (self.has_marks and proof.by_mark or proof.by_second_prompt)(self, deadline)
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
-- @string[opt] text what the device has said; what was not taken yet, when left out
-- @treturn string
function Dialogue:explain(doing, message, text)
  return failure.message {
    doing = doing,
    message = message,
    awaited = self.prompt and ("the prompt " .. self.prompt) or "the first prompt",
    text = text or self.shell:text(),
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

function Dialogue:_strip(text, command)
  return echo.strip(text, command, function(piece)
    return self:is_prompt(piece)
  end)
end

-- A pager that the device does not erase is left between the lines.
local function without_pager(platform, output)
  local pager = platform.pager
  if not pager or pager.erase or output == "" then
    return output
  end
  local lines = {}
  for line in (output .. "\n"):gmatch "([^\n]*)\n" do
    if not line:find(pager.pattern) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n")
end

--- Take prompt, echo and the last line end off an answer, and a pager's lines.
-- @string text from `await_mark`
-- @string command
-- @treturn string the output
-- @treturn string what came before the echo: messages of the device's own
function Dialogue:output_of(text, command)
  local output, before = self:_strip(text, command)
  if self.has_headers then
    output = header.strip(self.platform, output)
  end
  if output:byte(-1) == NEWLINE then -- a pattern would try at every byte
    output = output:sub(1, -2)
  end
  return without_pager(self.platform, output), before
end

return dialogue
