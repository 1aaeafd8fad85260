--- What other programs ask of a run that goes on: to pause, to continue, to end.
-- A request is a file in the folder `requests` of the run; whoever runs it is told by
-- the kernel, does it and takes the file away, which is the answer. So a request works
-- whichever program runs it, and however many runs that program has.
-- @module moonwire.journal.request
local journal = require "moonwire.journal"
local task = require "moonwire.task"
local uv = require "luv"

local request = {}

local OWNER_ONLY = 448 -- 0700
local PRIVATE = 384 -- 0600
local LOOK = 0.02 -- seconds between two looks for the answer
local PATIENCE = 10 -- seconds

-- what each word does to a run
local ACTIONS = {
  pause = function(run) run:pause() end,
  continue = function(run) run:go_on() end,
  cancel = function(run) run:stop "interrupted by moonwire runs cancel" end,
  drop = function(run) run:cancel "interrupted by moonwire runs cancel --now" end,
}

local function folder_of(folder)
  return folder .. "/requests"
end

-- The requests there are, oldest first, each with its path.
local function pending(folder)
  local names, list = uv.fs_scandir(folder), {}
  while names do
    local name = uv.fs_scandir_next(names)
    if not name then
      break
    elseif name:find "^%d[%d-]*%.%l+$" then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local Listener = { __name = "moonwire.RequestListener" }
Listener.__index = Listener

function Listener:_look()
  for _, name in ipairs(pending(self.folder)) do
    local act = ACTIONS[name:match "%.(%l+)$"]
    if uv.fs_unlink(self.folder .. "/" .. name) and act and self.run then
      act(self.run)
    end
  end
end

--- Listen no more. Harmless when repeated.
function Listener:close()
  if not self.event then
    return
  end
  self.event:close()
  self.event, self.run = nil, nil
  self:_look() -- they came too late, and their writers need not wait
  uv.fs_rmdir(self.folder)
end
Listener.__close = Listener.close

--- Do what others ask of a run, until closed. What was asked of it before this, when
-- nobody ran it, is not done.
-- @tparam Run run
-- @string folder of the run
-- @treturn[1] Listener
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function request.listen(run, folder)
  local self = setmetatable({ folder = folder_of(folder) }, Listener)
  uv.fs_mkdir(self.folder, OWNER_ONLY)
  self.event = uv.new_fs_event()
  local ok, message = self.event:start(self.folder, {}, function()
    self:_look()
  end)
  if not ok then
    self.event:close()
    return nil, ("%s: %s"):format(self.folder, message), "local"
  end
  self.event:unref()
  self:_look()
  self.run = run
  return self
end

local function write(folder, word)
  local seconds, microseconds = uv.gettimeofday()
  local name = ("%d%06d-%d.%s"):format(seconds, microseconds, uv.os_getpid(), word)
  local path = folder .. "/" .. name
  local fd, message = uv.fs_open(path, "wx", PRIVATE)
  if not fd then
    return nil, message
  end
  uv.fs_close(fd)
  return path
end

--- Ask something of a run that another program has in its hands, and wait until it has
-- been heard.
-- @string id
-- @string word "pause", "continue", "cancel" (nothing more begins) or "drop" (what is
-- under way is broken off, too)
-- @string[opt] root of all runs
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid" (it is not running), "local", "timeout" (nobody
-- answers)
function request.send(id, word, root)
  if not ACTIONS[word] then
    error(("request.send: nobody understands %q"):format(tostring(word)), 2)
  elseif not journal.is_running(id, root) then
    return nil, ("run %s is not running"):format(id), "invalid"
  end
  local folder = folder_of(("%s/%s"):format(root or journal.root(), id))
  local path, message = write(folder, word)
  if not path then
    return nil, ("run %s cannot be asked: %s"):format(id, message), "local"
  end
  local till = task.now() + PATIENCE
  while uv.fs_stat(path) do
    if task.now() > till or not journal.is_running(id, root) then
      local was_there = uv.fs_unlink(path)
      return not was_there or nil, ("run %s does not answer"):format(id), "timeout"
    end
    task.sleep(LOOK)
  end
  return true
end

return request
