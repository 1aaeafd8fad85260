--- Lint: secrets in clear, in the table itself and in what its rules leave.
-- @module moonwire.platform.lint.secret
local platform = require "moonwire.platform"
local walk = require "moonwire.platform.lint.walk"

local secret = {}

local IN_CLEAR = "secret in clear"
local MARK = "SECRET" -- stands for a secret in `secrets`

local function asks_for_secret(rule)
  local said = table.concat(rule, "\n") .. (rule.text or "")
  said = said:gsub("%[(%a)%a%]", "%1"):lower() -- "[Pp]assword"
  return said:find "passw" or said:find "passphrase" or said:find "secret:"
end

local function check_answers(value, place, add)
  if type(value) ~= "table" then
    return
  end
  local answer = value.say or value.key
  local is_secret = type(answer) == "string" and #answer > 3
    and type(value[1]) == "string" and asks_for_secret(value)
  if is_secret then
    add(IN_CLEAR, place, "is a secret in clear: name the device's field by `secret`")
  end
  for _, key in ipairs(walk.keys(value)) do
    local form = type(key) == "number" and "%s[%d]" or "%s.%s"
    check_answers(value[key], form:format(place, key), add)
  end
end

local ASKING = { "login", "questions", "edges", "prep", "logout", "config", "ssh" }

local function check_questions(value, add)
  for _, field in ipairs(ASKING) do
    check_answers(value[field], field, add)
  end
end

-- what is typed or shown as a sample, where a secret has nothing to do
local function check_strings(value, add)
  local fields = { "edges", "prep", "logout", "paging", "samples", "banner" }
  walk.strings(value, fields, function(place, text)
    if not place:find "%.ask" and platform.scrub(value, text) ~= text then
      add(IN_CLEAR, place, "holds what the rules of `scrub` hide")
    elseif text:lower():find "passw%a* +%S+$" then
      add(IN_CLEAR, place, "holds a password")
    end
  end)
end

local function check_rules(value, add)
  for i, pattern in ipairs(value.scrub or {}) do
    local plain = pattern:gsub("%%.", ""):gsub("%[.-%]", "")
    if not plain:find("(", 1, true) then
      add(IN_CLEAR, ("scrub[%d]"):format(i), "needs a capture: it is what is kept")
    end
  end
end

local function check_presence(value, add)
  if not (value.config and value.config.show) then
    return
  elseif #(value.scrub or {}) == 0 then
    add(IN_CLEAR, "scrub", "is missing: which lines of a configuration hold secrets?")
  elseif #(value.secrets or {}) == 0 then
    add(IN_CLEAR, "secrets", "is missing: lines with SECRET that `scrub` must hide")
  end
end

local function check_samples(value, add)
  for i, line in ipairs(value.secrets or {}) do
    local place = ("secrets[%d]"):format(i)
    if not line:find(MARK, 1, true) then
      add(IN_CLEAR, place, "has no SECRET to hide")
    elseif platform.scrub(value, line):find(MARK, 1, true) then
      add(IN_CLEAR, place, ('scrub leaves the secret in "%s"'):format(walk.show(line)))
    end
  end
end

--- Look at the secrets of a platform.
-- @tparam table value the platform
-- @tparam function add takes kind, place and message of each finding
function secret.check(value, add)
  check_questions(value, add)
  check_strings(value, add)
  check_rules(value, add)
  check_presence(value, add)
  check_samples(value, add)
end

return secret
