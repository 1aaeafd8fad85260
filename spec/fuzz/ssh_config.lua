--- Any bytes as an OpenSSH configuration, with itself for what it includes, and some
-- hosts looked up in it. What must hold: what is wrong is told by file and line; values
-- have the types that they should. Commands of `Match exec` do not run here.
local ssh_config = require "moonwire.ssh_config"
local uv = require "luv"
local words = require "spec.fuzz.support.words"

local HOSTS = { "r1", "sw-lon-12", "10.2.0.7", "fe80::1", "edge.example" }

local place = os.getenv "TMPDIR" or "/tmp"
local folder = assert(uv.fs_mkdtemp(place .. "/moonwire-fuzz-XXXXXX"))
local path = folder .. "/config"

local runner = {
  run = function(_, command)
    return #command % 2 == 0
  end,
}

local function check_looked_up(taken)
  assert(type(taken.hostname) == "string", "a name to connect to")
  assert(math.type(taken.port) == "integer", "a port")
  assert(type(taken.user) == "string", "a user")
  assert(not taken.proxyjump or type(taken.proxyjump) == "table", "a list of hops")
end

-- Files of this machine are not ours to read, and pipes would wait for ever.
local function without_includes(bytes)
  return (bytes:gsub("[Ii][Nn][Cc][Ll][Uu][Dd][Ee][^\n]*", "Include " .. path))
end

return function(bytes)
  local file = assert(io.open(path, "wb"))
  file:write(without_includes(bytes))
  file:close()
  local config, message = ssh_config.load(path)
  os.remove(path)
  if not config then
    words.check_safe(message)
    assert(message:find(path, 1, true), "the place of a mistake")
    return
  end
  config.runner = runner
  for _, host in ipairs(HOSTS) do
    local taken, complaint = config:lookup(host)
    if taken then
      check_looked_up(taken)
    else
      words.check_safe(complaint)
    end
  end
  for _, name in ipairs(config:names()) do
    config:lookup(name)
  end
end
