--- A look at a journal that costs the same for ten devices and for ten thousand: its
-- first record and its last. What lies between is not read.
-- @module moonwire.journal.glance
local reader = require "moonwire.journal.reader"

local glance = {}

local TAIL = 64 * 1024 -- the last record of a run is shorter

local function last_record(file, size)
  file:seek("set", math.max(0, size - TAIL))
  local text = file:read "a"
  local line = text:match "([^\n]*\n)$"
  return line and reader.record(line)
end

--- Look.
-- @string path of a journal
-- @treturn[1] table `head` (the record of the run); `finish` (its last record, when it
-- came to its end and was not resumed since); `last` (whatever stands last, when it is
-- whole and short)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local", "invalid"
function glance.read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message, "local"
  end
  local open <close> = file -- luacheck: ignore 211
  local line = file:read "L"
  local head = line and reader.record(line)
  if not head or head.type ~= "run" then
    return nil, path .. ": it does not begin with a run", "invalid"
  end
  local last = last_record(file, file:seek "end")
  local is_over = last and last.type == "finish"
  return { head = head, last = last, finish = is_over and last or nil }
end

return glance
