--- The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) as bytes and back, for
-- a client and for a server. It knows no connection and no file. What comes from the
-- other side is taken apart only as far as it is there: what is short or wrong gives
-- nil, and no length in it is believed before it was looked at.
-- @module moonwire.codec.sftp
local sftp = {}

sftp.VERSION = 3

--- Bytes in one packet at most, as in OpenSSH's own client and server.
sftp.LONGEST = 256 * 1024

--- Bytes of a file in one packet: what every server takes.
sftp.BLOCK = 32768

sftp.kind = {
  init = 1, version = 2, open = 3, close = 4, read = 5, write = 6, lstat = 7,
  fstat = 8, setstat = 9, fsetstat = 10, opendir = 11, readdir = 12, remove = 13,
  mkdir = 14, rmdir = 15, realpath = 16, stat = 17, rename = 18, readlink = 19,
  symlink = 20, status = 101, handle = 102, data = 103, name = 104, attrs = 105,
  extended = 200, extended_reply = 201,
}

sftp.status = {
  ok = 0, eof = 1, no_file = 2, permission = 3, failed = 4, bad_message = 5,
  no_connection = 6, connection_lost = 7, unsupported = 8,
}

--- How a file is opened; to be added.
sftp.flag = {
  read = 1, write = 2, append = 4, create = 8, truncate = 16, exclusive = 32,
}

local HAS_SIZE, HAS_OWNER, HAS_MODE, HAS_TIMES, HAS_MORE = 1, 2, 4, 8, 0x80000000
local MOST_MORE = 64 -- pairs that nobody knows, in one set of attributes

--- A whole packet.
-- @int kind
-- @string body
-- @treturn string
function sftp.packet(kind, body)
  return string.pack(">I4B", #body + 1, kind) .. body
end

--- Read a packet.
-- @tparam function read takes a number, gives so many bytes, fewer at the end, or nil,
-- message and kind
-- @treturn[1] int kind
-- @treturn[1] string body
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: protocol, dropped (the end of the stream), or that of `read`
function sftp.read(read)
  local head, message, kind = read(5)
  if not head then
    return nil, message, kind
  elseif #head < 5 then
    return nil, "the other side ended the transfer", "dropped"
  end
  local length, packet = string.unpack(">I4B", head)
  if length < 1 or length > sftp.LONGEST then
    return nil, ("a packet that says it has %d bytes"):format(length), "protocol"
  end
  local body = ""
  if length > 1 then
    body, message, kind = read(length - 1)
    if not body then
      return nil, message, kind
    elseif #body < length - 1 then
      return nil, "the transfer ended in the middle of a packet", "dropped"
    end
  end
  return packet, body
end

--- Take values out of bytes that nobody has checked.
-- @string format as for `string.unpack`
-- @string bytes
-- @int[opt=1] position
-- @return the values and the position behind them; nil when they are not all there
function sftp.unpack(format, bytes, position)
  local values = table.pack(pcall(string.unpack, format, bytes, position or 1))
  if not values[1] then
    return nil
  end
  return table.unpack(values, 2, values.n)
end

--- Attributes of a file as bytes.
-- @tparam[opt] table attributes `size`, `mode`, `mtime` (seconds)
-- @treturn string
function sftp.pack_attributes(attributes)
  attributes = attributes or {}
  local flags, parts = 0, {}
  if attributes.size then
    flags, parts[1] = HAS_SIZE, string.pack(">I8", attributes.size)
  end
  if attributes.mode then
    flags, parts[#parts + 1] = flags | HAS_MODE, string.pack(">I4", attributes.mode)
  end
  if attributes.mtime then
    flags = flags | HAS_TIMES
    parts[#parts + 1] = string.pack(">I4I4", attributes.mtime, attributes.mtime)
  end
  return string.pack(">I4", flags) .. table.concat(parts)
end

-- Which flag brings which fields, in this order.
local FIELDS = {
  { HAS_SIZE, ">i8", "size" },
  { HAS_OWNER, ">I8", "owner" },
  { HAS_MODE, ">I4", "mode" },
  { HAS_TIMES, ">xxxxI4", "mtime" },
}

local function skip_more(bytes, position)
  local count
  count, position = sftp.unpack(">I4", bytes, position)
  if not count or count > MOST_MORE then
    return nil
  end
  for _ = 1, count do
    local _, _, behind = sftp.unpack(">s4s4", bytes, position)
    if not behind then
      return nil
    end
    position = behind
  end
  return position
end

--- Attributes of a file out of bytes.
-- @string bytes
-- @int[opt=1] position
-- @treturn[1] table `size`, `mode`, `mtime`, as far as they are there
-- @treturn[1] int the position behind them
-- @return[2] nil
function sftp.unpack_attributes(bytes, position)
  local flags
  flags, position = sftp.unpack(">I4", bytes, position)
  if not flags then
    return nil
  end
  local attributes = {}
  for _, field in ipairs(FIELDS) do
    if flags & field[1] ~= 0 then
      local value, behind = sftp.unpack(field[2], bytes, position)
      if not value then
        return nil
      end
      attributes[field[3]], position = value, behind
    end
  end
  if attributes.size and attributes.size < 0 then
    return nil
  elseif flags & HAS_MORE ~= 0 then
    position = skip_more(bytes, position)
  end
  return position and attributes, position
end

--- Pairs of names and values, as in a version packet.
-- @string bytes
-- @int position
-- @treturn table|nil
function sftp.unpack_pairs(bytes, position)
  local found, count = {}, 0
  while position <= #bytes do
    local name, value, behind = sftp.unpack(">s4s4", bytes, position)
    count = count + 1
    if not name or count > MOST_MORE then
      return nil
    end
    found[name], position = value, behind
  end
  return found
end

return sftp
