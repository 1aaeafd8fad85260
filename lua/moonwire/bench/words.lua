--- What was measured and what failed, in words.
-- @module moonwire.bench.words
local duration = require "moonwire.duration"
local summary = require "moonwire.report.summary"

local words = {}

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local LAB_WORDS = {
  { "rtt", "%s round trip" },
  { "think", "%s of thinking a command" },
  { "kex_delay", "%s before the key exchange" },
  { "auth_delay", "%s to check a password" },
}

local function time_words(list, seconds, shape)
  if seconds and seconds > 0 then
    list[#list + 1] = shape:format(duration.format(seconds))
  end
end

--- The circumstances in one line.
-- @tparam table devices an inventory
-- @tparam table options `commands`, `runs`, and at will `dwell` (seconds)
-- @treturn string
function words.circumstances(devices, options)
  local list = {
    plural(#devices, "device"),
    plural(#options.commands, "command") .. " each",
  }
  for _, pair in ipairs(LAB_WORDS) do
    time_words(list, (devices.lab or {})[pair[1]], pair[2])
  end
  time_words(list, options.dwell, "%s of staying open")
  local text = table.concat(list, ", ")
  return ("%s; %s of each"):format(text, plural(options.runs, "run"))
end

--- A line for each device that failed.
-- @tparam table rows of `moonwire.bench.measure`
-- @treturn string nothing when none did
function words.failures(rows)
  local lines = {}
  for _, row in ipairs(rows) do
    for _, result in ipairs(row.failed > 0 and row.run.results or {}) do
      if not result.ok then
        lines[#lines + 1] = ("%-11s %s\n"):format(row.mode, summary.device(result))
      end
    end
  end
  return table.concat(lines)
end

return words
