--- Runs on disk: a folder for each, with a journal in it from the first byte on.
-- What happened can be read while it happens and for ever after; what a run has not
-- finished, another program can.
-- @module moonwire.journal
local file = require "moonwire.report.file"
local history = require "moonwire.journal.history"
local journal_lock = require "host.journal"
local lfs = require "lfs"
local reader = require "moonwire.journal.reader"
local uv = require "luv"
local writer = require "moonwire.journal.writer"

local journal = {}

local OWNER_ONLY = 448 -- 0700
local CHUNK = 1000 -- names in a record
local TRIES = 100

--- Where runs are, when nobody says otherwise.
-- @treturn string
function journal.root()
  return os.getenv "MOONWIRE_RUNS" or "outputs/runs"
end

local function path_of(root, id)
  return ("%s/%s/journal"):format(root, id)
end

-- The names stand in the order in which the runs began: behind the second comes its
-- 65,536th part, in hexadecimal.
local function id_at(parts)
  return os.date("!%Y%m%d-%H%M%S-", parts >> 16) .. ("%04x"):format(parts & 0xffff)
end

local function now_in_parts()
  local seconds, microseconds = uv.gettimeofday()
  return (seconds << 16) + (microseconds << 16) // 1000000
end

-- Two runs never share a folder: who makes it, has it; and the other is the next.
local function make_folder(root)
  local ok, message, kind = file.make_folder(root)
  if not ok then
    return nil, message, kind
  end
  local made
  local first = now_in_parts()
  for parts = first, first + TRIES do
    local id = id_at(parts)
    made, message, kind = uv.fs_mkdir(root .. "/" .. id, OWNER_ONLY)
    if made then
      return id
    elseif kind ~= "EEXIST" then
      break
    end
  end
  return nil, ("cannot make a folder for the run: %s"):format(message), "local"
end

