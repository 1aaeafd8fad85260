--- What another process has in its memory: root only, since ours are not dumpable.
local memory = {}

local CHUNK = 1 << 20
local SHADOW = 1 << 40 -- bytes of one mapping; nothing of ours is near

local function mappings(pid)
  local list = {}
  for line in io.lines(("/proc/%d/smaps"):format(pid)) do
    local first, behind, rights = line:match "^(%x+)%-(%x+) (%S+)"
    if first then
      list[#list + 1] = {
        first = tonumber(first, 16), behind = tonumber(behind, 16), rights = rights,
        name = line:match "(%S*)$",
      }
    elseif line:find "^VmFlags:" then
      list[#list].flags = line .. " "
    end
  end
  return list
end

local function count_in(file, mapping, needle)
  local found, at = 0, mapping.first
  local kept = ""
  while at < mapping.behind do
    file:seek("set", at)
    local bytes = file:read(math.min(CHUNK, mapping.behind - at))
    if not bytes then
      break -- what the kernel itself put there
    end
    local text = kept .. bytes
    local _, count = text:gsub(needle, "")
    found = found + count
    kept = text:sub(-(#needle - 1))
    at = at + #bytes
  end
  return found
end

--- Whether a process has the shadow of a sanitizer: terabytes that nobody can read
-- through, and what was freed is kept.
-- @int pid
-- @treturn boolean
function memory.has_shadow(pid)
  for _, mapping in ipairs(mappings(pid)) do
    if mapping.behind - mapping.first > SHADOW then
      return true
    end
  end
  return false
end

--- Where a word stands.
-- @int pid
-- @string needle letters, digits and blanks
-- @treturn {table,...} `name`, `flags` (of smaps) and `count` of each mapping with it
function memory.find(pid, needle)
  local file <close> = assert(io.open(("/proc/%d/mem"):format(pid), "rb"))
  file:setvbuf "no"
  local found = {}
  for _, mapping in ipairs(mappings(pid)) do
    if mapping.rights:find "^r" and mapping.name ~= "[vvar]" then
      mapping.count = count_in(file, mapping, needle)
      found[#found + 1] = mapping.count > 0 and mapping or nil
    end
  end
  return found
end

return memory
