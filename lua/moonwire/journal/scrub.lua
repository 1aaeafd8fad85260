--- What devices said, without secrets: neither ours nor those that a platform's
-- configurations hold.
-- @module moonwire.journal.scrub
local failure = require "moonwire.session.failure"
local needle = require "moonwire.platform.needle"
local platforms = require "moonwire.platform"
local secret = require "host.secret"

local OWN = { "password", "secret", "key_passphrase" }
local NO_PLATFORM = { scrub = {} }

local needles = setmetatable({}, { __mode = "k" })

local function needles_of(platform)
  if not needles[platform] then
    local list = {}
    for i, pattern in ipairs(platform.scrub or {}) do
      list[i] = needle.of(pattern, 2) or ""
    end
    needles[platform] = list
  end
  return needles[platform]
end

-- One that is a reference has not been fetched, so that nothing can have said it.
local function secrets_of(device)
  local list = {}
  for _, name in ipairs(OWN) do
    local value = device[name]
    if secret.is_secret(value) then
      list[#list + 1] = value
    elseif type(value) == "string" and value ~= "" then
      list[#list + 1] = secret.from_string(value)
    end
  end
  return list
end

--- A function that hides the secrets of a device in a text.
-- @tparam table device
-- @treturn function
return function(device)
  local platform = platforms.get(device.device_type or "cisco_ios") or NO_PLATFORM
  local known = secrets_of(device)
  return function(text)
    if needle.may_match(text, needles_of(platform)) then
      text = failure.scrub(text, platform) -- first: ours may be words of its patterns
    end
    for _, one in ipairs(known) do
      text = secret.scrub(text, one)
    end
    return text
  end
end
