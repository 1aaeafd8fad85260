--- Bytes of SSH as they are before anything is encrypted (RFC 4253).
local packet = {}

packet.DISCONNECT, packet.IGNORE, packet.UNIMPLEMENTED, packet.DEBUG = 1, 2, 3, 4
packet.KEXINIT, packet.NEWKEYS, packet.KEX_REPLY = 20, 21, 31
packet.USERAUTH_SUCCESS = 52

packet.IDENTIFICATION = "SSH-2.0-device\r\n"

--- A message in its packet, padded to blocks of eight.
function packet.of(payload)
  local padding = 8 - (#payload + 5) % 8
  padding = padding < 4 and padding + 8 or padding
  return string.pack(">I4B", #payload + padding + 1, padding) .. payload
    .. ("\0"):rep(padding)
end

--- A message: its number, and what follows.
function packet.message(number, ...)
  return packet.of(string.char(number) .. table.concat { ... })
end

--- A string with its length.
function packet.text(bytes)
  return string.pack(">s4", bytes)
end

local COMMON = {
  "curve25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com",
  "aes128-gcm@openssh.com", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", "",
}

--- An offer. `changes` are lists by their place from 1 (key exchange) to 10.
function packet.kexinit(changes)
  local parts = { string.char(packet.KEXINIT), ("c"):rep(16) }
  for i, names in ipairs(COMMON) do
    parts[#parts + 1] = packet.text(changes and changes[i] or names)
  end
  parts[#parts + 1] = "\0\0\0\0\0"
  return packet.of(table.concat(parts))
end

--- The answer to the key exchange: host key, public value, signature.
function packet.kex_reply(host_key, value, signature)
  return packet.message(packet.KEX_REPLY, packet.text(host_key), packet.text(value),
    packet.text(signature))
end

return packet
