--- What is believed of a device's host key: the pins of the inventory and the files of
-- known keys. Nothing here asks a device; the engine judges what it shows.
-- @module moonwire.transport.trust
local algorithms = require "host.algorithms"
local hostkeys = require "host.hostkeys"
local known_hosts = require "moonwire.transport.known_hosts"
local log = require "moonwire.log"
local uv = require "luv"

local trust = {}

-- Read once per program (and thread), not per device.
local stores = {}

local DEFAULT_STORE = ""
local has_new = {} -- stores, by path, that hold keys which their file does not

-- Of several files, as ssh_config names them, any may be absent.
local function open_stores(paths)
  local files = {}
  for _, path in ipairs(paths) do
    files[#files + 1] = uv.fs_stat(path) and path
  end
  return hostkeys.open(files[1] and { files = files } or { text = "" })
end

-- A named file must be there, unless its first line is about to be written.
local function open_store(path, is_strict)
  if type(path) == "table" then
    return open_stores(path)
  elseif path == DEFAULT_STORE then
    return hostkeys.open()
  elseif not is_strict and not uv.fs_stat(path) then
    return hostkeys.open { text = "" }
  end
  return hostkeys.open { files = { path } }
end

local function store_of(device, policy)
  local path = device.known_hosts or DEFAULT_STORE
  local key = type(path) == "table" and table.concat(path, "\0") or path
  if stores[key] then
    return stores[key]
  end
  local store, message, kind = open_store(path, policy ~= "accept-new")
  if not store then
    return nil, message, kind
  end
  stores[key] = store
  return store
end

-- Where new keys of this device are written.
local function first_store(device)
  local path = device.known_hosts or DEFAULT_STORE
  return type(path) == "table" and (path[1] or "/dev/null") or path
end

--- Write the host keys that were accepted as new to their files, all in one go.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local; hostkey when a file knows another key by now
function trust.save_new_keys()
  for path, store in pairs(has_new) do
    has_new[path] = nil
    local file = path == DEFAULT_STORE and known_hosts.default_path() or path
    local ok, message, kind = store:append(file)
    if not ok then
      return nil, message, kind
    end
  end
  return true
end

local function pins_of(device)
  local pins = device.host_key
  if type(pins) == "string" then
    return { pins }
  end
  return pins
end

--- What is believed of a device.
-- @tparam table device `host_key` (pins), `known_hosts` (a path, or several)
-- @tparam ?string policy "strict", "accept-new"
-- @treturn[1] table `pins` (nil: there are none), `store` (of host.hostkeys; nil where
-- pins are all that counts)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function trust.of(device, policy)
  local pins = pins_of(device)
  if pins and not device.known_hosts then
    return { pins = pins }
  end
  local store, message, kind = store_of(device, policy)
  if not store then
    return nil, message, kind
  end
  return { pins = pins, store = store }
end

--- The types of host keys to ask a device for: it may have several, and one is wanted
-- that can be judged. Many hashed lines take long, on other threads.
-- @param store of `trust.of`; nil: any type will do
-- @tparam table device
-- @tparam table lists of algorithms
-- @treturn string
function trust.hostkey_types(store, device, lists)
  if not store then
    return lists.hostkey_types
  end
  local alias = device.host_key_alias
  local port = not alias and device.port or 22 -- an alias has none, as for ssh
  store:prepare(alias or device.host, port)
  local types = store:types(alias or device.host, port) or ""
  if types == "" then
    return lists.hostkey_types
  end
  return algorithms.prefer(lists.hostkey_types, types)
end

--- The key of a device was accepted as new.
-- @tparam table device
-- @param store that has it now
function trust.note_new(device, store)
  has_new[first_store(device)] = store
  log.event("warning", "host_key_accepted", {
    device = device.name or device.host, host = device.host,
  })
end

return trust
