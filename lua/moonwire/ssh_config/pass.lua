--- The passes over a configuration for one host: which blocks are for it, and what
-- their options come to.
-- @module moonwire.ssh_config.pass
local uv = require "luv"

local match = require "moonwire.ssh_config.match"
local options = require "moonwire.ssh_config.options"
local pattern = require "moonwire.ssh_config.pattern"
local token = require "moonwire.ssh_config.token"

local pass = {}

local PORT = 22

local function fits_names(host, patterns)
  local is_match = false
  for _, one in ipairs(patterns) do
    if pattern.matches(host, one.glob) then
      if one.is_negated then
        return false
      end
      is_match = true
    end
  end
  return is_match
end

local function effective_host(state)
  local name = state.taken.hostname
  if not name or state.is_final then
    return name or state.host
  end
  return token.expand(name, { h = state.host, ["%"] = "%" })
end

local function fits_criteria(config, state, criteria)
  local host, complaint = effective_host(state)
  if not host then
    return nil, complaint, "invalid"
  end
  return match.fits(criteria, {
    host = host,
    original = state.original,
    user = state.taken.user or state.local_user,
    port = state.taken.port or PORT,
    alias = state.taken.hostkeyalias,
    local_user = state.local_user,
    is_final = state.is_final,
    run = function(command)
      return config.runner:run(command)
    end,
  })
end

local function is_active(config, state, block)
  if not block then
    return true
  elseif state.active[block] == nil then
    local is_so, message, kind = is_active(config, state, block.parent)
    if is_so and block.patterns then
      is_so = fits_names(state.host, block.patterns)
    elseif is_so then
      is_so, message, kind = fits_criteria(config, state, block.criteria)
    end
    if is_so == nil then
      return nil, message, kind
    end
    state.active[block] = is_so
  end
  return state.active[block]
end

local function take_segment(state, segment)
  for _, directive in ipairs(segment) do
    if not directive.is_unknown then
      local option = directive.option
      local complaint = options.take(state.taken, directive)
      if complaint then
        return complaint
      end
      if state.taken[option] ~= nil and not state.origins[option] then
        state.origins[option] = directive
      end
    end
  end
end

local function run_pass(config, state)
  state.active = {}
  for _, number in ipairs(config.index:find(state.host)) do
    local segment = config.segments[number]
    local is_so, message, kind = is_active(config, state, segment.block)
    if is_so then
      message = take_segment(state, segment)
      kind = message and "invalid"
    end
    if message then
      return nil, message, kind
    end
  end
  return true
end

--- Where a directive stands.
-- @tparam table directive
-- @treturn string "file:line"
function pass.place_of(directive)
  return ("%s:%d"):format(directive.path, directive.number)
end

-- A word that ssh does not know is an error, in whatever block, unless IgnoreUnknown
-- was there before.
local function find_unknown(config, state)
  local tolerated = state.taken.ignoreunknown
  local since = state.origins.ignoreunknown
  for _, segment in ipairs(config.segments) do
    for _, one in ipairs(segment) do
      local is_fine = not one.is_unknown or since and since.order < one.order
        and pattern.matches_list(one.option, tolerated:lower())
      if not is_fine then
        return ("%s: unknown option %q"):format(pass.place_of(one), one.option)
      end
    end
  end
end

-- what nearly all addresses are: four numbers without needless zeros
local function is_plain_address(host)
  local count = 0
  for number in (host .. "."):gmatch "([^.]*)%." do
    count = count + 1
    local is_good = number:find "^[1-9]%d?%d?$" and tonumber(number) < 256
    if not is_good and number ~= "0" then
      return false
    end
  end
  return count == 4
end

-- Addresses are written in one way only; names have no capitals.
local function canonical(host)
  if is_plain_address(host) then
    return host
  end
  local may_be_number = host:find "^%d[%w.]*$" or host:find(":", 1, true)
  local found = may_be_number and uv.getaddrinfo(host, nil, {
    numerichost = true, socktype = "stream",
  })
  return found and found[1] and found[1].addr or host:lower()
end

local function take_host_name(state)
  local host, complaint = effective_host(state)
  if not host then
    return nil, "hostname: " .. complaint
  end
  state.name = canonical(host)
  return true
end

--- Go over a configuration, twice when it asks for that.
-- @tparam Config config
-- @tparam table state `host`, `original`, `taken` (values by option so far), `origins`
-- (directives by option), `local_user`; gets `name`: what to connect to
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid", "local", "timeout"
function pass.run(config, state)
  local ok, message, kind = run_pass(config, state)
  if ok and config.wants.tolerance then
    message = find_unknown(config, state)
    ok, kind = not message, "invalid"
  end
  if ok then
    ok, message = take_host_name(state)
    kind = "invalid"
  end
  local canonicalize = state.taken.canonicalizehostname
  if ok and (config.wants.final or canonicalize and canonicalize ~= "no") then
    state.host, state.is_final, state.taken.hostname = state.name, true, state.name
    ok, message, kind = run_pass(config, state)
  end
  if not ok then
    return nil, message, kind
  end
  return true
end

return pass
