--- What can be run on: the devices of the inventory, and the platforms. How one logs in
-- to a device is never shown.
-- @module moonwire.serve.api.fleet
local answer = require "moonwire.serve.answer"
local filter = require "moonwire.inventory.filter"
local json = require "moonwire.report.json"
local platform = require "moonwire.platform"
local shapes = require "moonwire.serve.shapes"

local fleet = {}

local MOST = 10000 -- in one answer

local function shown(device)
  return {
    name = device.name,
    host = device.host,
    port = device.port,
    device_type = device.device_type,
    groups = device.groups or {},
    labels = json.object(device.labels or {}),
  }
end

local function list_devices(call)
  local inventory = call.service.stock.inventory
  local devices, message = inventory.devices, nil
  if call.query.filter then
    devices, message = filter.select(call.query.filter, devices)
  end
  if not devices then
    local errors = { { field = "filter", message = message } }
    return answer.problem(422, "a parameter is wrong", nil, errors)
  end
  local list = {}
  for i = 1, math.min(#devices, MOST) do
    list[i] = shown(devices[i])
  end
  return answer.json(200, { devices = list, total = #devices })
end

local function list_platforms()
  local list = {}
  for i, name in ipairs(platform.names()) do
    local found = platform.get(name)
    list[i] = { name = name, aliases = found and found.aliases or {} }
  end
  return answer.json(200, { platforms = list, total = #list })
end

fleet.routes = {
  {
    method = "GET", path = "/api/v1/devices", id = "list_devices", tag = "Fleet",
    summary = "The devices of the inventory",
    parameters = {
      {
        name = "filter", place = "query", type = "string",
        description = "Which of them, as on the command line.",
      },
    },
    answers = {
      [200] = {
        description = "Never more than 10,000 of them.",
        type = "application/json",
        schema = shapes.page("devices", shapes.inventory_device),
        example = {
          devices = {
            {
              name = "SW-CORE_1", host = "10.2.0.101", port = 22,
              device_type = "cisco_ios", groups = { "core" },
              labels = { site = "cba" },
            },
          },
          total = 1,
        },
      },
    },
    problems = { 422 },
    handler = list_devices,
  },
  {
    method = "GET", path = "/api/v1/platforms", id = "list_platforms", tag = "Fleet",
    summary = "The platforms that are known",
    answers = {
      [200] = {
        description = "By name.",
        type = "application/json",
        schema = shapes.page("platforms", {
          type = "object",
          properties = {
            name = { type = "string" },
            aliases = { type = "array", items = { type = "string" } },
          },
        }),
        example = { platforms = { { name = "cisco_ios", aliases = {} } }, total = 1 },
      },
    },
    handler = list_platforms,
  },
}

return fleet
