--- The program of a simulated device that takes and gives files by SCP's old protocol.
-- @module moonwire.lab.scp
local codec = require "moonwire.codec.scp"
local flash = require "moonwire.lab.flash"

local scp = {}

local BLOCK = 64 * 1024

-- The words of a command line, as a POSIX shell takes quotes.
local function words_of(line)
  local words, word, at = {}, nil, 1
  while at <= #line do
    local plain, behind = line:match("^([^%s'\\]+)()", at)
    if not plain then
      plain, behind = line:match("^'([^']*)'()", at)
    end
    if not plain then
      plain, behind = line:match("^\\(.)()", at)
    end
    if plain then
      word, at = (word or "") .. plain, behind
    else
      words[#words + 1], word, at = word, nil, at + 1
    end
  end
  words[#words + 1] = word
  return words
end

--- What a command line asks for.
-- @string line
-- @treturn[1] string "t": take a file, "f": give one
-- @treturn[1] string its path
-- @return[2] nil it is not this program's
function scp.parse(line)
  local words = words_of(line)
  if words[1] ~= "scp" then
    return nil
  end
  local direction, at = nil, 2
  while words[at] and words[at]:find "^%-%l" do
    direction, at = words[at]:match "[tf]" or direction, at + 1
  end
  if words[at] == "--" then
    at = at + 1
  end
  return words[at] and direction, words[at]
end

--- A word of a command line without its quotes.
-- @string word
-- @treturn string
function scp.unquote(word)
  return words_of(word)[1] or ""
end

local function complain(tty, name, words)
  tty:write(("\1scp: %s: %s\n"):format(name, words))
  tty:close(1)
end

local function read_line(tty)
  local bytes = {}
  while #bytes < codec.LONGEST do
    local byte = tty:read_bytes(1)
    if not byte or byte == "" then
      return nil
    elseif byte == "\n" then
      return table.concat(bytes)
    end
    bytes[#bytes + 1] = byte
  end
end

-- The line that offers a file; lines of times are taken and forgotten.
local function read_offer(tty)
  local line
  repeat
    tty:write "\0"
    line = read_line(tty)
  until not line or line:sub(1, 1) ~= "T"
  if not line then
    return nil
  end
  local offer, problem = codec.parse_offer(line)
  if not offer then
    complain(tty, "protocol error", problem)
  end
  return offer
end

local function receive(session, tty, writer, size)
  local offset = 0
  while offset < size do
    local count = math.min(BLOCK, size - offset)
    local block = tty:read_bytes(count)
    if not block or #block < count then
      return false
    elseif flash.is_cut(session.device, offset + count) then
      tty:reset()
      return false
    elseif not writer:write(offset, block) then
      complain(tty, writer.name, "No space left on device")
      return false
    end
    offset = offset + count
  end
  return true
end

local function take(session, path)
  local tty = session.tty
  local offer = read_offer(tty)
  if not offer then
    return
  end
  local name = flash.plain(session.device, path)
  if name == "" then
    name = offer.name
  end
  local writer = flash.writer(session.device, name)
  tty:write "\0"
  local is_whole = receive(session, tty, writer, offer.size)
  writer:close()
  if is_whole and tty:read_bytes(1) == codec.OK then
    tty:write "\0"
    tty:read_bytes(1) -- the client's end
    tty:close(0)
  end
end

local function send(session, tty, name, size)
  local offset = 0
  while offset < size do
    local block = flash.read(session.device, name, offset, BLOCK)
    if flash.is_cut(session.device, offset + #block) then
      tty:reset()
      return false
    elseif block == "" or not tty:write(block) then
      return false
    end
    offset = offset + #block
  end
  return true
end

local function give(session, path)
  local tty = session.tty
  local name = flash.plain(session.device, path)
  local size = flash.size(session.device, name)
  if tty:read_bytes(1) ~= codec.OK then
    return
  elseif not size then
    return complain(tty, path, "No such file or directory")
  end
  tty:write(codec.offer(420, size, codec.base(name)))
  if tty:read_bytes(1) == codec.OK and send(session, tty, name, size) then
    tty:write "\0"
    tty:read_bytes(1)
    tty:close(0)
  end
end

--- Serve a command line, if it is this program's.
-- @tparam Vty session
-- @treturn boolean whether it was
function scp.serve(session)
  local direction, path = scp.parse(session.tty:command())
  if not direction then
    return false
  end
  session.device:record(session.tty:command())
  if session.level < 15 then
    complain(session.tty, path, "Privilege denied.")
  elseif direction == "t" then
    take(session, path)
  else
    give(session, path)
  end
  return true
end

return scp
