--- A client of SCP's old protocol, which many network devices have in place of SFTP: a
-- program on the device that takes one file (`scp -t`) or gives one (`scp -f`).
-- A file is written under its name, since the protocol has no way to rename it.
-- @module moonwire.transfer.scp
local codec = require "moonwire.codec.scp"

local scp = {}

local Scp = { __name = "moonwire.transfer.Scp" }
Scp.__index = Scp

local BLOCK = 256 * 1024
local WORDS = 1 -- seconds for the rest of a line that only explains

local function protocol(what)
  return nil, "the device breaks SCP: " .. what, "protocol"
end

-- What devices say, in lower case, and what it means.
local CAUSES = {
  { "no such file", "no_file" },
  { "not found", "no_file" },
  { "does not exist", "no_file" },
  { "no such device", "no_file" },
  { "cannot find", "no_file" },
  { "no space left", "space" },
  { "not enough space", "space" },
  { "quota exceeded", "space" },
  { "permission denied", "permission" },
  { "privilege denied", "permission" },
  { "read%-only", "permission" },
  { "not a regular file", "no_file" },
}

local function complaint(line)
  local words = codec.printable(line)
  local low = words:lower()
  for _, cause in ipairs(CAUSES) do
    if low:find(cause[1]) then
      return nil, words, cause[2]
    end
  end
  return nil, words ~= "" and words or "the device failed", "failed"
end

--- Start the device's program.
-- @param client a logged-in connection
-- @string direction "-t" to send, "-f" to fetch
-- @string path as the device's command line takes it
-- @number timeout seconds without a byte, from now on
-- @treturn[1] Scp to be closed
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: channel, timeout, dropped
function scp.open(client, direction, path, timeout)
  local command = ("scp %s %s"):format(direction, path)
  local pipe, message, kind = client:pipe { command = command, timeout = timeout }
  if not pipe then
    return nil, message, kind
  end
  return setmetatable({ pipe = pipe, timeout = timeout, client = client }, Scp)
end

--- End it.
function Scp:close()
  self.pipe:close()
end
Scp.__close = Scp.close

-- The device's program has ended: what it said beside the protocol, if anything.
local function ended(self)
  local status, errors = self.pipe:status()
  if errors ~= "" then
    local _, words, kind = complaint(errors)
    return nil, words, kind == "failed" and not self.has_begun and "channel" or kind
  elseif not self.has_begun and status ~= 0 then
    return nil, "the device has no SCP", "channel"
  end
  return nil, "the device ended the transfer", "dropped"
end

local function read_byte(self)
  local byte, message, kind = self.pipe:read(1, 1, self.timeout)
  if not byte then
    return nil, message, kind
  elseif byte == "" then
    return ended(self)
  end
  return byte
end

