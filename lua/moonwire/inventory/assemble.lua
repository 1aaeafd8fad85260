--- Records, checked and made devices of.
-- @module moonwire.inventory.assemble
local Complaints = require "moonwire.inventory.complaints"
local device = require "moonwire.inventory.device"
local inherit = require "moonwire.inventory.inherit"

local assemble = {}

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

-- Two names for one login are no mistake for sure.
local function find_twins(complaints, records, devices)
  local first = {}
  for i, one in ipairs(devices) do
    local login = ("%s\0%s\0%s"):format(one.host, one.port, one.username)
    local before = first[login]
    if before then
      local text = "the same host, port and username as %s"
      complaints:warn(records[i], "host", text:format(devices[before].name))
    end
    first[login] = before or i
  end
end

--- What reading needs: where complaints go, and what is remembered meanwhile.
-- @tparam table from the source
-- @treturn table reading: `source`, `complaints`, `context`
function assemble.new_reading(from)
  local complaints = Complaints.new()
  return {
    source = from,
    complaints = complaints,
    context = { complaints = complaints, secrets = {}, platforms = {}, told = {} },
  }
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
  local records, complaints = content.records, reading.complaints
  if defaults then
    local record = { given = defaults, source = { name = "defaults" } }
    inherit.resolve(records, { defaults = record, complaints = complaints })
  end
  local devices = {}
  for i, record in ipairs(records) do
    devices[i] = device.read(record, reading.context)
  end
  find_duplicates(complaints, records, devices)
  local verdict = complaints:verdict()
  if verdict then
    return nil, verdict, "invalid"
  end
  find_twins(complaints, records, devices)
  return devices
end

return assemble
