--- Which algorithms are offered to a device: a profile by its name, or lists.
-- Lists are made of what somebody wrote and of a profile as OpenSSH does it: `+a` adds
-- behind, `^a` in front, `-a` takes away, anything else is the list.
-- @module moonwire.transport.offer
local algorithms = require "host.algorithms"
local log = require "moonwire.log"
local platforms = require "moonwire.platform"

local offer = {}

--- The kinds of lists.
offer.kinds = { "kex", "hostkey_types", "ciphers", "macs", "publickey_types" }

-- Made once per program (and thread), not per device.
local made = {}

-- "platform": what old ones of its kind need, where the platform says so
local function profile_of(device, name)
  if name ~= "platform" then
    return name or "default"
  end
  local platform = platforms.get(device.device_type or "")
  return platform and platform.ssh and platform.ssh.algorithms or "default"
end

local function key_of(profile, given)
  local parts = { profile }
  for _, kind in ipairs(offer.kinds) do
    parts[#parts + 1] = given[kind] or ""
  end
  return table.concat(parts, "\0")
end

local function add_list(lists, kind, text, profile)
  local list, unknown, failure = algorithms.expand(kind, text, profile)
  if not list then
    return nil, unknown, failure
  end
  lists[kind] = list
  if unknown then
    lists.lacking[kind] = unknown
    log.once(("%s: libssh does not have %s"):format(kind, table.concat(unknown, ", ")))
  end
  return true
end

local function make(profile, given)
  local lists, message, kind = algorithms.default(profile)
  if not lists then
    return nil, message, kind
  end
  lists.lacking, lists.given = {}, given
  for _, one in ipairs(offer.kinds) do
    if given[one] then
      local ok
      ok, message, kind = add_list(lists, one, given[one], profile)
      if not ok then
        return nil, message, kind
      end
    end
  end
  return lists
end

--- The lists for a device.
-- @tparam table device `algorithms`: the name of a profile, "platform" (what its
-- platform names), or a table with `profile` and a text by kind
-- @treturn[1] table a list by kind, as `host.ssh.connect` takes it; `lacking`: by kind,
-- names that were asked for and that libssh does not have; `given`: what was asked for
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "algorithm"
function offer.lists(device)
  local given = device.algorithms
  if given == nil and made.plain then
    return made.plain
  elseif type(given) ~= "table" then
    given = { profile = given }
  end
  local profile = profile_of(device, given.profile)
  local key = key_of(profile, given)
  if not made[key] then
    local message, kind
    made[key], message, kind = make(profile, given)
    if not made[key] then
      return nil, message, kind
    end
  end
  if device.algorithms == nil then
    made.plain = made[key] -- what most devices get
  end
  return made[key]
end

return offer
