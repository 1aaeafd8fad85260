--- For specs: what a push from the command line needs, in a folder of its own.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local uv = require "luv"

local pushes = {}

local Pushes = { __name = "spec.Pushes" }
Pushes.__index = Pushes

--- A folder with a file of lines.
-- @tparam string|{string,...} lines
-- @treturn Pushes `folder`, `root` (of the runs), `lines` and `inventory` (paths)
function pushes.open(lines)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-pushes-XXXXXX")
  local self = setmetatable({
    folder = folder, root = folder .. "/runs", lines = folder .. "/lines.cfg",
    inventory = folder .. "/inventory.json",
  }, Pushes)
  if type(lines) == "table" then
    lines = table.concat(lines, "\n") .. "\n"
  end
  files.write(self.lines, lines)
  return self
end

--- Write the inventory, as one that holds passwords.
-- @tparam {table,...} devices
function Pushes:put(devices)
  files.write(self.inventory, json.encode { devices = devices })
  assert(uv.fs_chmod(self.inventory, tonumber("600", 8)))
end

--- The words of a push of these lines to these devices.
-- @param ... more of them
-- @treturn {string,...}
function Pushes:words(...)
  return {
    "push", "--runs", self.root, "-i", self.inventory, "-f", self.lines, ...,
  }
end

--- Push to the end; see `spec.support.program`.
function Pushes:push(...)
  return program.run(self:words(...))
end

--- Resume a run to its end.
function Pushes:resume(id, ...)
  return program.run { "runs", "resume", "--runs", self.root, id, ... }
end

--- What is known about a run.
function Pushes:read(id)
  return assert(journal.read(id, { root = self.root }))
end

function Pushes:close()
  os.execute("rm -r " .. self.folder)
end

return pushes
