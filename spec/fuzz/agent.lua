--- Any bytes as the answers of an ssh-agent at the other end of a real socket, in two
-- pieces. What must hold: an agent that opens has the keys that it lists; one that does
-- not is told why; nothing waits for one that hangs up.
local ssh = require "host.ssh"
local uv = require "luv"
local words = require "spec.fuzz.support.words"

local place = os.getenv "TMPDIR" or "/tmp"
local folder = assert(uv.fs_mkdtemp(place .. "/moonwire-fuzz-XXXXXX"))
local path = folder .. "/agent"

local function serve(bytes)
  local listener = uv.new_pipe()
  os.remove(path)
  assert(listener:bind(path))
  listener:listen(1, function()
    local peer = uv.new_pipe()
    listener:accept(peer)
    local half = #bytes // 2
    peer:write(bytes:sub(1, half))
    peer:write(bytes:sub(half + 1))
    peer:shutdown(function()
      peer:close()
    end)
  end)
  return listener
end

return function(bytes)
  local listener = serve(bytes)
  local agent = words.check(ssh.agent(path, 5))
  if agent then
    for _, identity in ipairs(agent:identities()) do
      assert(#identity.blob >= 4, "a key has a type")
      assert(identity.fingerprint:find "^SHA256:", "and a fingerprint")
    end
    local trouble = agent:trouble()
    words.check_safe(trouble or "")
    agent:close()
  end
  listener:close()
end
