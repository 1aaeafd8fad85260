--- The rule for every fault: what the result of a bad device must say.
local r0 = {}

local PHASES = {}
for _, name in ipairs {
  "start", "resolve", "connect", "jump", "banner", "kex", "hostkey", "auth", "shell",
  "detect", "prompt", "enable", "mode", "command", "config", "commit", "save", "close",
  "job", "login",
} do
  PHASES[name] = true
end

local function check_failure(result, complain)
  if type(result.kind) ~= "string" then
    complain "no kind"
  end
  if not PHASES[result.phase] then
    complain("the phase is " .. tostring(result.phase))
  end
  local message = result.message or ""
  if not message:find(result.device, 1, true) then
    complain("the message does not name the device: " .. message)
  elseif message:find "[%c\127]" then
    complain "there are control bytes in the message"
  end
end

-- What came is kept; of the last answer it may be only a part, and that is said.
local function check_output(result, complain)
  for i, answer in ipairs(result.output or {}) do
    local is_last = i == #result.output
    if type(answer.output) ~= "string" then
      complain(("answer %d has no output"):format(i))
    elseif not is_last and answer.is_partial then
      complain(("answer %d of %d is partial"):format(i, #result.output))
    end
  end
end

--- What is wrong with a result.
-- @tparam ?table result of a device that had a fault
-- @treturn {string,...}
function r0.problems(result)
  local problems = {}
  local function complain(text)
    problems[#problems + 1] = text
  end
  if not result then
    return { "there is no result" }
  end
  if type(result.state) ~= "string" then
    complain "no state"
  end
  if type(result.elapsed) ~= "number" then
    complain "no time"
  end
  if not result.ok then
    check_failure(result, complain)
  end
  check_output(result, complain)
  return problems
end

--- How long after its deadline a device ended that ran into one; nil when it did not.
-- Only where the clock of a busy machine is no judge.
-- @tparam table result
-- @tparam table deadlines seconds by phase; `device` for all of them
-- @treturn ?number seconds
function r0.lateness(result, deadlines)
  local worst
  for phase, seconds in pairs(result.phases or {}) do
    if deadlines[phase] and seconds >= deadlines[phase] then
      worst = math.max(worst or 0, seconds - deadlines[phase])
    end
  end
  if deadlines.device and result.elapsed >= deadlines.device then
    worst = math.max(worst or 0, result.elapsed - deadlines.device)
  end
  return worst
end

return r0
