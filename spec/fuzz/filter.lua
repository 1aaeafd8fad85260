--- Any bytes as a filter. What must hold: it wants some of the devices, in their order;
-- what it does not want, its negation wants.
local filter = require "moonwire.inventory.filter"
local words = require "spec.fuzz.support.words"

local DEVICES = {
  { name = "r1", host = "10.0.0.1", device_type = "cisco_ios", groups = { "core" },
    labels = { site = "lon", rack = 4 }, port = 22 },
  { name = "r2", host = "10.0.0.2", device_type = "juniper_junos", groups = { "edge" },
    labels = { site = "ams", rack = "B7" } },
  { name = "sw-lon-01", host = "sw", device_type = "arista_eos", groups = {},
    labels = {}, password = "canary" },
}

local function numbers_of(devices)
  local numbers = {}
  for i, one in ipairs(DEVICES) do
    for _, other in ipairs(devices) do
      numbers[#numbers + 1] = rawequal(one, other) and i or nil
    end
  end
  return numbers
end

return function(bytes)
  local chosen, message = filter.select(bytes, DEVICES)
  if not chosen then
    words.check_safe(message)
    return
  end
  local numbers = numbers_of(chosen)
  assert(#numbers == #chosen, "nothing that was not there")
  for i, number in ipairs(numbers) do
    assert(rawequal(chosen[i], DEVICES[number]), "in their order")
  end
  local others = filter.select("not (" .. bytes .. ")", DEVICES)
  assert(not others or #others + #chosen == #DEVICES, "the others are the others")
end
