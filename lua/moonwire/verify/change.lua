--- What a session must be able to do where a device changes under it: its name, what it
-- undoes by itself, a password that it refuses. Each step is given a trial and returns
-- as those of `moonwire.verify.step`; they use the session's public verbs only.
-- @module moonwire.verify.change
local dialect = require "moonwire.lab.twin.dialect"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local state = require "moonwire.lab.twin.state"

local change = {}

local NAME = "renamed-7"
local LINE = "ntp server 192.0.2.78" -- that every twin takes
local CONFIRM = 120 -- seconds

local function configure(trial, line, commit)
  local has_commit = trial.platform.config.commit ~= nil
  return trial.session:send_config_set({ line }, { commit = has_commit and commit })
end

-- the name must stand in the prompt, where the platform's prompts have one
local function check_name(trial, name)
  local prompt, message = trial.session:find_prompt()
  if not prompt then
    return nil, message
  end
  local shown = platforms.host_of(trial.platform, prompt)
  if shown and not prompt:find(name, 1, true) then
    return nil, ("the device is '%s' now, and its prompt is %s"):format(name, prompt)
  end
  local command = platforms.reading_of(trial.platform)
  if command then
    return trial.session:send_command(command)
  end
  return true
end

local function rename(trial, name)
  local ok, message = configure(trial, dialect.naming(trial.platform, name), true)
  if not ok then
    return nil, message
  end
  local now = state.of(trial.device):hostname()
  if now ~= name then
    return nil, ("the device is still '%s'"):format(now)
  end
  return check_name(trial, name)
end

--- Another name, and the first one again: the session goes on each time.
function change.name(trial)
  if not dialect.naming(trial.platform, NAME) then
    return "-", "no line is known that names it"
  end
  local first = state.of(trial.device):hostname()
  local ok, message = rename(trial, NAME)
  if ok then
    ok, message = rename(trial, first)
  end
  return ok and true, message
end

local function is_running(trial)
  for _, line in ipairs(state.of(trial.device).running) do
    if line == LINE then
      return true
    end
  end
  return false
end

local function expect_running(trial, expected, words)
  if is_running(trial) ~= expected then
    return nil, words
  end
  return true
end

-- commit, wait for so long, and see whether it is there
local function try(trial, is_confirmed)
  local ok, message = configure(trial, LINE, { confirm = CONFIRM })
  if ok then
    ok, message = expect_running(trial, true, "the commit has had no effect")
  end
  if ok and is_confirmed then
    ok, message = trial.session:commit()
  end
  if not ok then
    return nil, message
  end
  trial.lab:advance(CONFIRM)
  return expect_running(trial, is_confirmed, is_confirmed
    and "it was undone, although it was confirmed"
    or "it was not undone, although nobody has confirmed it")
end

-- Its timer has restarted the device, and everybody was thrown off.
local function log_in_again(trial)
  trial.session:disconnect()
  local session, message = trial.log_in()
  return session ~= nil, message
end

--- A commit that is undone unless it is confirmed.
function change.confirmed(trial)
  local config = trial.platform.config
  if not (config and config.enter and config.candidate and config.confirmed) then
    return "-", "it has no such commit"
  end
  local ok, message = try(trial, false)
  if ok and config.expiry == "reboot" then
    ok, message = log_in_again(trial)
  end
  if ok then
    ok, message = try(trial, true)
  end
  return ok, message
end

-- whether the way to configuration mode keeps others out
local function is_exclusive(platform)
  for _, edge in ipairs(platform.edges or {}) do
    if edge[2] == platform.config.enter and edge.run:find " exclusive$" then
      return true
    end
  end
  return false
end

local function expect_locked(trial, mode)
  local other <close>, message = sessions.open(trial.given)
  if not other then
    return nil, message
  end
  local ok, why, kind = other:enter_mode(mode)
  if ok or kind ~= "locked" then
    local words = "while somebody configures: expected an error 'locked', got '%s': %s"
    return nil, words:format(kind, why)
  end
  ok, message = trial.session:exit_config_mode()
  if ok then
    ok, message = other:enter_mode(mode)
  end
  return ok, message
end

--- A second user is told that the first one configures, and gets in after him.
function change.locked(trial)
  local config = trial.platform.config
  if not config or not config.enter or not is_exclusive(trial.platform) then
    return "-", "it keeps nobody out"
  end
  local ok, message = trial.session:enter_mode(config.enter)
  if not ok then
    return nil, message
  end
  return expect_locked(trial, config.enter)
end

--- The edge that asks for the password of the privileged mode, where a login leads to.
-- @tparam table platform
-- @tparam {string,...} starts
-- @treturn table|nil
function change.guarded_edge(platform, starts)
  for _, edge in ipairs(platform.edges or {}) do
    for _, rule in ipairs(platforms.questions_of(edge)) do
      for _, start in ipairs(starts) do
        if rule.secret == "enable" and edge[1] == start then
          return edge
        end
      end
    end
  end
end

--- A wrong password is refused, and the session is where it was, and of use.
function change.refused(trial)
  local to = trial.edge[2]
  local ok, message, kind = trial.session:enter_mode(to)
  if ok then
    return nil, ("a wrong password led to mode %s"):format(to)
  elseif kind ~= "auth" then
    local words = "a wrong password: expected an error 'auth', got '%s': %s"
    return nil, words:format(kind, message)
  end
  ok, message = trial.session:find_prompt()
  if ok and trial.session:mode() ~= trial.start then
    ok, message = nil, ("a wrong password led to mode %s"):format(trial.session:mode())
  end
  return ok and true, message
end

return change
