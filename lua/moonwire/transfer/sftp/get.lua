--- Fetching a file by SFTP: blocks are asked for ahead, and come in order.
-- @module moonwire.transfer.sftp.get
local codec = require "moonwire.codec.sftp"
local request = require "moonwire.transfer.sftp.request"
local window = require "moonwire.transfer.sftp.window"

local get = {}

local KIND, FLAG, BLOCK = codec.kind, codec.flag, codec.BLOCK

local function ask_block(self, handle, offset, length)
  local body = handle .. string.pack(">I8I4", offset, length)
  return request.send(self, KIND.read, body)
end

local function data_of(body, most)
  local data = codec.unpack(">s4", body, 5)
  if not data or #data == 0 or #data > most then
    return request.protocol "a block of another length than was asked for"
  end
  return data
end

-- One answer: some of the block, or "" at the end of the file.
local function take_part(self, id, most)
  local body, message, kind = request.expect(self, id, KIND.data)
  if body then
    return data_of(body, most)
  elseif kind == "eof" then
    return ""
  end
  return nil, message, kind
end

-- One block, with as many more requests as it takes when the device gives it in parts.
local function take_block(self, handle, asked)
  local id, block = asked.id, ""
  while true do
    local left = BLOCK - #block
    local part, message, kind = take_part(self, id, left)
    if not part then
      return nil, message, kind
    end
    block = block == "" and part or block .. part
    if part == "" or #part == left then
      return block
    end
    id, message, kind = ask_block(self, handle, asked.offset + #block, left - #part)
    if not id then
      return nil, message, kind
    end
  end
end

-- Fill the window with requests, up to the file's size and one block more: only the
-- device knows where a file ends.
local function ask_ahead(self, handle, sent, state)
  while sent:count() < window.MOST and not state.has_ended
    and state.offset <= state.size do
    local id, message, kind = ask_block(self, handle, state.offset, BLOCK)
    if not id then
      return nil, message, kind
    end
    sent:add { id = id, offset = state.offset }
    state.offset = state.offset + BLOCK
  end
  return true
end

local function give(block, state, spec)
  if block ~= "" and state.has_ended then
    return request.protocol "bytes behind the end of the file"
  end
  state.has_ended = state.has_ended or #block < BLOCK
  state.bytes = state.bytes + #block
  if block == "" then
    return true
  end
  return spec.write(block)
end

local function read_all(self, handle, size, spec)
  local sent = window.new()
  local state = { offset = 0, bytes = 0, size = size or math.maxinteger - BLOCK }
  while true do
    local block
    local ok, message, kind = ask_ahead(self, handle, sent, state)
    if ok and sent:count() == 0 then
      return state.bytes
    elseif ok then
      block, message, kind = take_block(self, handle, sent:take())
    end
    if block then
      ok, message, kind = give(block, state, spec)
    end
    if not block or not ok then
      return nil, message, kind
    end
  end
end

--- Fetch a file.
-- @tparam Sftp self
-- @tparam table spec `path`, `begin(size, mode)` called when it is open (either may be
-- nil), `write(block)` called with all of it in order; both return true, or nil,
-- message and kind
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function get.file(self, spec)
  local known, message, kind = self:stat(spec.path)
  local handle
  if known then
    handle, message, kind = self:open(spec.path, FLAG.read)
  end
  if not handle then
    return nil, message, kind
  end
  local ok, bytes
  ok, message, kind = spec.begin(known.size, known.mode)
  if ok then
    bytes, message, kind = read_all(self, handle, known.size, spec)
  end
  if not bytes then
    return nil, message, kind
  elseif known.size and known.size ~= bytes then
    local words = "the file has %d bytes, and %d came"
    return nil, words:format(known.size, bytes), "size"
  end
  request.ask(self, KIND.close, handle)
  return bytes
end

return get
