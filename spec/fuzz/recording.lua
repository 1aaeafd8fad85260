--- Any bytes as a recording, in each of the forms that are read: our own casts, and
-- those of other programs. What must hold: what is no recording is told so, in words;
-- what is one has scripts.
local cast = require "moonwire.replay.cast"
local replay = require "moonwire.replay"
local uv = require "luv"
local words = require "spec.fuzz.support.words"

local place = os.getenv "TMPDIR" or "/tmp"
local folder = assert(uv.fs_mkdtemp(place .. "/moonwire-fuzz-XXXXXX"))

-- The name of a file of Ansible's form tells its host.
local PATHS = { folder .. "/r1.cast", folder .. "/10.0.0.1_22" }

local function read(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  local scripts, message, kind = replay.read(path)
  os.remove(path)
  words.check(scripts, message, kind)
  for _, script in ipairs(scripts or {}) do
    assert(type(script) == "table", "a script is one")
  end
end

return function(bytes)
  if cast.is_one(bytes) then
    words.check(cast.read(bytes))
  end
  for _, path in ipairs(PATHS) do
    read(path, bytes)
  end
end
