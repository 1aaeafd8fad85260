--- What a change is refused for, whoever asks: that it is empty, that a line of it
-- destroys too much, that too much of the configuration would change. Nothing in here
-- talks to a device.
-- @module moonwire.session.change.guard
local deny = require "moonwire.platform.deny"
local platforms = require "moonwire.platform"

local guard = {}

local MOST_LINES = 200 -- of a difference, without a word of the user's
local MOST_SHARE, SMALL = 0.2, 20 -- of the configuration; and lines that are always few

--- What the lines are refused for, whatever the device shows.
-- @tparam table platform
-- @tparam {string,...} lines
-- @tparam {table,...} units of them, as `moonwire.session.plan` puts them
-- @tparam[opt] table allow true by the names of `moonwire.platform.deny`
-- @treturn string|nil message
-- @treturn string kind: "invalid", "denied"
function guard.lines(platform, lines, units, allow)
  if #units == 0 then
    return "there is no line in it", "invalid"
  end
  local number, name = deny.first(platform, lines, allow)
  if number then
    local words = 'line %d "%s" may destroy too much; allow = { ["%s"] = true } lets it'
    return words:format(number, platforms.scrub(platform, lines[number]), name),
      "denied"
  end
end

--- Too much at once is more often a mistake than meant.
-- @tparam {string,...} changes lines that would change
-- @tparam ?string before the configuration; nil: it cannot be read
-- @tparam table given `max_lines` (200), `max_share` (0.2 of the configuration),
-- `large` (true: no limit)
-- @treturn string|nil message
function guard.size(changes, before, given)
  local most, share = given.max_lines or MOST_LINES, given.max_share or MOST_SHARE
  local _, size = (before or ""):gsub("\n", "")
  if given.large then
    return nil
  elseif #changes > most then
    return ("%d lines would change, and %d is the limit"):format(#changes, most)
  elseif before and #changes > SMALL and #changes > size * share then
    local words = "%d of its %d lines would change, and %g %% is the limit"
    return words:format(#changes, size, share * 100)
  end
end

return guard
