--- Which platform a device is of: by its SSH identification, then by few commands.
-- The commands only show something, on whatever device they are tried.
-- @module moonwire.session.detect
local failure = require "moonwire.session.failure"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local task = require "host.task"

local detect = {}

local QUIET = 0.1 -- seconds without a byte, behind a prompt that may be none
local MENU = 2 -- seconds without a prompt, behind some text
local GO_ON = "\17" -- Ctrl-Q

local function all()
  local list = {}
  for _, name in ipairs(platforms.names()) do
    local platform = platforms.get(name)
    if platform and platform.detect then
      list[#list + 1] = platform
    end
  end
  return list
end

--- The platforms whose SSH servers call themselves like this.
-- @string server such as "SSH-2.0-Cisco-1.25"
-- @tparam[opt] {table,...} list to choose from; all platforms, when left out
-- @treturn {table,...}
function detect.by_identification(server, list)
  local found = {}
  for _, platform in ipairs(list or all()) do
    local banner = platform.detect.banner
    if banner and server:find(banner) then
      found[#found + 1] = platform
    end
  end
  return found
end

--- The command that tells most of these platforms.
-- @tparam {table,...} list
-- @tparam table tried commands, as keys, that are not wanted again
-- @treturn string|nil
function detect.next_command(list, tried)
  local votes, best = {}, nil
  for _, platform in ipairs(list) do
    local seen = {}
    for _, rule in ipairs(platform.detect) do
      local command = rule[1]
      if not seen[command] and not tried[command] then
        seen[command] = true
        votes[command] = (votes[command] or 0) + 1
        if not best or votes[command] > votes[best] then
          best = command
        end
      end
    end
  end
  return best
end

local function score_of(platform, command, line)
  local best = 0
  for _, rule in ipairs(platform.detect) do
    if rule[1] == command and rule[3] > best and line:find(rule[2]) then
      best = rule[3]
    end
  end
  return best
end

--- The platform that knows itself best in an output.
-- @tparam {table,...} list
-- @string command
-- @string output
-- @treturn table|nil
-- @treturn number its score, of a hundred
function detect.match(list, command, output)
  local found, best = nil, 0
  for line in output:gmatch "[^\n]+" do
    for _, platform in ipairs(list) do
      local score = score_of(platform, command, line)
      if score > best then
        found, best = platform, score
      end
    end
  end
  return found, best
end

local function matching(list, tail, field)
  for _, platform in ipairs(list) do
    local rule = platform[field]
    for _, one in ipairs(rule and (rule.pattern and { rule } or rule) or {}) do
      if tail:find(one.pattern or one[1]) then
        return one
      end
    end
  end
end

local function with_prompt(list, prompt)
  local found = {}
  for _, platform in ipairs(list) do
    if header.is_below(platform, prompt) then
      found[#found + 1] = platform
    end
  end
  return found
end

-- Whether nothing more comes; if so much does that it is a new tail, that one.
local function is_quiet(shell)
  local before = shell:length()
  local event, tail, kind = shell:read(nil, QUIET)
  return kind == "timeout" and shell:length() == before, event and tail
end

-- Get past what is no prompt. Nothing that any platform calls dangerous is answered.
local function on_tail(shell, list, tail, newline)
  local pager = matching(list, tail, "pager")
  if pager then
    return shell:write(pager.stop or pager.key)
  end
  local login = matching(list, tail, "login")
  if login and login.say then
    return shell:write(login.say, newline)
  end
  return true
end

local function next_tail(shell, _, deadline)
  local event, tail, kind = shell:read(nil, math.max(0, deadline - task.now()))
  if not event then
    return nil, tail, kind
  end
  return tail
end

-- All bytes that a prompt, a question or a pager of any of them may end in.
local function terminators_of(list)
  local seen, bytes = {}, {}
  for _, platform in ipairs(list) do
    for byte in platform.terminators:gmatch "." do
      if not seen[byte] then
        seen[byte], bytes[#bytes + 1] = true, byte
      end
    end
  end
  return table.concat(bytes)
end

-- A menu shows no prompt. What leads out of it is some platform's own affair; it is
-- tried when a device has said something and then rests without a prompt of any. For
-- most terminals that key means to say nothing more: then they are told to go on.
local function leave_menu(shell, list)
  for _, platform in ipairs(list) do
    local open = platform.hooks and platform.hooks.open
    if open then
      open { press = function(_, bytes) return shell:write(bytes) end }
    end
  end
  local event, tail, kind = shell:read(nil, MENU)
  if kind == "timeout" then
    shell:write(GO_ON)
  end
  return event and tail
end

local function first_tail(shell, list, deadline)
  local before, event, tail, kind
  repeat
    before = shell:length()
    local left = math.max(0, deadline - task.now())
    event, tail, kind = shell:read(nil, math.min(MENU, left))
  until event or kind ~= "timeout" or task.now() >= deadline
    or (before > 0 and shell:length() == before)
  if event or kind ~= "timeout" then
    return event and tail, tail, kind
  end
  tail = leave_menu(shell, list)
  if not tail then
    return next_tail(shell, list, deadline)
  end
  return tail
end

-- Wait for a prompt of one of these platforms.
local function await_prompt(shell, list, deadline, next_of)
  local tail, message, kind = next_of(shell, list, deadline)
  while tail do
    local here = with_prompt(list, tail)
    local is_over, more = false, nil
    if #here > 0 then
      is_over, more = is_quiet(shell)
    else
      local ok
      ok, message, kind = on_tail(shell, list, tail, "\n")
      if not ok then
        return nil, message, kind
      end
    end
    if is_over then
      return tail, here
    end
    tail = more
    if not tail then
      tail, message, kind = next_tail(shell, list, deadline)
    end
  end
  return nil, message, kind
end

-- what Enter sends, where all of them want the same
local function newline_of(list)
  local newline = list[1].link.newline
  for _, platform in ipairs(list) do
    if platform.link.newline ~= newline then
      return "\n"
    end
  end
  return newline
end

local function ask(shell, list, command, deadline)
  local ok, message, kind = shell:write(command, newline_of(list))
  if ok then
    ok, message, kind = await_prompt(shell, list, deadline, next_tail)
  end
  if not ok then
    return nil, message, kind
  end
  return shell:text()
end

local function unknown(server, prompt)
  local message = 'no platform knows itself in "%s" with the prompt "%s"'
  return nil, message:format(failure.tail(server), failure.tail(prompt)), "unknown"
end

local function by_commands(shell, list, prompt, deadline, tried)
  local command = detect.next_command(list, tried)
  while command do
    tried[command] = true
    tried[#tried + 1] = command
    shell:discard()
    local text, message, kind = ask(shell, list, command, deadline)
    if not text then
      return nil, message, kind
    end
    local found = detect.match(list, command, text)
    if found then
      return found
    end
    command = detect.next_command(list, tried)
  end
  return unknown("all that was asked", prompt)
end

--- Find out the platform of a device in whose shell nothing was typed yet.
-- @param shell
-- @string server its SSH identification
-- @number deadline of `task.now`
-- @treturn[1] table the platform
-- @treturn[1] boolean whether its first prompt has been waited for
-- @treturn[1] {string,...} the commands that were tried, a round trip each
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unknown, timeout, dropped, channel
function detect.run(shell, server, deadline)
  local called = detect.by_identification(server)
  if #called == 1 then
    return called[1], false, {}
  end
  local known = all()
  shell:set_terminators(terminators_of(known))
  local prompt, list, why = await_prompt(shell, known, deadline, first_tail)
  if not prompt then
    return nil, list, why
  end
  local both, tried = detect.by_identification(server, list), {}
  local found, message, kind = nil, nil, "unknown"
  if #both > 0 then
    found, message, kind = by_commands(shell, both, prompt, deadline, tried)
  end
  if not found and kind == "unknown" then
    found, message, kind = by_commands(shell, list, prompt, deadline, tried)
  end
  if not found and kind == "unknown" then
    return unknown(server, prompt)
  elseif not found then
    return nil, message, kind
  end
  return found, true, tried
end

return detect
