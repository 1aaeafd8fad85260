--- No object holds data that can change.
--   lua5.4 .ci/data.lua OBJECT.o...    exit status 1 when one does
-- Everything belongs to a host, and a process has as many of them as threads.

--- Sections of data that can be written to. What only the loader writes is fine.
local function is_mutable(section)
  return (section:find "^%.t?data" or section:find "^%.t?bss")
    and not section:find "^%.data%.rel%.ro"
end

local function count_mutable(objects)
  assert(#objects > 0, "no objects given")
  local count = 0
  local size <close> = assert(io.popen("size -A " .. table.concat(objects, " ")))
  local object
  for line in size:lines() do
    object = line:match "^(%S+)%s+:$" or object
    local section, bytes = line:match "^(%.%S+)%s+(%d+)"
    if section and tonumber(bytes) > 0 and is_mutable(section) then
      count = count + 1
      print(("%s: %s holds %s bytes that can change"):format(object, section, bytes))
    end
  end
  assert(object, "size told nothing")
  return count
end

os.exit(count_mutable(arg) == 0)
