--- A device that has no algorithms in common with us: what it offers, and the line that
-- would reach it.
-- @module moonwire.transport.mismatch
local algorithms = require "host.algorithms"
local openssh = require "moonwire.ssh_config.algorithm"
local set = require "moonwire.set"

local mismatch = {}

local LONGEST = 300 -- bytes of a device's list in a message

-- what both sides need, in the order in which they agree on it
local KINDS = { "kex", "hostkey_types", "ciphers", "macs" }

local OPTION = {
  kex = "KexAlgorithms",
  hostkey_types = "HostKeyAlgorithms",
  ciphers = "Ciphers",
  macs = "MACs",
}

local function names_of(list)
  local names = {}
  for name in list:gmatch "[^,]+" do
    names[#names + 1] = name
  end
  return names
end

local function first_shared(wanted, offered)
  local has = set.of(offered)
  for _, name in ipairs(names_of(wanted)) do
    if has[name] then
      return name
    end
  end
end

-- announcements that travel among the key exchanges
local function is_signal(name)
  return name:find "^ext%-info%-" or name:find "^kex%-strict%-"
end

local function clean(list)
  local names = {}
  for _, name in ipairs(names_of(list)) do
    names[#names + 1] = not is_signal(name) and name:gsub("[^\33-\126]", "?") or nil
  end
  return names
end

-- by the message where the device did not tell in time
local function offers_of(message, offers)
  if offers then
    return offers
  end
  local parsed = algorithms.parse_mismatch(message)
  if parsed and parsed.kind then
    return { [parsed.kind] = table.concat(parsed.server, ",") }
  end
  return {}
end

local AEAD = {
  ["aes128-gcm@openssh.com"] = true,
  ["aes256-gcm@openssh.com"] = true,
  ["chacha20-poly1305@openssh.com"] = true,
}

local function find_gaps(lists, offers)
  local gaps, cipher = {}, nil
  for _, kind in ipairs(KINDS) do
    local offered = offers[kind] and clean(offers[kind])
    local shared = offered and first_shared(lists[kind], offered)
    cipher = kind == "ciphers" and shared or cipher
    -- such a cipher authenticates by itself: no MAC is agreed on
    if offered and not shared and not (kind == "macs" and AEAD[cipher]) then
      gaps[#gaps + 1] = {
        kind = kind,
        offered = offered,
        possible = first_shared(algorithms.supported(kind), offered),
      }
    end
  end
  return gaps
end

local function show_offered(gaps)
  local parts = {}
  for i, gap in ipairs(gaps) do
    local text = table.concat(gap.offered, ",")
    text = #text > LONGEST and text:sub(1, LONGEST) .. "…" or text
    parts[i] = ("%s %s"):format(gap.kind, text ~= "" and text or "(nothing)")
  end
  return table.concat(parts, "; ")
end

-- What was given, and this one more. A list that takes away is left to its writer.
local function with_one_more(given, name)
  if not given or given:find "^%-" then
    return "+" .. name
  end
  return given .. "," .. name
end

-- An inventory's table is all that counts, so that it has to repeat what was given.
local function inventory_line(possible, given)
  local fields = {}
  for _, kind in ipairs { "profile", table.unpack(KINDS) } do
    local value = possible[kind] and with_one_more(given[kind], possible[kind])
      or given[kind]
    fields[#fields + 1] = value and ("%s = %q"):format(kind, value)
  end
  return ("algorithms = { %s }"):format(table.concat(fields, ", "))
end

-- Of several lines for an option, OpenSSH believes the first.
local function advise(gaps, given)
  local possible, options, is_there = {}, {}, false
  for i, gap in ipairs(gaps) do
    local kind = gap.kind
    local value = with_one_more(given[kind], gap.possible)
    possible[kind] = gap.possible
    options[i] = ("%s %s"):format(OPTION[kind], value)
    is_there = is_there or given[kind] ~= nil
  end
  return ("to reach it: %s in the inventory, or in ssh_config: %s%s"):format(
    inventory_line(possible, given), table.concat(options, "; "),
    is_there and " in place of the line that is there" or "")
end

local function known_to_openssh(gap)
  local names = {}
  for _, name in ipairs(gap.offered) do
    if openssh.is_known(OPTION[gap.kind]:lower(), name) then
      names[#names + 1] = name
    end
  end
  return names
end

-- Nothing that we could be told to offer would do.
local function explain_lacking(gaps)
  local parts, needs_openssh, lacking = {}, true, {}
  for _, gap in ipairs(gaps) do
    if not gap.possible then
      local names = known_to_openssh(gap)
      lacking[gap.kind] = gap.offered
      needs_openssh = needs_openssh and names[1] ~= nil
      parts[#parts + 1] = names[1] and ("libssh has none of these %s, but OpenSSH's ssh"
        .. " has %s"):format(gap.kind, table.concat(names, ","))
        or ("neither libssh nor OpenSSH's ssh has one of these %s"):format(gap.kind)
    end
  end
  return table.concat(parts, "; "), lacking, needs_openssh
end

--- Explain a failure of kind algorithm.
-- @tparam table lists what was offered to the device, by kind
-- @string message libssh's
-- @tparam ?table offers what the device offers, by kind, where it is known
-- @treturn string message
-- @treturn ?table lacking: names by kind, where libssh has none of them
-- @treturn ?boolean whether OpenSSH's own ssh could agree with the device
function mismatch.explain(lists, message, offers)
  local gaps = find_gaps(lists, offers_of(message, offers))
  if #gaps == 0 then
    return message
  end
  local head = "no algorithms in common: the device offers " .. show_offered(gaps)
  local words, lacking, needs_openssh = explain_lacking(gaps)
  if words ~= "" then
    return head .. "; " .. words, lacking, needs_openssh
  end
  return head .. "; " .. advise(gaps, lists.given or {})
end

local function offers_everything(lists)
  for _, kind in ipairs(KINDS) do
    local has = set.of(names_of(lists[kind]))
    for _, name in ipairs(names_of(algorithms.supported(kind))) do
      if not has[name] then
        return false
      end
    end
  end
  return true
end

--- Explain that a device has hung up when it saw our offer, and before it made its own:
-- old ones do so where no algorithm is shared.
-- @tparam table lists what was offered to it, by kind
-- @string message
-- @string server how it calls itself
-- @treturn string message
function mismatch.suspect(lists, message, server)
  if offers_everything(lists) then
    return message
  end
  return ("%s; it (%s) has not said what it offers: perhaps it shares no algorithm with"
    .. " us. `moonwire ssh-audit` offers it all there are and shows what it has;"
    .. ' algorithms = "legacy-all" in the inventory tries them'):format(message,
      (server:gsub("[^\32-\126]", "?")))
end

return mismatch
