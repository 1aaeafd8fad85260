--- Options that stand before everything else on the command line, for whatever follows.
-- @module moonwire.cli.option
local log = require "moonwire.log"

local option = {}

local NAMES = {
  ["--ssh-config"] = "ssh_config", ["--log"] = "log", ["--log-level"] = "level",
  ["--log-format"] = "format",
}
local SHOWN = { ["-v"] = "info", ["-vv"] = "debug" }

local function is_level(word)
  for _, level in ipairs(log.levels) do
    if level == word then
      return true
    end
  end
  return false
end

local function complaint_about(given)
  if given.level and not is_level(given.level) then
    return "--log-level: there are " .. table.concat(log.levels, ", ")
  elseif given.format and given.format ~= "text" and given.format ~= "json" then
    return "--log-format: there are text and json"
  elseif (given.level or given.format) and not given.log then
    return "--log-level and --log-format want --log FILE"
  end
end

local function apply(given)
  if given.ssh_config then
    require("moonwire.ssh_config").set_default(given.ssh_config)
  end
  if given.log then
    local ok, message = log.open {
      path = given.log, level = given.level, format = given.format,
    }
    if not ok then
      return message
    end
  end
  log.show(given.shown)
end

--- Obey them.
-- @tparam {string,...} words
-- @treturn[1] {string,...} the words behind them
-- @return[2] nil
-- @treturn[2] string message
function option.take(words)
  local given, at = {}, 1
  while SHOWN[words[at]] or NAMES[words[at]] and words[at + 1] do
    local name = NAMES[words[at]]
    given[name or "shown"] = name and words[at + 1] or SHOWN[words[at]]
    at = at + (name and 2 or 1)
  end
  local complaint = complaint_about(given) or apply(given)
  if complaint then
    return nil, complaint
  end
  return table.move(words, at, #words, 1, {})
end

return option
