--- Any bytes as a template and, behind a zero byte, as the output it is for. What must
-- hold: what is wrong is told with its line; rows have the values of the template, and
-- no pattern takes for ever.
local textfsm = require "moonwire.parse.textfsm"
local words = require "spec.fuzz.support.words"

local OUTPUT = "Interface  IP\nGi0/1  10.0.0.1 YES up\n\tGi0/2 unassigned\n% x\n"

local function check_rows(template, rows)
  for _, row in ipairs(rows) do
    for _, name in ipairs(template.values) do
      local what = row[name]
      assert(type(what) == "string" or type(what) == "table", "every value is there")
    end
  end
end

return function(bytes)
  local text, output = bytes:match "^([^\0]*)\0(.*)$"
  local template = words.check(textfsm.compile(text or bytes, "fuzz"))
  if not template then
    return
  end
  local rows, message, kind = template:parse(output or OUTPUT)
  if not rows then
    words.check_safe(message)
    assert(kind == "parse" or kind == "limit", "a kind")
    return
  end
  check_rows(template, rows)
end
