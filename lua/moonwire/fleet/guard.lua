--- What stops a run before it does harm: a credential that devices refuse one after
-- another, which would lock the account out; host keys that change on many devices at
-- once, which is an attack or a re-imaging, and a matter for people either way.
-- It sees results only, so it works alike in every mode. What is under way when it
-- steps in goes on: it says no to what has not begun.
-- @module moonwire.fleet.guard
local guard = {}

local FAILURES = 3 -- refused logins in a row
local CHANGES, CHANGED_SHARE = 3, 0.01 -- more devices than this, and than this share

local NAMED = 3 -- devices in a message

local Guard = { __name = "moonwire.Guard" }
Guard.__index = Guard

local function is_limit(value)
  return value == nil or value == false
    or math.type(value) == "integer" and value >= 1
end

--- What is wrong with the options of a guard.
-- @tparam table options
-- @treturn ?string
function guard.complaint(options)
  for _, name in ipairs { "credential_failures", "changed_keys" } do
    if not is_limit(options[name]) then
      return name .. " must be a whole number of at least 1, or false"
    end
  end
end

local function limit_of(value, otherwise)
  if value == nil then
    return otherwise
  end
  return value or math.huge
end

--- A guard for one run.
-- @int count how many devices the run has
-- @tparam table options `credential_failures` (devices in a row that refuse the same
-- user and credential; 3), `changed_keys` (devices whose host key may have changed; 3
-- or 1 % of them, whichever is more); false: no such limit
-- @treturn Guard
function guard.new(count, options)
  local changes = math.max(CHANGES, math.floor(count * CHANGED_SHARE))
  return setmetatable({
    failures = limit_of(options.credential_failures, FAILURES),
    changes = limit_of(options.changed_keys, changes),
    numbers = setmetatable({}, { __mode = "k" }),
    last_number = 0,
    refused = {}, -- by credential: the devices in a row that have
    changed = {}, -- the devices whose host key is another
  }, Guard)
end

-- Secrets have no text to be told apart by; the same one is the same object.
function Guard:_number(value)
  if value == nil then
    return 0
  elseif type(value) == "string" then
    return "text " .. value
  elseif not self.numbers[value] then
    self.last_number = self.last_number + 1
    self.numbers[value] = self.last_number
  end
  return self.numbers[value]
end

-- What stands for the credential of a device: who, and with what.
function Guard:_credential(device)
  local files = table.concat(device.key_files or {}, "\0")
  return table.concat({
    tostring(device.username), self:_number(device.password), device.key_file or "",
    files, tostring(device.agent),
  }, "\0")
end

local function list(names)
  local shown = table.concat(names, ", ", 1, math.min(#names, NAMED))
  return #names > NAMED and shown .. ", …" or shown
end

local function not_tried(device, kind, message)
  return {
    device = device.name or device.host,
    host = device.host,
    ok = false,
    kind = kind,
    phase = "start",
    message = ("%s: not tried: %s"):format(device.name or device.host, message),
    elapsed = 0,
  }
end

--- Whether a device must be left alone.
-- @tparam table device
-- @treturn ?table its result then, of kind "auth_suspended" or "hostkey_alarm"
function Guard:refusal(device)
  if #self.changed > self.changes then
    local message = "%d host keys changed in this run (%s): attack or re-imaging?"
    return not_tried(device, "hostkey_alarm",
      message:format(#self.changed, list(self.changed)))
  end
  local refused = self.failures < math.huge and next(self.refused)
    and self.refused[self:_credential(device)]
  if refused and refused.is_over then
    local message = "%d devices in a row refused the same credential of user %q (%s); "
      .. "it is not used any more, lest the account be locked"
    return not_tried(device, "auth_suspended",
      message:format(#refused, tostring(device.username), list(refused)))
  end
end

local BEFORE_LOGIN = {
  start = true, resolve = true, connect = true, banner = true, kex = true,
  hostkey = true, jump = true, auth = true,
}

function Guard:_note_refused(credential, name)
  local refused = self.refused[credential] or {}
  self.refused[credential] = refused
  refused[#refused + 1] = name
  refused.is_over = refused.is_over or #refused >= self.failures
end

-- It is good; a device may still be wrong. What is over stays so.
function Guard:_note_taken(credential)
  if self.refused[credential] and not self.refused[credential].is_over then
    self.refused[credential] = nil
  end
end

--- Learn from how a device fared.
-- @tparam table device
-- @tparam table result
function Guard:note(device, result)
  local name = device.name or device.host
  if result.host_key_verdict == "changed" then
    self.changed[#self.changed + 1] = name
  end
  if result.kind == "auth" and result.phase == "auth" then
    self:_note_refused(self:_credential(device), name)
  elseif next(self.refused) and not BEFORE_LOGIN[result.phase] then
    self:_note_taken(self:_credential(device))
  end
end

return guard
