--- Records, checked and made devices of.
-- @module moonwire.inventory.assemble
local Complaints = require "moonwire.inventory.complaints"
local credential = require "moonwire.inventory.credential"
local device = require "moonwire.inventory.device"
local inherit = require "moonwire.inventory.inherit"
local jump = require "moonwire.inventory.jump"
local Keyring = require "moonwire.inventory.keyring"
local set = require "moonwire.set"
local without_collector = require "moonwire.inventory.pause"

local assemble = {}

local SECRETS = { "password", "secret", "key_passphrase" }

local function find_duplicates(complaints, records, devices)
  local first = {}
  for i, one in ipairs(devices) do
    local before = one.name and first[one.name]
    if before then
      local text = "%q is the name of %s already"
      local place = complaints.place(records[before])
      complaints:add(records[i], "name", text:format(one.name, place))
    elseif one.name then
      first[one.name] = i
    end
  end
end

local function login_of(one)
  return ("%s\0%s"):format(one.port or "", one.username or "")
end

-- Two names for one login are no mistake for sure. Few hosts are there twice, and only
-- for those it matters by which login.
local function find_twins(complaints, records, devices)
  local first, logins = {}, {}
  for i, one in ipairs(devices) do
    local before = first[one.host]
    if not before then
      first[one.host] = i
    else
      logins[one.host] = logins[one.host] or { [login_of(devices[before])] = before }
      local seen, login = logins[one.host], login_of(one)
      if seen[login] then
        local text = "the same host, port and username as %s"
        complaints:warn(records[i], "host", text:format(devices[seen[login]].name))
      end
      seen[login] = seen[login] or i
    end
  end
end

-- Passwords that are elsewhere: fetched when it is known which devices are wanted.
local function note_references(reading, one, record)
  for i = 1, #SECRETS do
    local name = SECRETS[i]
    if type(one[name]) == "table" then
      local references = reading.references
      references[#references + 1] = { device = one, name = name, record = record }
    end
  end
end

--- Fetch the passwords that devices refer to.
-- @tparam table reading
-- @tparam table devices those that are wanted
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function assemble.fetch(reading, devices)
  local keyring, is_wanted = Keyring.new(), set.of(devices)
  for _, entry in ipairs(reading.references) do
    local one, name, record = entry.device, entry.name, entry.record
    if is_wanted[one] then
      local folder = credential.folder_of(record, name)
      local held, complaint = keyring:get(one[name], folder)
      one[name] = held
      if complaint and complaint ~= "" then
        reading.complaints:add(record, name, complaint)
      end
    end
  end
  local verdict = reading.complaints:verdict()
  if verdict then
    return nil, verdict, "invalid"
  end
  return true
end

--- What reading needs: where complaints go, and what is remembered meanwhile.
-- @tparam table from the source
-- @treturn table reading: `source`, `complaints`, `context`
function assemble.new_reading(from)
  local complaints = Complaints.new()
  return {
    source = from,
    complaints = complaints,
    references = {},
    context = {
      complaints = complaints,
      secrets = {},
      platforms = {},
      told = {},
      memories = {},
      bases = {},
    },
  }
end

local function make_devices(content, reading, defaults)
  local records, complaints = content.records, reading.complaints
  if defaults then
    local record = { given = defaults, source = { name = "defaults" } }
    inherit.resolve(records, { defaults = record, complaints = complaints })
  end
  local devices, context = {}, reading.context
  for i = 1, #records do
    devices[i] = device.read(records[i], context)
    if context.has_references then
      note_references(reading, devices[i], records[i])
    end
  end
  find_duplicates(complaints, records, devices)
  jump.resolve(records, devices, reading.context)
  local verdict = complaints:verdict()
  if verdict then
    return nil, verdict, "invalid"
  end
  find_twins(complaints, records, devices)
  return devices
end

--- Make devices.
-- @tparam table content `records`, and what else the file held
-- @tparam table reading
-- @tparam[opt] table defaults fields that no file gave
-- @treturn[1] table devices
-- @return[2] nil
-- @treturn[2] string message, a line for each thing that is wrong
-- @treturn[2] string kind: "invalid"
function assemble.devices(content, reading, defaults)
  return without_collector(make_devices, content, reading, defaults)
end

return assemble
