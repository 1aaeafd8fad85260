--- What is in a file of a simulated device. A small one is a string; one that grows is
-- kept on disk, without a name there, so that a lab's memory does not grow with what is
-- sent to it; one that nobody has ever sent is computed from its name and size.
-- @module moonwire.lab.content
local digests = require "host.digest"

local content = {}

local Content = { __name = "moonwire.lab.Content" }
Content.__index = Content

local SMALL = 64 * 1024 -- bytes in memory
local BLOCK = 32 * 1024

--- A file with nothing in it.
-- @treturn Content
function content.new()
  return setmetatable({ length = 0, text = "" }, Content)
end

local function spill(self)
  self.file = assert(io.tmpfile())
  self.file:write(self.text)
  self.text = nil
end

--- Write.
-- @int offset from 0
-- @string bytes
function Content:write(offset, bytes)
  if not self.file and offset + #bytes > SMALL then
    spill(self)
  end
  if self.file then
    self.file:seek("set", offset)
    assert(self.file:write(bytes))
  else
    local gap = ("\0"):rep(offset - #self.text)
    local before = self.text:sub(1, offset) .. gap
    self.text = before .. bytes .. self.text:sub(offset + #bytes + 1)
  end
  self.length = math.max(self.length, offset + #bytes)
end

--- It is written: what a device keeps of it.
-- @treturn string|Content a small one as text
function Content:finish()
  return self.text or self
end

local pattern

-- 32 KiB without any order that a mistake could hide behind
local function make_pattern()
  local parts, value = {}, "moonwire"
  for i = 1, BLOCK // 128 do
    value = digests.new("sha512"):update(value):hex()
    parts[i] = value
  end
  return table.concat(parts)
end

-- Every block tells whose it is and which.
local function computed_block(name, index)
  pattern = pattern or make_pattern()
  local head = string.pack(">I8s4", index, name)
  return head .. pattern:sub(#head + 1)
end

local function computed(name, size, offset, count)
  local last = math.min(offset + count, size)
  local parts = {}
  while offset < last do
    local block = computed_block(name, offset // BLOCK)
    local first = offset % BLOCK
    local part = block:sub(first + 1, first + last - offset)
    parts[#parts + 1], offset = part, offset + #part
  end
  return table.concat(parts)
end

--- How long a file is.
-- @tparam string|int|Content value a text, a size, or what was written
-- @treturn int bytes
function content.size(value)
  if type(value) == "string" then
    return #value
  end
  return math.type(value) and value or value.length
end

--- A part of a file.
-- @tparam string|int|Content value
-- @string name
-- @int offset from 0
-- @int count
-- @treturn string shorter at the end of the file
function content.read(value, name, offset, count)
  if type(value) == "string" then
    return value:sub(offset + 1, offset + count)
  elseif math.type(value) then
    return computed(name, value, offset, count)
  elseif value.text then
    return value.text:sub(offset + 1, offset + count)
  end
  value.file:seek("set", offset)
  return value.file:read(count) or ""
end

return content
