--- Whether client and simulated device, which read the same table of a platform, come
-- to terms: login, modes, output, errors, questions, pager, configuration, another
-- name, commits that undo themselves, a password that is refused, logout.
-- It finds tables that do not hang together. A device that differs from its table it
-- cannot find.
-- @module moonwire.verify
local change = require "moonwire.verify.change"
local labs = require "moonwire.lab"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local step = require "moonwire.verify.step"
local task = require "moonwire.task"

local verify = {}

local TIMEOUT = 3 -- seconds for one command of a device that answers at once
local AT_ONCE = 16 -- platforms; they mostly wait

local FULL = {
  "login", "edges", "reading", "rejection", "question", "configuration", "name",
  "confirmed", "locked", "logout",
}
local WALK = { "login", "edges" } -- from the other modes that a login may lead to
local PAGED = { "login", "pager" }
local REFUSED = { "login", "refused" }

local STEPS = setmetatable({}, {
  __index = function(_, name)
    return step[name] or change[name]
  end,
})

local function starts_of(platform)
  return platform.start or { platform.modes[#platform.modes][1] }
end

-- one device for every login, one whose pager is there to stay, and one whose password
-- is not the one that the client has
local function trials_of(platform)
  local trials = {}
  for i, mode in ipairs(starts_of(platform)) do
    trials[i] = { start = mode, steps = i == 1 and FULL or WALK }
  end
  trials[#trials + 1] = { start = trials[1].start, steps = PAGED, has_pager = true }
  local edge = change.guarded_edge(platform, starts_of(platform))
  if edge then
    trials[#trials + 1] = { start = edge[1], steps = REFUSED, edge = edge }
  end
  return trials
end

local function devices_of(platform, trials)
  local devices = {}
  for i, trial in ipairs(trials) do
    devices[i] = {
      name = "twin" .. i,
      platform = platform.name,
      start = trial.start,
      fixed_pager = trial.has_pager or false,
      enable = trial.edge and "another" or nil,
    }
  end
  return devices
end

local function run_step(name, trial, result)
  local is_sound, ok, message = pcall(STEPS[name], trial)
  if not is_sound then
    ok, message = nil, "a mistake in the program: " .. tostring(ok)
  end
  local is_skipped = ok == "-"
  result.steps[#result.steps + 1] = {
    name = name, start = trial.start,
    ok = ok and true or false,
    skipped = is_skipped or nil,
    message = message,
  }
  if not ok then
    result.ok, result.failed, result.message = false, name, message
  end
  return ok
end

local function open(trial, given)
  local is_sound, session, message = pcall(sessions.open, given, { timeout = TIMEOUT })
  if not is_sound then
    return nil, "a mistake in the program: " .. tostring(session)
  end
  trial.session = session
  return session, message
end

-- The one that there is at the end: a restart of the device ends the first.
local function close_last(trial)
  return setmetatable({}, { __close = function()
    if trial.session then
      trial.session:disconnect()
    end
  end })
end

local function run_trial(trial, given, result)
  local closing <close> = close_last(trial) -- luacheck: ignore 211
  trial.log_in = function()
    return open(trial, given)
  end
  local session, message = trial.log_in()
  if not session then
    result.ok, result.failed, result.message = false, "login", message
    result.steps[#result.steps + 1] =
      { name = "login", start = trial.start, ok = false, message = message }
    return
  end
  for _, name in ipairs(trial.steps) do
    if not run_step(name, trial, result) then
      return
    end
  end
end

local function run_trials(lab, platform, trials, result)
  local crossed = {}
  for i, trial in ipairs(trials) do
    trial.platform, trial.lab = platform, lab
    trial.device, trial.crossed = lab:device(i), crossed
    local given = lab:inventory()[i]
    given.secret = lab:inventory()[1].secret
    trial.given = given
    run_trial(trial, given, result)
    if not result.ok then
      return
    end
  end
  for _, edge in ipairs(platform.edges or {}) do
    if not crossed[edge] then
      local words = "no login leads to mode %s, where '%s' is"
      result.ok, result.failed = false, "edges"
      result.message = words:format(edge[1], edge.run)
    end
  end
end

--- Verify one platform.
-- @string name
-- @treturn table `name`, `ok`, `steps` (a list of `name`, `start` (the mode of the
-- login), `ok`, `skipped`, `message`), and when it failed `failed` (the step) and
-- `message`
function verify.platform(name)
  local result = { name = name, ok = true, steps = {} }
  local platform, message = platforms.get(name)
  if not platform then
    result.ok, result.failed, result.message = false, "table", message
    return result
  end
  result.name = platform.name
  local trials = trials_of(platform)
  local lab <close> = assert(labs.open {
    devices = devices_of(platform, trials),
    twin = true,
    reload_time = 0,
    clock = "virtual",
  })
  local is_sound, mistake = pcall(task.group, function(group)
    group:spawn(lab.serve, lab)
    run_trials(lab, platform, trials, result)
    lab:close()
  end)
  if not is_sound then
    result.ok, result.failed, result.message = false, "device", tostring(mistake)
  end
  return result
end

--- Verify several, a few at a time.
-- @tparam {string,...} names
-- @treturn {table,...} results in the same order
function verify.all(names)
  return task.map(names, AT_ONCE, verify.platform)
end

return verify
