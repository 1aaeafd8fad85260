--- Runs that are killed in the midst of it: moonwire as a program of its own, ended by
-- SIGKILL as soon as its journal tells of so many records.
local journal = require "moonwire.journal"
local task = require "moonwire.task"
local uv = require "luv"

local broken = {}

local Program = { __name = "spec.Program" }
Program.__index = Program

--- Start a program and go on.
-- @tparam {string,...} words
-- @tparam[opt] table options `output` (path of a file for what it prints)
function broken.start(words, options)
  local self = setmetatable({}, Program)
  local path = options and options.output
  local output = path and assert(uv.fs_open(path, "w", tonumber("600", 8)))
  self.process = assert(uv.spawn(uv.exepath(), {
    args = words, stdio = { nil, output },
  }, function(status)
    self.status = status
    if self.done then
      self.done()
    end
  end))
  if output then
    uv.fs_close(output)
  end
  return self
end

--- Wait for its end; its exit status.
function Program:wait()
  if not self.status then
    task.await(function(done) self.done = done end)
  end
  if not self.process:is_closing() then
    self.process:close()
  end
  return self.status
end

--- End it as a crash would.
function Program:kill()
  if not self.status then
    self.process:kill "sigkill"
  end
  return self:wait()
end

local function size_of(path)
  local found = uv.fs_stat(path)
  return found and found.size
end

--- Wait until the last run below a root is as it should be, or its program has ended.
-- @string root
-- @tparam function is_enough given the history and how many records there are
-- @tparam[opt] Program of the run
-- @treturn string its id
function broken.await(root, is_enough, of)
  local seen -- of the journal: reading it again and again would slow it down
  while true do
    local id, count, known = journal.find("last", root), 0, nil
    local size = id and size_of(journal.folder(id, root) .. "/journal")
    if size ~= seen then
      known, seen = journal.read(id, {
        root = root,
        on_record = function() count = count + 1 end,
      }), size
    end
    if known and is_enough(known, count) or of and of.status then
      return id
    end
    task.sleep(0.001)
  end
end

--- Start a program, and kill it once its journal holds so many records.
-- @tparam {string,...} words
-- @string root of the runs
-- @int records
-- @treturn table the history as the killed program has left it
function broken.kill_behind(words, root, records)
  local started = broken.start(words)
  local id = broken.await(root, function(_, count)
    return count >= records
  end, started)
  started:kill()
  return assert(journal.read(id, { root = root }))
end

return broken
