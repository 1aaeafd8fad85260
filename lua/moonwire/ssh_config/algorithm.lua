--- The algorithms that OpenSSH 9.2 in Debian 12 has: a name that is not among them is a
-- mistake in a configuration. What moonwire can do itself is `host.algorithms`'.
-- Source: `ssh -Q kex`, `cipher`, `mac`, `HostKeyAlgorithms` and `kex-gss`.
-- @module moonwire.ssh_config.algorithm
local pattern = require "moonwire.ssh_config.pattern"

local algorithm = {}

local KEYS = [[
  ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com
  sk-ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256
  ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384
  ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521
  ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com
  sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
  webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-dss
  ssh-dss-cert-v01@openssh.com ssh-rsa ssh-rsa-cert-v01@openssh.com rsa-sha2-256
  rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512 rsa-sha2-512-cert-v01@openssh.com]]

local NAMES = {
  ciphers = [[
    3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr
    aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com]],
  gssapikexalgorithms = [[
    gss-gex-sha1- gss-group1-sha1- gss-group14-sha1- gss-group14-sha256-
    gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256-]],
  kexalgorithms = [[
    diffie-hellman-group1-sha1 diffie-hellman-group14-sha1
    diffie-hellman-group14-sha256 diffie-hellman-group16-sha512
    diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
    diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384
    ecdh-sha2-nistp521 curve25519-sha256 curve25519-sha256@libssh.org
    sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com]],
  macs = [[
    hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96
    umac-64@openssh.com umac-128@openssh.com hmac-sha1-etm@openssh.com
    hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com
    hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com
    hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com
    umac-128-etm@openssh.com]],
  casignaturealgorithms = KEYS,
  hostbasedacceptedalgorithms = KEYS,
  hostkeyalgorithms = KEYS,
  pubkeyacceptedalgorithms = KEYS,
}

local known = {}
for option, names in pairs(NAMES) do
  known[option] = {}
  for name in names:gmatch "%S+" do
    known[option][name] = true
  end
end

local function fits_any(names, glob)
  for name in pairs(names) do
    if pattern.matches(name, glob) then
      return true
    end
  end
  return false
end

--- Whether OpenSSH has an algorithm.
-- @string option such as "kexalgorithms"
-- @string name
-- @treturn boolean
function algorithm.is_known(option, name)
  return known[option][name] == true
end

--- Look for what OpenSSH would not accept. Only keys may be given by patterns; behind a
-- `-` anything may stand.
-- @string option such as "kexalgorithms"
-- @string text names with commas in between, perhaps with `+`, `-` or `^` in front
-- @treturn ?string the first name that it does not have
function algorithm.find_stranger(option, text)
  local sign = text:match "^[+^-]" or ""
  if sign == "-" then
    return nil
  end
  local names = known[option]
  local has_globs = NAMES[option] == KEYS
  local list = text:sub(#sign + 1)
  if list == "" then
    return list
  end
  for name in (list .. ","):gmatch "([^,]*)," do
    if name == "" then -- ssh looks no further
      return nil
    elseif not names[name] and not (has_globs and fits_any(names, name)) then
      return name
    end
  end
end

return algorithm
