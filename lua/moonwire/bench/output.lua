--- Where the bench's files go, and what is said about them.
-- @module moonwire.bench.output
local file = require "moonwire.report.file"

local Output = { __name = "moonwire.bench.Output" }
Output.__index = Output

local output = {}

--- Files for one run of the bench.
-- @tparam table options `output` (the folder), `json` (a path, or "-": `streams.out`)
-- @tparam table streams `out` and `log`
-- @treturn Output with `is_complete`: whether everything could be written so far, and
-- `told`: the stream for people, which is not the one that takes the JSON
function output.new(options, streams)
  return setmetatable({
    folder = options.output,
    json = options.json,
    streams = streams,
    told = options.json == "-" and streams.log or streams.out,
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
  self.told:write("wrote ", path, "\n")
end

--- Write a file into the folder.
-- @string name
-- @string bytes
function Output:write(name, bytes)
  write(self, self.folder .. "/" .. name, bytes)
end

--- Write a value as JSON into the folder, and where `--json` wants it, if anywhere.
-- @string name of the file
-- @string text JSON
function Output:write_json(name, text)
  self:write(name, text)
  if self.json == "-" then
    self.streams.out:write(text)
  elseif self.json then
    write(self, self.json, text)
  end
end

return output
