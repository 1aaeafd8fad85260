--- Host certificates: libssh cannot check them, the system's ssh can. When to leave a
-- device to that one; nothing is believed in here.
-- @module moonwire.transport.certificate
local certificate = {}

-- a key that no host has: what is asked about is the host
local NOBODYS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" .. ("A"):rep(43)

local function has_authority(store, device)
  local alias = device.host_key_alias
  local port = not alias and device.port or 22 -- an alias has none, as for ssh
  local _, detail = store:lookup(alias or device.host, port, NOBODYS)
  return detail.has_authority
end

local function offers_only_certificates(detail)
  local names = detail.lacking and detail.lacking.hostkey_types
  for _, name in ipairs(names or {}) do
    if name:find "%-cert%-v%d%d@" then
      return true
    end
  end
  return false
end

--- Whether a login failed at a host key that an authority of ours may have signed: a
-- `@cert-authority` line names the host, and it shows a key that nobody knows, or has
-- nothing but certificates. A key that has changed, or is pinned, is no such case.
-- @tparam ?HostKeys store what is known; nil: the key is pinned
-- @tparam table device
-- @tparam table detail of the failure
-- @treturn boolean
function certificate.is_needed(store, device, detail)
  if not store or device.host_key then
    return false
  end
  return (detail.host_key_verdict == "unknown" or offers_only_certificates(detail))
    and has_authority(store, device)
end

--- The names of host key algorithms with those of their certificates before them.
-- @tparam {string,...} names
-- @treturn {string,...}
function certificate.prefer(names)
  local list = {}
  for i, name in ipairs(names) do
    local bare = name:match "^[%w-]+$"
    list[i] = bare and bare .. "-cert-v01@openssh.com" or name
  end
  return table.move(names, 1, #names, #list + 1, list)
end

return certificate
