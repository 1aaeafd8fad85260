--- Inventories in JSON: `{"devices": […], "commands": {"commands": […]}}`, or devices
-- by name, `{"r1": {…}, "r2": {…}}`.
-- @module moonwire.inventory.json
local json = require "moonwire.report.json"

--- Read the text of a JSON inventory.
-- @string text
-- @treturn[1] table as it was written
-- @return[2] nil
-- @treturn[2] string message, with nothing of the text in it
-- @treturn[2] string kind: "invalid"
return function(text)
  return json.decode(text, json.null)
end
