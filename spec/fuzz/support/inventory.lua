--- Any bytes as an inventory in one of its languages. What must hold: a device has a
-- name and a host that no shell, path or terminal takes for more; a complaint is one
-- that a terminal can show, and names its file.
local assemble = require "moonwire.inventory.assemble"
local language = require "moonwire.inventory.language"
local value = require "moonwire.inventory.value"
local words = require "spec.fuzz.support.words"

local function check_device(one)
  assert(value.host(one.host), "the host of a device is one")
  assert(type(one.name) == "string" and one.name ~= "", "a device has a name")
  words.check_safe(one.name)
  assert(not one.name:find "\n", "a name is one line")
  assert(one.port == nil or one.port >= 1 and one.port <= 65535, "a port is one")
end

return function(name)
  return function(bytes)
    local from = { name = "fuzz", folder = "/nonexistent", base = 1 }
    local reading = assemble.new_reading(from)
    reading.beside = function() return {} end
    local content = language.read(bytes, name, reading)
    local devices, message, kind = assemble.devices(content, reading)
    if not devices then
      assert(kind == "invalid", "a kind")
      words.check_safe(message)
      assert(message:find("fuzz", 1, true), "a complaint names the file")
      return
    end
    for _, one in ipairs(devices) do
      check_device(one)
    end
    for _, warning in ipairs(reading.complaints:warnings()) do
      words.check_safe(warning)
    end
  end
end
