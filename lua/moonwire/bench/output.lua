--- Where the bench's files go, and what is said about them.
-- @module moonwire.bench.output
local file = require "moonwire.report.file"

local Output = { __name = "moonwire.bench.Output" }
Output.__index = Output

local output = {}

--- Files for one run of the bench.
-- @tparam table options `output` (the folder), `json` (a path, or "-": `streams.out`)
-- @tparam table streams `out` and `log`
-- @treturn Output with `is_complete`: whether everything could be written so far
function output.new(options, streams)
  return setmetatable({
    folder = options.output,
    json = options.json,
    streams = streams,
    is_complete = true,
  }, Output)
end

local function write(self, path, bytes)
  local ok, message = file.write(path, bytes)
  if not ok then
    self.is_complete = false
    self.streams.log:write("moonwire bench: ", message, "\n")
    return
  end
  local told = self.json == "-" and self.streams.log or self.streams.out
  told:write("wrote ", path, "\n")
end

--- Write a file into the folder.
-- @string name
-- @string bytes
function Output:write(name, bytes)
  write(self, self.folder .. "/" .. name, bytes)
end

--- Write the JSON where `--json` wants it, if anywhere.
-- @string text
function Output:write_json(text)
  if self.json == "-" then
    self.streams.out:write(text)
  elseif self.json then
    write(self, self.json, text)
  end
end

return output
