--- Which devices a caller means. By default a caller reaches what the inventory holds
-- and nothing else, since a server that connects wherever it is told is a way around
-- every firewall in front of it.
-- @module moonwire.serve.targets
local answer = require "moonwire.serve.answer"
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local secret = require "host.secret"

local targets = {}

local Targets = { __name = "moonwire.serve.Targets" }
Targets.__index = Targets

--- @tparam boolean allow_any whether callers may name devices of their own
-- @treturn Targets
function targets.new(allow_any)
  return setmetatable({ allow_any = allow_any }, Targets)
end

local function index_of(holder)
  if not holder.index then
    local index = {}
    for _, device in ipairs(holder.inventory.devices) do
      local port = device.port or 22
      index[device.host] = index[device.host] or device
      index[device.host .. " " .. port] = index[device.host .. " " .. port] or device
      index[device.name] = index[device.name] or device
    end
    holder.index = index
  end
  return holder.index
end

local function given(value)
  return value ~= json.null and value or nil
end

local function find(holder, one)
  local port = given(one.port)
  local index = index_of(holder)
  return index[port and one.host .. " " .. tostring(port) or one.host]
end

local function is_same(own, text)
  return secret.is_secret(own) and secret.equal(own, secret.from_string(text))
end

local function is_login_of(device, one)
  return one.username == device.username and is_same(device.password, one.password)
    and (not one.secret or is_same(device.secret, one.secret))
end

-- The inventory says how it is reached; the caller may log in as somebody else, which a
-- session that is kept would not put to the proof.
local function with_login(device, one)
  if is_login_of(device, one) then
    return device
  end
  local copy = { via = false }
  for name, value in pairs(device) do
    copy[name] = value
  end
  copy.username = one.username
  copy.password = secret.from_string(one.password)
  copy.secret = one.secret and secret.from_string(one.secret) or device.secret
  return copy
end

-- Only plain values go in: a reference to a password could be a command.
local function new_device(one)
  local loaded, message = inventory.load {
    devices = {
      {
        host = one.host,
        port = given(one.port),
        username = one.username,
        password = one.password,
        secret = one.secret,
        device_type = one.device_type,
        ssh_config_file = "none",
      },
    },
  }
  local device = loaded and loaded.devices[1]
  if device then
    device.via = false
  end
  return device, message
end

local function wrong(status, i, message)
  local errors = { { field = ("devices[%d]"):format(i - 1), message = message } }
  return answer.problem(status, "a device cannot be taken", nil, errors)
end

--- The devices that a body names.
-- @tparam table holder of the inventory
-- @tparam ?{table,...} list as `shapes.device`; nil: all of the inventory
-- @treturn[1] {table,...} devices
-- @return[2] nil
-- @treturn[2] table the answer that refuses
function Targets:choose(holder, list)
  if not list then
    return holder.inventory.devices
  end
  local devices = {}
  for i, one in ipairs(list) do
    local known, message = find(holder, one), nil
    if known then
      devices[i] = with_login(known, one)
    elseif not self.allow_any then
      return nil, wrong(403, i, "is not in the inventory; --allow-any-device lets it")
    else
      devices[i], message = new_device(one)
    end
    if not devices[i] then
      return nil, wrong(422, i, message)
    end
  end
  return devices
end

return targets
