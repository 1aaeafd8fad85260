--- `moonwire FILE.lua arguments`: a script as the first task.
-- @module moonwire.cli.script
local recording = require "moonwire.session.recording"

local script = {}

local function load_text(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local text = file:read "a"
  file:close()
  if not text then
    return nil, path .. ": is not a file that can be read"
  end
  -- text only: a binary chunk can break the interpreter
  return load((text:gsub("^#[^\n]*", "")), "@" .. path, "t")
end

local function set_arg(words)
  arg = { [0] = words[1], [-1] = arg[0] } -- luacheck: ignore 111
  for i = 2, #words do
    arg[i - 1] = words[i]
  end
end

--- Run a script. What it returns is the exit status: a boolean or a number.
-- @tparam table words the path, then the script's arguments
-- @treturn int exit status
function script.run(words)
  local chunk, message = load_text(words[1])
  if not chunk then
    io.stderr:write("moonwire: ", message, "\n")
    return 2
  end
  set_arg(words)
  recording.set_default(recording.FOLDER)
  local status = chunk(table.unpack(words, 2))
  if math.type(status) == "integer" then
    return status
  end
  return status == false and 1 or 0
end

return script
