--- Notices that an inventory's files have changed: the file itself, or a folder, and
-- what is read with them (Ansible's group_vars and host_vars, Nornir's groups and
-- defaults). A change is another content on the disk, not an event: files that editors
-- and others leave in the same folder are none.
-- @module moonwire.serve.watch
local lfs = require "lfs"
local uv = require "luv"

local watch = {}

local QUIET_MS = 150 -- a file is written in several steps
local LOOK_MS = 5000 -- where the kernel tells nothing, as on network file systems
local DEEPEST = 3 -- folders below each other
local MOST_FOLDERS = 1000

local BESIDE = {
  "hosts.yaml", "hosts.yml", "groups.yaml", "groups.yml", "defaults.yaml",
  "defaults.yml", "group_vars", "host_vars",
}

local function add_file(seen, path, status)
  seen.files[#seen.files + 1] = ("%s %d %d %d %d"):format(path, status.ino, status.size,
    status.mtime.sec, status.mtime.nsec)
end

local function add(seen, path, depth)
  local status = uv.fs_stat(path)
  if not status then
    return
  elseif status.type ~= "directory" then
    return add_file(seen, path, status)
  elseif depth > DEEPEST or #seen.folders >= MOST_FOLDERS then
    return
  end
  local names = uv.fs_scandir(path)
  if not names then
    return -- it has just gone
  end
  seen.folders[#seen.folders + 1] = path
  for name in uv.fs_scandir_next, names do
    if not name:find "^%." then
      add(seen, path .. "/" .. name, depth + 1)
    end
  end
end

-- What there is on the disk, and the folders in which it can change.
local function look(source)
  local seen = { files = {}, folders = {} }
  if lfs.attributes(source, "mode") == "directory" then
    add(seen, source, 1)
  else
    local folder = source:match "^(.*)/[^/]*$" or "."
    seen.folders[1] = folder
    add(seen, source, 1)
    for _, name in ipairs(BESIDE) do
      add(seen, folder .. "/" .. name, 2)
    end
  end
  table.sort(seen.files)
  return seen
end

local Watch = { __name = "moonwire.serve.Watch" }
Watch.__index = Watch

function Watch:_drop_events()
  for _, event in ipairs(self.events) do
    event:close()
  end
  self.events = {}
end

-- Folders come and go as well.
function Watch:_listen(folders)
  self:_drop_events()
  local is_told = true
  for _, folder in ipairs(folders) do
    local event = uv.new_fs_event()
    self.events[#self.events + 1] = event
    is_told = event:start(folder, {}, function()
      self.timer:stop()
      self.timer:start(QUIET_MS, 0, self.on_time)
    end) and is_told
  end
  if not is_told then
    self.timer:start(LOOK_MS, LOOK_MS, self.on_time)
  end
end

function Watch:_look()
  local seen = look(self.source)
  local signature = table.concat(seen.files, "\n")
  local has_changed = self.signature and signature ~= self.signature
  self.signature = signature
  self:_listen(seen.folders)
  if has_changed then
    self.on_change()
  end
end

--- Watch an inventory.
-- @string source a file or a folder
-- @tparam function on_change called outside of tasks
-- @treturn[1] Watch
-- @return[2] nil
-- @treturn[2] string message
function watch.open(source, on_change)
  if source == "-" or not lfs.attributes(source) then
    return nil, source .. " is no file, so nothing is watched"
  end
  local self = setmetatable({
    source = source, on_change = on_change, events = {}, timer = uv.new_timer(),
  }, Watch)
  function self.on_time()
    self:_look()
  end
  self:_look()
  return self
end

--- Look no more.
function Watch:close()
  self:_drop_events()
  self.timer:close()
end
Watch.__close = Watch.close

return watch