local function read_line(self)
  local bytes = {}
  while #bytes < codec.LONGEST do
    local byte, message, kind = read_byte(self)
    if not byte then
      return nil, message, kind
    elseif byte == "\n" then
      return table.concat(bytes)
    end
    bytes[#bytes + 1] = byte
  end
  return protocol "a line without an end"
end

-- A line of words in place of the protocol: this command line knows no SCP.
local function babble(self, byte)
  if self.has_begun then
    return protocol "an answer that is none"
  end
  local words = codec.printable(byte .. (self.pipe:read(1, 200, WORDS) or ""))
  return nil, "the device has no SCP: " .. words, "channel"
end

local function refused(self)
  local line, message, kind = read_line(self)
  if not line then
    return nil, message, kind
  end
  return complaint(line)
end

local function await_ok(self)
  local byte, message, kind = read_byte(self)
  if not byte then
    return nil, message, kind
  elseif byte == codec.WARNING or byte == codec.FATAL then
    return refused(self)
  elseif byte ~= codec.OK then
    return babble(self, byte)
  end
  self.has_begun = true
  return true
end

local function say(self, bytes)
  local ok, message, kind = self.pipe:write(bytes, nil, self.timeout)
  if not ok and kind == "channel" then
    return self:_last_words(message)
  end
  return ok, message, kind
end

-- The program has ended while it was sent something: the reason was said before.
function Scp:_last_words(message)
  local ok, words, kind = await_ok(self)
  if ok then
    return nil, message, "dropped"
  end
  return nil, words, kind
end

-- A device that runs out of space says so in the middle, and reads on.
local function has_complained(self)
  local ok, message, kind = self.pipe:read(1, 1, 0)
  if not ok and kind == "timeout" then
    return nil
  elseif ok == codec.WARNING or ok == codec.FATAL then
    return refused(self)
  elseif not ok then
    return nil, message, kind
  elseif ok == "" then
    return ended(self)
  end
  return protocol "it answers before the file is whole"
end

local function send_blocks(self, spec)
  local offset, size = 0, spec.source.size
  while offset < size do
    local count = math.min(BLOCK, size - offset)
    local block, message, kind = spec.source:read(offset, count)
    if not block then
      return nil, message, kind
    elseif #block < count then
      return nil, "the local file became shorter", "local"
    end
    spec.digest:update(block)
    local ok
    ok, message, kind = say(self, block)
    if not ok then
      return nil, message, kind
    end
    local _, words, problem = has_complained(self)
    if words then
      return nil, words, problem
    end
    offset = offset + count
    spec.moved(count)
  end
  return offset
end

local function offer_file(self, spec)
  local ok, message, kind = await_ok(self)
  if ok then
    local name = codec.base(spec.path)
    ok, message, kind = say(self, codec.offer(spec.mode, spec.source.size, name))
  end
  if ok then
    ok, message, kind = await_ok(self)
  end
  return ok, message, kind
end

-- The device says only behind the last byte whether it could write all of them.
local function send_file(self, spec)
  local bytes, message, kind = send_blocks(self, spec)
  local ok = bytes
  if ok then
    ok, message, kind = say(self, codec.OK)
  end
  if ok then
    ok, message, kind = await_ok(self)
  end
  if ok then
    self.pipe:finish()
  end
  return ok and bytes, message, kind
end

--- Send a file.
-- @tparam table spec `source` (File), `path`, `mode`, `digest`, `moved(bytes)` called
-- when so many more are on their way, `check(path)` as for `Sftp:put`
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] boolean whether a part of the file may be left on the device
function Scp:put(spec)
  local ok, message, kind = offer_file(self, spec)
  if not ok then
    return nil, message, kind, false
  end
  local bytes
  bytes, message, kind = send_file(self, spec)
  if bytes and spec.check then
    ok, message, kind = spec.check(spec.path)
  end
  return ok and bytes, message, kind, not (ok and bytes)
end

-- One line of the device: an offer, times, or why there is none.
local function ask_line(self)
  local ok, message, kind = say(self, codec.OK)
  local byte
  if ok then
    byte, message, kind = read_byte(self)
  end
  if not byte then
    return nil, message, kind
  elseif byte == codec.WARNING or byte == codec.FATAL then
    return refused(self)
  elseif not byte:find "[CTD]" then
    return babble(self, byte)
  end
  self.has_begun = true
  local line
  line, message, kind = read_line(self)
  return line and byte .. line, message, kind
end

-- The line that offers the file, behind lines of times, which nobody asked for.
local function read_offer(self)
  local line, message, kind
  for _ = 1, 2 do
    line, message, kind = ask_line(self)
    if not line or line:find "^C" then
      return line, message, kind
    elseif line:find "^D" then
      return nil, "this is a folder", "no_file"
    end
  end
  return protocol "it offers no file"
end

--- What the device offers: whether a file is there, and how long it is.
-- @treturn[1] table `size`, `mode`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: no_file, permission, failed, channel, protocol, …
function Scp:offer()
  local line, message, kind = read_offer(self)
  if not line then
    return nil, message, kind
  end
  local offer, problem = codec.parse_offer(line)
  if not offer then
    return protocol(problem)
  end
  return offer
end

local function take_blocks(self, size, spec)
  local left = size
  while left > 0 do
    local most = math.min(BLOCK, left)
    local block, message, kind =
      self.pipe:read(math.min(most, 65536), most, self.timeout)
    if not block then
      return nil, message, kind
    elseif block == "" then
      return ended(self)
    end
    local ok
    ok, message, kind = spec.write(block)
    if not ok then
      return nil, message, kind
    end
    left = left - #block
  end
  return size
end

--- Fetch a file.
-- @tparam table spec `begin(size, mode)`, `write(block)`, as for `Sftp:get`
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Scp:get(spec)
  local offer, message, kind = self:offer()
  if not offer then
    return nil, message, kind
  end
  local ok
  ok, message, kind = spec.begin(offer.size, offer.mode)
  if ok then
    ok, message, kind = say(self, codec.OK)
  end
  local bytes
  if ok then
    bytes, message, kind = take_blocks(self, offer.size, spec)
  end
  if bytes then
    ok, message, kind = await_ok(self) -- it says whether it could read all of it
  end
  if not bytes or not ok then
    return nil, message, kind
  end
  say(self, codec.OK)
  return bytes
end

return scp
