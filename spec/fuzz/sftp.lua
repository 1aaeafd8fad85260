--- Any bytes as the packets of an SFTP server, while files are looked at, fetched and
-- sent; and as the packets of a client, for the server of a simulated device. Behind a
-- "+" lengths are put in front of what is between two newlines, so that more than
-- lengths is tried. What must hold: words are safe to show, every end is told.
local codec = require "moonwire.codec.sftp"
local pipe = require "spec.fuzz.support.pipe"
local sftp = require "moonwire.transfer.sftp"
local words = require "spec.fuzz.support.words"

local HELLO = codec.packet(codec.kind.version, string.pack(">I4s4s4", 3,
  "posix-rename@openssh.com", "1") .. string.pack(">s4s4", "statvfs@openssh.com", "2"))

local function with_lengths(text)
  local parts = { HELLO }
  for packet in text:gmatch "[^\n]+" do
    parts[#parts + 1] = string.pack(">s4", packet)
  end
  return table.concat(parts)
end

local function try_all(one)
  local attributes = words.check(one:stat "x")
  assert(not attributes or not attributes.size or attributes.size >= 0, "a size")
  local handle = words.check(one:open("x", codec.flag.read))
  assert(not handle or #handle <= 260, "a handle")
  words.check(one:remove "x")
  words.check(one:rename("x", "y", true))
  local free = one:free "x"
  assert(free == nil or math.type(free) == "integer", "a number of bytes")
end

return function(bytes)
  local plain = bytes:match "^%+(.*)"
  local client = pipe.client(plain and with_lengths(plain) or bytes)
  local one, message, kind = sftp.open(client, 1)
  words.check(one, message, kind)
  if one then
    try_all(one)
    one:close()
  end
  for _, opened in ipairs(client.pipes) do
    assert(opened.is_closed, "a channel is closed")
  end
  codec.unpack_attributes(bytes)
  codec.unpack_pairs(bytes, 1)
end
