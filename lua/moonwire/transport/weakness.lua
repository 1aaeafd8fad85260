--- What is weak in how an SSH server presents itself, and how weak. Only what it says
-- is judged: no attack is tried, and a version counts only where no distribution is
-- known to mend it under the same number.
-- @module moonwire.transport.weakness
local weakness = {}

--- From the least to the worst.
weakness.severities = { "low", "medium", "high" }

local LEAST_RSA = 2048 -- bits; NIST SP 800-131A

-- Sources: RFC 9142 (key exchange), RFC 8332 and 8268 (SHA-1 with RSA), RFC 8758
-- (RC4), CVE-2008-5161 (CBC), CVE-2016-2183 (blocks of 64 bits), RFC 6151 (MD5),
-- release notes of OpenSSH 7.0 (ssh-dss, group1) and 7.2 (96-bit MACs).
local RULES = {
  {
    "kex", "^diffie%-hellman%-group1%-sha1$", "high", "a group of 1024 bits, SHA-1",
  },
  { "kex", "^rsa1024%-sha1$", "high", "a key of 1024 bits, with SHA-1" },
  { "kex", "^diffie%-hellman%-group%-exchange%-sha1$", "medium", "SHA-1" },
  { "kex", "^diffie%-hellman%-group14%-sha1$", "low", "SHA-1" },
  { "hostkey_types", "^ssh%-dss", "high", "keys of 1024 bits, with SHA-1" },
  { "hostkey_types", "^ssh%-rsa$", "medium", "signatures with SHA-1" },
  { "ciphers", "^none$", "high", "no encryption" },
  { "ciphers", "^arcfour", "high", "RC4" },
  { "ciphers", "^des%-cbc", "high", "keys of 56 bits" },
  { "ciphers", "^3des%-cbc$", "medium", "blocks of 64 bits, in CBC" },
  { "ciphers", "^blowfish%-cbc$", "medium", "blocks of 64 bits, in CBC" },
  { "ciphers", "^cast128%-cbc$", "medium", "blocks of 64 bits, in CBC" },
  { "ciphers", "%-cbc$", "medium", "CBC" },
  { "ciphers", "^rijndael%-cbc@", "medium", "CBC" },
  { "macs", "^none$", "high", "no integrity" },
  { "macs", "^hmac%-md5", "medium", "MD5" },
  { "macs", "^hmac%-sha1%-96", "medium", "a tag of 96 bits, with SHA-1" },
}

local function names_in(list)
  return (list or ""):gmatch "[^,]+"
end

local function has(list, pattern)
  for name in names_in(list) do
    if name:find(pattern) then
      return true
    end
  end
  return false
end

local function judge_name(found, kind, name)
  for _, rule in ipairs(RULES) do
    if rule[1] == kind and name:find(rule[2]) then
      found[#found + 1] = {
        severity = rule[3], what = name, kind = kind, why = rule[4],
      }
      return
    end
  end
end

local function judge_lists(found, offers)
  for _, kind in ipairs { "kex", "hostkey_types", "ciphers", "macs" } do
    for name in names_in(offers[kind]) do
      judge_name(found, kind, name)
    end
  end
end

--- Whether a server guards its key exchange against prefix truncation.
-- @tparam table offers its lists by kind
function weakness.is_strict(offers)
  return has(offers.kex, "^kex%-strict%-s%-v00@openssh%.com$")
end

-- Without it, these two let somebody in between cut off the first messages.
local function judge_strictness(found, offers)
  local is_open = has(offers.ciphers, "^chacha20%-poly1305")
    or has(offers.ciphers, "%-cbc$") and has(offers.macs, "%-etm@")
  if not weakness.is_strict(offers) then
    found[#found + 1] = {
      severity = is_open and "medium" or "low",
      what = "no strict-kex",
      kind = "kex",
      why = is_open and "prefix truncation (CVE-2023-48795)"
        or "no guard against prefix truncation; no cipher here needs it",
    }
  end
end

local function is_before(text, ...)
  local numbers = {}
  for number in text:gmatch "%d+" do
    numbers[#numbers + 1] = tonumber(number)
  end
  for i, limit in ipairs { ... } do
    local number = numbers[i] or 0
    if number ~= limit then
      return number < limit
    end
  end
  return false
end

-- The first number that a program's name has behind it.
local VERSIONS = {
  {
    "^dropbear_([%d.]+)", function(v) return is_before(v, 2016, 74) end,
    "high", "code by format strings (CVE-2016-7406), mended in 2016.74",
  },
  {
    "^libssh[_-]([%d.]+)",
    function(v)
      return not is_before(v, 0, 6) and (is_before(v, 0, 7, 6)
        or not is_before(v, 0, 8) and is_before(v, 0, 8, 4))
    end,
    "high", "logins without a password (CVE-2018-10933), mended in 0.7.6 and 0.8.4",
  },
  {
    "^OpenSSH_([%d.]+)", function(v) return is_before(v, 7, 0) end,
    "medium", "older than 2015: ssh-dss and group1 were still usual",
  },
}

local function judge_server(found, server)
  local protocol, software = server:match "^SSH%-([%d.]+)%-(.*)$"
  if not protocol then
    return
  elseif protocol ~= "2.0" then
    found[#found + 1] = {
      severity = "high", what = "SSH-" .. protocol, kind = "server",
      why = "it speaks version 1 of the protocol, too",
    }
  end
  for _, rule in ipairs(VERSIONS) do
    local version = software:match(rule[1])
    if version and rule[2](version) then
      found[#found + 1] = {
        severity = rule[3], what = software, kind = "server", why = rule[4],
      }
    end
  end
end

local function judge_keys(found, keys)
  for _, key in ipairs(keys) do
    if key.bits and key.bits < LEAST_RSA then
      found[#found + 1] = {
        severity = "high", what = ("RSA host key of %d bits"):format(key.bits),
        kind = "host_key", why = ("fewer than %d"):format(LEAST_RSA),
      }
    end
  end
end

--- Judge what a server has shown.
-- @tparam table shown `server` (its identification), `offers` (lists by kind), `keys`
-- (`type`, `bits` where it is RSA)
-- @treturn {table,...} each `severity`, `what`, `kind`, `why`; the worst first
function weakness.find(shown)
  local found = {}
  judge_server(found, shown.server or "")
  judge_keys(found, shown.keys)
  judge_lists(found, shown.offers)
  judge_strictness(found, shown.offers)
  local rank = {}
  for i, finding in ipairs(found) do
    rank[finding] = i - 1000 * weakness.rank(finding.severity)
  end
  table.sort(found, function(a, b) return rank[a] < rank[b] end)
  return found
end

--- The place of a severity: 1 is the least.
-- @treturn int|nil
function weakness.rank(severity)
  for i, name in ipairs(weakness.severities) do
    if name == severity then
      return i
    end
  end
end

return weakness
