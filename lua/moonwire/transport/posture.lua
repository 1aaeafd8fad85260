--- How the SSH servers of a fleet present themselves, read from what they say before
-- any login: one connection for each, and a second where it has an RSA key beside the
-- one that it showed first.
-- @module moonwire.transport.posture
local algorithms = require "host.algorithms"
local resolve = require "moonwire.transport.resolve"
local ssh = require "moonwire.transport.ssh"
local task = require "moonwire.task"
local weakness = require "moonwire.transport.weakness"

local posture = {}

local AT_ONCE = 200 -- devices that are asked at the same time
local RSA = "rsa-sha2-512,rsa-sha2-256,ssh-rsa"

local KINDS = { "kex", "hostkey_types", "ciphers", "macs" }

local DIGITS = {}
for i, digit in ipairs { ("A"):byte(), ("a"):byte(), ("0"):byte() } do
  for n = 0, i == 3 and 9 or 25 do
    DIGITS[digit + n] = (i - 1) * 26 + n
  end
end
DIGITS[("+"):byte()], DIGITS[("/"):byte()] = 62, 63

local function decode(text)
  local bytes, bits, count = {}, 0, 0
  for i = 1, #text do
    local digit = DIGITS[text:byte(i)]
    if digit then
      bits, count = (bits << 6 | digit) & 0xffffff, count + 6
      if count >= 8 then
        count = count - 8
        bytes[#bytes + 1] = string.char(bits >> count & 255)
      end
    end
  end
  return table.concat(bytes)
end

--- How many bits the modulus of an RSA key has.
-- @string public as in known_hosts: "ssh-rsa AAAA…"
-- @treturn int|nil nil: it is no RSA key
function posture.rsa_bits(public)
  local text = public:match "^ssh%-rsa (%S+)"
  local ok, _, _, modulus = pcall(string.unpack, ">s4s4s4", text and decode(text) or "")
  if not ok then
    return nil
  end
  modulus = modulus:gsub("^\0+", "")
  local bits, first = #modulus * 8, modulus:byte() or 0
  while first > 0 and first < 128 do
    bits, first = bits - 1, first << 1
  end
  return bits
end

local function lists_of_all()
  local lists = {}
  for _, kind in ipairs(KINDS) do
    lists[kind] = algorithms.supported(kind)
  end
  return lists
end

local function offers_rsa(shown)
  for name in (shown.offers.hostkey_types or ""):gmatch "[^,]+" do
    if ("," .. RSA .. ","):find("," .. name .. ",", 1, true) then
      return true
    end
  end
end

local function key_of(shown)
  local public = shown.host_key
  return {
    type = public:match "^%S+",
    bits = posture.rsa_bits(public),
    public = public,
  }
end

local function keys_of(device, options, shown)
  local keys = {}
  if shown.host_key then
    keys[1] = key_of(shown)
  end
  if offers_rsa(shown) and not (keys[1] and keys[1].bits) then
    local lists = lists_of_all()
    lists.hostkey_types = RSA
    local again = ssh.show(device, options, lists)
    keys[#keys + 1] = again and again.host_key and key_of(again) or nil
  end
  return keys
end

--- Look at one device.
-- @tparam table device
-- @tparam[opt] table options `timeouts` (seconds by phase)
-- @treturn table `device`, and `server`, `offers`, `keys`, `is_strict`, `findings`; or
-- `message` and `kind`, where it could not be looked at
function posture.look(device, options)
  options = options or {}
  local one = { device = device }
  local asked, message, kind = resolve.device(device)
  local shown
  if asked then
    shown, message, kind = ssh.show(asked, options, lists_of_all())
  end
  if not shown or not shown.offers then
    one.message = message or "it did not say what it offers"
    one.kind = kind or "protocol"
    return one
  end
  one.server, one.offers = shown.server or "", shown.offers
  one.keys = keys_of(asked, options, shown)
  one.is_strict = weakness.is_strict(one.offers)
  one.findings = weakness.find(one)
  return one
end

--- Look at many, in their order.
-- @tparam {table,...} devices
-- @tparam[opt] table options `timeouts` (seconds by phase)
-- @treturn {table,...} as `look` gives them
function posture.run(devices, options)
  return task.map(devices, AT_ONCE, function(device)
    return posture.look(device, options)
  end)
end

return posture
