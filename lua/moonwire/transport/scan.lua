--- A look at the host keys of many devices at once, and at what is known of them. No
-- login is tried, nothing is believed and nothing is written here.
-- @module moonwire.transport.scan
local hostkeys = require "host.hostkeys"
local known_hosts = require "moonwire.transport.known_hosts"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local scan = {}

local AT_ONCE = 200 -- devices that are asked at the same time

local function scan_device(device)
  local public, message = transport.host_key(device)
  local alias = device.host_key_alias -- it has no port, as for ssh
  return {
    device = device,
    host = alias or device.host,
    port = not alias and device.port or 22,
    public = public,
    message = message,
    verdict = public and "unknown" or "failed",
  }
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

-- Pins are what the inventory believes, whatever a file says.
local function judge_pins(shown)
  for _, one in ipairs(shown) do
    local pins = one.device.host_key
    if one.public and pins and one.verdict ~= "revoked" then
      one.verdict = "changed"
      for _, pin in ipairs(type(pins) == "table" and pins or { pins }) do
        if hostkeys.is_pinned(one.public, pin) then
          one.verdict = "pinned"
        end
      end
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

--- Ask devices for their host keys.
-- @tparam {table,...} devices
-- @string path of the file of known host keys, for devices that have none of their own
-- @treturn[1] {table,...} for each device `device`, `host`, `port`, `verdict` ("known",
-- "pinned", "unknown", "changed", "revoked", "failed"), `public` (the key as it showed
-- it), `remark`, `message` (why it failed)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function scan.run(devices, path)
  local shown = task.map(devices, AT_ONCE, scan_device)
  local ok, message = judge_all(shown, path)
  if not ok then
    return nil, message, "local"
  end
  judge_pins(shown)
  note_clones(shown)
  return shown
end

return scan
