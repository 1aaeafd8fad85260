--- The prompts of a twin: those that the platform's table gives as samples, with the
-- device's own name in them.
-- @module moonwire.lab.twin.prompt
local platforms = require "moonwire.platform"

local prompt = {}

local function split(sample)
  local before, line = sample:match "^(.*)\n([^\n]*)$"
  return before, line or sample
end

-- in a mode where the client does not look for the name, as in a shell below
local USUAL_PLACES = { "@([%w_.%-]+)", "^([%w_.%-]+)[>#(]" }

local function host_in(platform, line)
  local host = platforms.host_of(platform, line)
  for _, pattern in ipairs(USUAL_PLACES) do
    host = host or line:match(pattern)
  end
  return host or line:match "^%[[~*]?([%w_.]+)[%]%-]" -- and perhaps a section behind it
end

local SUFFIX = "%-%l+$" -- of a name, that a mode may put there

local function renamed(platform, line, name, keeps_suffix)
  local host = host_in(platform, line)
  host = host and keeps_suffix and host:gsub(SUFFIX, "") or host
  local first, last = line:find(host or "", 1, true)
  if not host or not first then
    return line
  end
  local clip = platform.host.clip
  return line:sub(1, first - 1) .. name:sub(1, clip or #name) .. line:sub(last + 1)
end

-- the number in a prompt that counts commands
local function counted(platform, line, count)
  if platforms.plain(platform, line) == line then
    return line
  end
  return (line:gsub("%.%d+( [#>] ?)$", (".%d%%1"):format(count)))
end

-- prompts that show where in the configuration one is
local DEEP = { "%(config%-if[^%)]*%)", "%-GigabitEthernet[%d/]+%]$" }

local function is_deep(sample)
  for _, pattern in ipairs(DEEP) do
    if sample:find(pattern) then
      return true
    end
  end
  return false
end

local function sorted(samples, is_meant)
  local meant, rest = {}, {}
  for _, sample in ipairs(samples) do
    table.insert(is_meant(sample) and meant or rest, sample)
  end
  return table.move(rest, 1, #rest, #meant + 1, meant)
end

local CANDIDATE = "(%(config%-s%-)[^%)]*%)" -- with so much of its name
local SHOWN = 6

-- the samples of a mode; those first that are meant
local function samples_of(platform, mode, section, candidate)
  local samples = platform.samples[mode] or {}
  if candidate then
    return sorted(samples, function(sample) return sample:find(CANDIDATE) end)
  elseif section and section:find "^interface" then
    return sorted(samples, is_deep)
  end
  return samples
end

--- The prompt of a mode.
-- @tparam table platform
-- @string mode
-- @string name of the device
-- @int count of commands until now
-- @tparam[opt] string section of the configuration that the session is in
-- @tparam[opt] string candidate the name of the one that it is in
-- @treturn string its last line
-- @treturn string|nil the lines above it; raises where no sample shows the mode
function prompt.of(platform, mode, name, count, section, candidate)
  for _, sample in ipairs(samples_of(platform, mode, section, candidate)) do
    local before, line = split(sample)
    line = candidate and line:gsub(CANDIDATE, "%1" .. candidate:sub(1, SHOWN) .. ")")
      or line
    local candidates = {
      renamed(platform, line, name),
      renamed(platform, line, name, true),
      line, -- a fixed word may have looked like a name
    }
    for _, one in ipairs(candidates) do
      one = counted(platform, one, count)
      if platforms.mode_of(platform, one, before) == mode then
        return one, before
      end
    end
  end
  error(("%s: no sample shows the prompt of mode %s"):format(platform.name, mode))
end

return prompt
