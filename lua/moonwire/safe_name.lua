--- File names for what comes from outside.
-- @module moonwire.safe_name
local LONGEST_NAME = 120

local function hash(text)
  local value = 0x811c9dc5 -- FNV-1a, 32 bits
  for i = 1, #text do
    value = ((value ~ text:byte(i)) * 0x01000193) & 0xffffffff
  end
  return value
end

--- A file name for a host name, or for any text from outside. Different texts get
-- different names; a name holds only letters, digits, `.`, `_`, `-` and `%`, does not
-- begin with a dot and is never longer than 129 bytes.
-- @string text
-- @treturn string
return function(text)
  local name = text:gsub("[^%w._-]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end)
  name = name:gsub("^%.", "%%2E")
  if name == "" then
    return "%"
  elseif #name > LONGEST_NAME then
    return ("%s.%08x"):format(name:sub(1, LONGEST_NAME), hash(text))
  end
  return name
end