local function write_plan(out, names)
  for first = 1, #names, CHUNK do
    local last = math.min(first + CHUNK - 1, #names)
    out:append { type = "plan", names = table.move(names, first, last, 1, {}) }
  end
end

--- The names of devices, as a plan has them.
-- @tparam table devices
-- @treturn {string,...}
function journal.names_of(devices)
  local names = {}
  for i, device in ipairs(devices) do
    names[i] = device.name or device.host
  end
  return names
end

--- Begin the journal of a run. On return its plan is on the disk.
-- @tparam table head what to know for resuming it: plain data with no secret in it
-- @tparam {string,...} names of the devices
-- @string[opt] root the folder of all runs
-- @treturn[1] table writer, see `moonwire.journal.writer`, with `id` and `folder`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function journal.create(head, names, root)
  root = root or journal.root()
  local id, message, kind = make_folder(root)
  if not id then
    return nil, message, kind
  end
  local out
  out, message, kind = writer.open(path_of(root, id), { is_new = true })
  if not out then
    return nil, message, kind
  end
  out.id, out.folder = id, root .. "/" .. id
  head.type, head.id, head.format = "run", id, reader.FORMAT
  head.pid, head.count = uv.os_getpid(), #names
  out:append(head)
  write_plan(out, names)
  local ok
  ok, message, kind = out:await()
  if not ok then
    return nil, message, kind
  end
  return out
end

local function unknown_run(root, id)
  return nil, ("there is no run '%s' in %s"):format(id, root), "invalid"
end

local function is_id(id)
  return type(id) == "string" and id:find "^[%w%-]+$" ~= nil
end

--- The folder of a run.
-- @string id
-- @string[opt] root
-- @treturn string|nil nil: no run can have this name
function journal.folder(id, root)
  return is_id(id) and ("%s/%s"):format(root or journal.root(), id) or nil
end

--- The names of runs, oldest first.
-- @string[opt] root
-- @treturn {string,...}
function journal.list(root)
  root = root or journal.root()
  local ids = {}
  if lfs.attributes(root, "mode") ~= "directory" then
    return ids
  end
  for id in lfs.dir(root) do
    if is_id(id) and lfs.attributes(path_of(root, id), "mode") == "file" then
      ids[#ids + 1] = id
    end
  end
  table.sort(ids)
  return ids
end

--- The run that is meant: by its name, the beginning of it that only one has, or
-- "last".
-- @string id
-- @string[opt] root
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function journal.find(id, root)
  root = root or journal.root()
  local ids, found = journal.list(root), nil
  if id == "last" then
    found = ids[#ids]
  end
  for _, one in ipairs(ids) do
    if one == id then
      return one
    elseif one:sub(1, #id) == id and found then
      return nil, ("several runs begin with '%s': %s, %s"):format(id, found, one),
        "invalid"
    elseif one:sub(1, #id) == id then
      found = one
    end
  end
  if not found then
    return unknown_run(root, id)
  end
  return found
end

--- Read what is known about a run.
-- @string id
-- @tparam[opt] table options `root`, `on_end` (called with each record of an end),
-- `on_record` (with each record)
-- @treturn[1] table see `moonwire.journal.history`; with `found` of
-- `moonwire.journal.reader`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid", "local"
function journal.read(id, options)
  options = options or {}
  local root = options.root or journal.root()
  if not is_id(id) then
    return unknown_run(root, tostring(id))
  end
  local known = history.new(options.on_end)
  local found, message, kind = reader.read(path_of(root, id), function(record)
    known:take(record)
    if options.on_record then
      options.on_record(record)
    end
  end)
  if not found then
    return nil, message, kind
  elseif not known.head then
    return nil, path_of(root, id) .. ": it does not begin with a run", "invalid"
  end
  known.found, known.id, known.folder = found, id, root .. "/" .. id
  return known
end

--- Read what a journal holds beyond what was read before.
-- @string id
-- @tparam function take called with each record
-- @tparam[opt] table from what the call before has given
-- @string[opt] root
-- @treturn table as from `moonwire.journal.reader`, or nil, message, kind
function journal.follow(id, take, from, root)
  root = root or journal.root()
  if not is_id(id) then
    return unknown_run(root, tostring(id))
  end
  return reader.read(path_of(root, id), take, from)
end

--- Whether a program has a run in its hands at this moment.
-- @string id
-- @string[opt] root
-- @treturn boolean
function journal.is_running(id, root)
  local fd = uv.fs_open(path_of(root or journal.root(), id), "r", 0)
  if not fd then
    return false
  end
  local ok, _, kind = journal_lock.lock(fd)
  uv.fs_close(fd)
  return not ok and kind == "locked"
end

local function read_whole(id, root)
  local known, message, kind = journal.read(id, { root = root })
  if known and known.found.is_damaged then
    message = "%s: record %d is damaged, and others follow it: what they tell cannot "
      .. "be believed, so this run cannot be resumed"
    return nil, message:format(path_of(root, id), known.found.last + 1), "invalid"
  end
  return known, message, kind
end

--- Go on with a run: its history, and its journal to write on. A tail that was torn off
-- is cut; a journal that is damaged before its end is left alone.
-- @string id
-- @string[opt] root
-- @treturn[1] table history
-- @treturn[1] table writer
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid", "local", "locked" (it is running)
function journal.resume(id, root)
  root = root or journal.root()
  if not is_id(id) then
    return unknown_run(root, tostring(id))
  end
  local out, message, kind = writer.open(path_of(root, id)) -- nobody else writes now
  if kind == "locked" then
    return nil, ("run %s is running"):format(id), kind
  elseif not out then
    return nil, message, kind
  end
  local known
  known, message, kind = read_whole(id, root)
  if known then
    known, message, kind = out:trim(known.found) and known, "cannot be cut", "local"
  end
  if not known then
    out:close()
    return nil, message, kind
  end
  out.id, out.folder = id, known.folder
  return known, out
end

return journal
