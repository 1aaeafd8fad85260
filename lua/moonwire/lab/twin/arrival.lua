--- How a session with a twin begins: where the login leads to, how much the pager
-- shows, and what has to be passed before the first prompt.
-- @module moonwire.lab.twin.arrival
local habit = require "moonwire.lab.twin.habit"
local platforms = require "moonwire.platform"
local question = require "moonwire.lab.twin.question"

local arrival = {}

local MENU_KEY = "\19" -- Ctrl-S: leaves a menu for the command line

-- the mode that takes lines: the first of those that can be reached from here
local function config_mode(platform, start)
  local reached, found = { [start] = true }, true
  while found do
    found = false
    for _, one in ipairs(platform.edges or {}) do
      if reached[one[1]] and not reached[one[2]] then
        reached[one[2]], found = true, true
      end
    end
  end
  for _, mode in ipairs(platforms.config_modes(platform)) do
    if reached[mode] then
      return mode
    end
  end
end

-- How many lines the pager shows at once; nil: the usual. Where it cannot be switched
-- off it goes by the client's terminal; one of a program below is not the device's.
local function height_of(session, platform)
  local pager = platform.pager
  if not pager or pager.key == pager.stop then
    return 0
  elseif not platform.paging and session.tty:has_pty() then
    return (select(2, session.tty:size()))
  end
end

local function start_of(session, platform)
  return session.device:setting "start"
    or platform.start and platform.start[1]
    or platform.modes[#platform.modes][1]
end

-- Some have one in some modes only: by their prompts it is known in which.
local function has_candidate(platform, config, mode)
  if not config.candidate or not config.commit or config.session then
    return false
  elseif config.candidate == true then
    return true
  end
  for _, sample in ipairs(platform.samples[mode] or {}) do
    if sample:match("[^\n]*$"):find(config.candidate) then
      return true
    end
  end
  return false
end

--- Give a session what it has from its platform.
-- @tparam Vty session
function arrival.prepare(session)
  local platform = platforms.get(session.device:setting "platform")
  local config = platform.config or {}
  session.platform, session.count = platform, 1
  session.mode = start_of(session, platform)
  session.enter = config_mode(platform, session.mode)
  session.has_candidate = has_candidate(platform, config, session.enter)
  session.is_candidate = session.has_candidate
  session.height = height_of(session, platform)
  session.newline = habit.of(platform).newline
end

-- Some ask for name and password once more, in the shell.
local function log_in_again(session)
  local seen = {}
  for _, rule in ipairs(session.platform.login or {}) do
    if rule.secret and not seen[rule.secret] then
      seen[rule.secret] = true
      if not question.ask(session, rule) then
        return false
      end
    end
  end
  return true
end

local function pass_menu(session)
  local key
  repeat
    key = session:read_key()
  until not key or key == MENU_KEY
  return key ~= nil
end

--- All that comes before the first prompt. Waits.
-- @tparam Vty session
-- @treturn boolean false when the client got no further
function arrival.greet(session)
  local platform = session.platform
  session:write(((platform.banner or "") .. "\n"):gsub("\n", "\r\n"))
  if platform.hooks and platform.hooks.open then
    return pass_menu(session)
  end
  return log_in_again(session)
end

return arrival
