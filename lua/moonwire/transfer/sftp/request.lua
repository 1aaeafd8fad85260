--- The requests of an SFTP client and their answers. Requests may be sent ahead; what
-- answers nothing that was asked ends it all.
-- @module moonwire.transfer.sftp.request
local codec = require "moonwire.codec.sftp"
local printable = require("moonwire.codec.scp").printable

local request = {}

local KIND, STATUS = codec.kind, codec.status

local KIND_OF = {
  [STATUS.no_file] = "no_file",
  [STATUS.permission] = "permission",
  [STATUS.bad_message] = "protocol",
  [STATUS.no_connection] = "dropped",
  [STATUS.connection_lost] = "dropped",
  [STATUS.unsupported] = "unsupported",
}

local WORDS = {
  [STATUS.eof] = "end of file",
  [STATUS.no_file] = "no such file",
  [STATUS.permission] = "permission denied",
  [STATUS.failed] = "the device failed",
}

--- The end of a conversation with a device that breaks the rules.
-- @string what
-- @return nil, message, "protocol"
function request.protocol(what)
  return nil, "the device breaks SFTP: " .. what, "protocol"
end

--- Send a request.
-- @tparam Sftp self
-- @int kind
-- @string body what stands behind its number
-- @string[opt] more the rest of it
-- @treturn[1] int its number, to await the answer
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function request.send(self, kind, body, more)
  self.last_id = self.last_id + 1 & 0xffffffff
  local id = self.last_id
  self.pending[id] = true
  local length = 5 + #body + (more and #more or 0)
  local head = string.pack(">I4BI4", length, kind, id)
  local ok, message, problem = self.pipe:write(head .. body, more, self.timeout)
  if not ok then
    return nil, message, problem == "channel" and "dropped" or problem
  end
  return id
end

-- The answer to a request. Others that come before it are kept; what answers nothing
-- that was asked ends it all.
local function await(self, id)
  while not self.replies[id] do
    local kind, body, problem = codec.read(self.take)
    if not kind then
      return nil, body, problem
    end
    local answered = codec.unpack(">I4", body)
    if not answered or not self.pending[answered] then
      return request.protocol "it answers what nobody has asked"
    end
    self.pending[answered] = nil
    self.replies[answered] = { kind, body }
  end
  local reply = self.replies[id]
  self.replies[id] = nil
  return reply[1], reply[2]
end

local function status_of(body)
  local code, text = codec.unpack(">I4s4", body, 5)
  code = code or codec.unpack(">I4", body, 5) -- some leave the words out
  if not code then
    return request.protocol "a malformed status"
  end
  local words = WORDS[code] or printable(text or "")
  if code == STATUS.failed and text and text ~= "" and text ~= "Failure" then
    words = printable(text)
  end
  return code, words, KIND_OF[code] or "failed"
end

--- Await an answer that says that all is well.
-- @tparam Sftp self
-- @int id
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function request.expect_ok(self, id)
  local kind, body, problem = await(self, id)
  if not kind then
    return nil, body, problem
  elseif kind ~= KIND.status then
    return request.protocol "an answer of the wrong type"
  end
  local code, words, name = status_of(body)
  if code == STATUS.ok then
    return true
  end
  return nil, words, name
end

--- Await an answer of one type.
-- @tparam Sftp self
-- @int id
-- @int wanted the type
-- @treturn[1] string its body, with the number
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: eof besides the others
function request.expect(self, id, wanted)
  local kind, body, problem = await(self, id)
  if not kind then
    return nil, body, problem
  elseif kind == wanted then
    return body
  elseif kind ~= KIND.status then
    return request.protocol "an answer of the wrong type"
  end
  local code, words, name = status_of(body)
  if code == STATUS.ok then
    return request.protocol "it says that all is well where it was to say more"
  end
  return nil, words, code == STATUS.eof and "eof" or name
end

--- Send a request and await its answer.
-- @tparam Sftp self
-- @int kind
-- @string body
-- @int[opt] wanted the type of the answer; else it says that all is well
-- @return as `expect` or `expect_ok`
function request.ask(self, kind, body, wanted)
  local id, message, problem = request.send(self, kind, body)
  if not id then
    return nil, message, problem
  elseif wanted then
    return request.expect(self, id, wanted)
  end
  return request.expect_ok(self, id)
end

return request
