--- What the other end of a stream can show.
-- @module moonwire.report.terminal
local terminal = {}

local DESCRIPTORS = { [io.stdin] = 0, [io.stdout] = 1, [io.stderr] = 2 }

--- Whether a stream is a terminal that a person looks at.
-- @tparam file stream one of the three standard streams; any other is none
-- @treturn boolean
function terminal.is_terminal(stream)
  local descriptor = DESCRIPTORS[stream]
  if not descriptor or os.getenv "TERM" == "dumb" then
    return false
  end
  return require("luv").guess_handle(descriptor) == "tty"
end

--- Whether the locale says UTF-8.
-- @treturn boolean
function terminal.is_utf8()
  for _, name in ipairs { "LC_ALL", "LC_CTYPE", "LANG" } do
    local value = os.getenv(name)
    if value and value ~= "" then
      return value:lower():find("utf%-?8") ~= nil
    end
  end
  return false
end

return terminal
