--- A look at the host keys of many devices at once, and at what is known of them. No
-- login is tried, nothing is believed and nothing is written here.
-- @module moonwire.transport.scan
local hostkeys = require "host.hostkeys"
local known_hosts = require "moonwire.transport.known_hosts"
local offer = require "moonwire.transport.offer"
local resolve = require "moonwire.transport.resolve"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local scan = {}

local AT_ONCE = 200 -- devices that are asked at the same time

local TYPE_OF = { ["rsa-sha2-512"] = "ssh-rsa", ["rsa-sha2-256"] = "ssh-rsa" }

-- The types of key that a device offers and that may be asked for, beside one of them:
-- for each, the algorithms by which it is asked for.
local function further_types(asked, offered, seen)
  local is_offered, types, by_type = {}, {}, {}
  for name in offered:gmatch "[^,]+" do
    is_offered[name] = true
  end
  for name in asked:gmatch "[^,]+" do
    local type = TYPE_OF[name] or name
    if is_offered[name] and type ~= seen then
      if not by_type[type] then
        by_type[type] = {}
        types[#types + 1] = type
      end
      table.insert(by_type[type], name)
    end
  end
  for i, type in ipairs(types) do
    types[i] = table.concat(by_type[type], ",")
  end
  return types
end

local function entry(device, asked, public, message)
  local alias = asked.host_key_alias -- it has no port, as for ssh
  return {
    device = device,
    host = alias or asked.host,
    port = not alias and asked.port or 22,
    public = public,
    message = message,
    verdict = public and "unknown" or "failed",
  }
end

local function ask(asked, lists)
  local shown, message = transport.show(asked, {}, lists)
  if shown and not shown.host_key then
    message = "no algorithms in common"
  end
  return shown and shown.host_key, message, shown
end

-- A server shows one key in a handshake: there is one for each type that it has.
local function scan_keys(device, asked, lists)
  local public, message, shown = ask(asked, lists)
  local list = { entry(device, asked, public, message) }
  local offered = public and shown.offers and shown.offers.hostkey_types or ""
  local types = further_types(lists.hostkey_types, offered, (public or ""):match "^%S+")
  for _, names in ipairs(types) do
    local only = setmetatable({ hostkey_types = names }, { __index = lists })
    public, message = ask(asked, only)
    list[#list + 1] = entry(device, asked, public, message)
  end
  return list
end

local function scan_device(device)
  local asked, message = resolve.device(device)
  local lists
  if asked then
    lists, message = offer.lists(asked)
  end
  if not lists then
    return { entry(device, asked or device, nil, message) }
  end
  return scan_keys(device, asked, lists)
end

local function flat(lists)
  local shown = {}
  for _, list in ipairs(lists) do
    table.move(list, 1, #list, #shown + 1, shown)
  end
  return shown
end

-- a device may have a file of its own, or several
local function judge_all(shown, path)
  local by_files = {}
  for _, one in ipairs(shown) do
    if one.public then
      local files = one.device.known_hosts or path
      local key = type(files) == "table" and table.concat(files, "\0") or files
      by_files[key] = by_files[key] or { files = files }
      table.insert(by_files[key], one)
    end
  end
  for _, list in pairs(by_files) do
    local ok, message = known_hosts.judge(list.files, list)
    if not ok then
      return nil, message
    end
  end
  return true
end

local function is_pinned(pins, public)
  for _, pin in ipairs(type(pins) == "table" and pins or { pins }) do
    if hostkeys.is_pinned(public, pin) then
      return true
    end
  end
  return false
end

-- Pins are what the inventory believes, whatever a file says.
local function judge_pins(shown)
  for _, one in ipairs(shown) do
    local pins = one.device.host_key
    if one.public and pins and one.verdict ~= "revoked" then
      one.verdict = is_pinned(pins, one.public) and "pinned" or "changed"
    end
  end
end

local BELIEVED = { pinned = true, known = true }

-- A device that shows the key which is believed may have others beside it; that nobody
-- has heard of those is no contradiction.
local function judge_others(shown)
  local believed = {}
  for _, one in ipairs(shown) do
    if BELIEVED[one.verdict] then
      believed[one.device] = one.verdict
    end
  end
  for _, one in ipairs(shown) do
    local by = one.verdict == "changed" and believed[one.device]
    if by == "pinned" then
      one.verdict = "unpinned"
    elseif by and one.is_other_type then
      one.verdict, one.remark = "unknown", "beside one that is known"
    end
  end
end

-- The same key on two devices: a cloned image, or one device under two names.
local function note_clones(shown)
  local first = {}
  for _, one in ipairs(shown) do
    local before = one.public and first[one.public]
    if before then
      one.remark = "same key as " .. before
    elseif one.public then
      first[one.public] = one.device.name or one.host
    end
  end
end

--- Ask devices for their host keys, of all types that they have.
-- @tparam {table,...} devices
-- @string path of the file of known host keys, for devices that have none of their own
-- @treturn[1] {table,...} for each key, in the order of the devices: `device`, `host`,
-- `port`, `verdict` ("known", "pinned", "unpinned": beside one that is; "unknown",
-- "changed", "revoked", "failed"), `public` (as it was shown), `remark`, `message` (why
-- it failed)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function scan.run(devices, path)
  local shown = flat(task.map(devices, AT_ONCE, scan_device))
  local ok, message = judge_all(shown, path)
  if not ok then
    return nil, message, "local"
  end
  judge_pins(shown)
  judge_others(shown)
  note_clones(shown)
  return shown
end

return scan
