--- Which segments can be for a host, without asking all of them: by name where a block
-- is for names, by what a pattern begins or ends with otherwise.
-- @module moonwire.ssh_config.index
local pattern = require "moonwire.ssh_config.pattern"

local index = {}

local Index = { __name = "moonwire.ssh_config.Index" }
Index.__index = Index

-- by length, then by text: the numbers of the segments
local function file_under(shelves, text, number)
  local shelf = shelves[#text]
  if not shelf then
    shelf = {}
    shelves[#text] = shelf
  end
  shelf[text] = shelf[text] or {}
  table.insert(shelf[text], number)
end

local function add_pattern(self, glob, number)
  local wildcard = pattern.find_wildcard(glob)
  local tail = glob:match "[^*?]*$"
  if not wildcard then
    self.names[glob] = self.names[glob] or {}
    table.insert(self.names[glob], number)
  elseif wildcard > 1 then
    file_under(self.heads, glob:sub(1, wildcard - 1), number)
  elseif tail ~= "" then
    file_under(self.tails, tail, number)
  else
    table.insert(self.always, number)
  end
end

-- A Match block can be for anybody, but not outside the Host block that includes it.
local function host_block_of(segment)
  local block = segment.block
  while block and not block.patterns do
    block = block.parent
  end
  return block
end

--- Index segments.
-- @tparam {table,...} segments see `moonwire.ssh_config.file`
-- @treturn Index
function index.new(segments)
  local self = { names = {}, heads = {}, tails = {}, always = {} }
  for number, segment in ipairs(segments) do
    local block = host_block_of(segment)
    if not block then
      table.insert(self.always, number)
    end
    for _, one in ipairs(block and block.patterns or {}) do
      if not one.is_negated then
        add_pattern(self, one.glob, number)
      end
    end
  end
  return setmetatable(self, Index)
end

local function collect(found, seen, numbers)
  for _, number in ipairs(numbers or {}) do
    if not seen[number] then
      seen[number] = true
      found[#found + 1] = number
    end
  end
end

--- Find what has to be looked at for a host.
-- @string host
-- @treturn {int,...} numbers of segments in their order; some may not be for it
function Index:find(host)
  local found, seen = {}, {}
  collect(found, seen, self.always)
  collect(found, seen, self.names[host])
  for length, shelf in pairs(self.heads) do
    collect(found, seen, shelf[host:sub(1, length)])
  end
  for length, shelf in pairs(self.tails) do
    collect(found, seen, shelf[host:sub(-length)])
  end
  table.sort(found)
  return found
end

return index
