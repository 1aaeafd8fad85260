--- Lint: modes that do not exist, that nobody reaches, and prompts that are not told
-- apart.
-- @module moonwire.platform.lint.mode
local platform = require "moonwire.platform"
local walk = require "moonwire.platform.lint.walk"

local mode = {}

local function known_modes(value)
  local known = {}
  for _, one in ipairs(value.modes_of) do
    known[one.name] = one
  end
  return known
end

local function use_in_list(list, place, use)
  for i, name in ipairs(list or {}) do
    use(("%s[%d]"):format(place, i), name)
  end
end

local function use_in_steps(value, use)
  for i, step in ipairs(value.preparation) do
    use(("prep[%d].mode"):format(i), step.mode)
  end
  for _, name in ipairs(walk.keys(value.actions)) do
    use(name .. ".mode", value.actions[name].mode)
  end
end

local function each_name(value, use)
  use_in_list(value.start, "start", use)
  for _, one in ipairs(value.modes_of) do
    use_in_list(one.over, ("modes.%s.over"):format(one.name), use)
  end
  use_in_steps(value, use)
  use("config.enter", value.config and value.config.enter)
  use_in_list(value.config and value.config.modes, "config.modes", use)
  use("privileged", value.privileged)
  use_in_list(value.help and value.help.modes, "help.modes", use)
  for _, name in ipairs(walk.keys(value.samples)) do
    use("samples", name ~= "none" and name or nil)
  end
end

local function check_names(value, add)
  local known = known_modes(value)
  each_name(value, function(place, name)
    if name and not known[name] then
      add("unknown mode", place, ("there is no mode '%s'"):format(name))
    end
  end)
end

-- all modes that can be reached from some, along the edges or against them
local function reach(value, from, side, other)
  local seen, line = {}, {}
  for _, name in ipairs(from) do
    seen[name] = true
    line[#line + 1] = name
  end
  local first = 1
  while line[first] do
    for _, edge in ipairs(value.edges or {}) do
      if edge[side] == line[first] and not seen[edge[other]] then
        seen[edge[other]] = true
        line[#line + 1] = edge[other]
      end
    end
    first = first + 1
  end
  return seen
end

local function check_ways(value, add)
  if not value.start then
    add("unreachable mode", "start", "is missing: where does a login find itself?")
    return
  end
  local reached = reach(value, value.start, 1, 2)
  local leaving = reach(value, value.start, 2, 1)
  for _, one in ipairs(value.modes_of) do
    local place = "modes." .. one.name
    if not reached[one.name] then
      add("unreachable mode", place, "no edge leads to it from where a login starts")
    elseif not leaving[one.name] then
      add("unreachable mode", place, "no edge leads back from it")
    end
  end
end

local function fits(one, line, previous)
  for _, rule in ipairs(one.alternatives) do
    if platform.fits(rule, line, previous) then
      return true
    end
  end
  return false
end

local function is_meant(winner, name)
  for _, over in ipairs(winner.over) do
    if over == name then
      return true
    end
  end
  return false
end

-- The first mode that fits wins. A later one may fit too only where that was meant.
local function check_overlap(value, sample, place, add)
  local line, previous = walk.split(sample)
  local winner
  for _, one in ipairs(value.modes_of) do
    if fits(one, line, previous) then
      winner = winner or one
      if one.name ~= winner.name and not is_meant(winner, one.name) then
        local message = '"%s" fits %s and %s; where that is meant: over = { "%s" }'
        add("sample of two modes", place,
          message:format(walk.show(sample), winner.name, one.name, one.name))
      end
    end
  end
end

local function check_sample(value, expected, sample, add)
  local place = "samples." .. expected
  local line, previous = walk.split(sample)
  local found = platform.mode_of(value, line, previous)
  if expected == "none" then
    if found then
      add("sample of a mode", place,
        ('"%s" is taken for a prompt of %s'):format(walk.show(sample), found))
    end
  elseif not found then
    add("sample of no mode", place,
      ('"%s" is taken for no prompt'):format(walk.show(sample)))
  elseif found ~= expected then
    add("sample of two modes", place,
      ('"%s" is taken for a prompt of %s'):format(walk.show(sample), found))
  else
    check_overlap(value, sample, place, add)
  end
end

local function check_samples(value, add)
  for _, name in ipairs(walk.keys(value.samples)) do
    for _, sample in ipairs(value.samples[name]) do
      check_sample(value, name, sample, add)
    end
  end
  for _, one in ipairs(value.modes_of) do
    if #(value.samples[one.name] or {}) == 0 then
      add("no sample", "samples." .. one.name, "there is no sample of this mode")
    end
  end
  if #(value.samples.none or {}) == 0 then
    add("no sample", "samples.none", "there is no sample of what is no prompt")
  end
end

local function check_host(value, add)
  if not value.host then
    return
  end
  for _, name in ipairs(walk.keys(value.samples)) do
    for _, sample in ipairs(name ~= "none" and value.samples[name] or {}) do
      if platform.host_of(value, (walk.split(sample))) then
        return
      end
    end
  end
  add("no host", "host.pattern", "finds no host name in any sample")
end

--- Look at the modes of a platform.
-- @tparam table value the platform
-- @tparam function add takes kind, place and message of each finding
function mode.check(value, add)
  check_names(value, add)
  check_ways(value, add)
  check_samples(value, add)
  check_host(value, add)
end

return mode
