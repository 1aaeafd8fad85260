--- Files to a device and from it, whole or not at all as far as the protocol can: room
-- is looked for before the first byte, and what came of it is checked behind the last.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local digests = require "host.digest"
local files = require "moonwire.transfer.file"
local remote = require "moonwire.session.remote"
local task = require "host.task"
local uv = require "luv"

local TIMEOUT = 30 -- seconds without a byte
local OTHERWISE = "sha256" -- when the device computes none

local PRIVATE = 384 -- rw-------: where the device tells no permission bits

local METHODS = { auto = true, sftp = true, scp = true }
local VERIFY = { device = true, read = true }

local function check_arguments(here, there, options, level)
  options = check.options(options, level + 1)
  if type(here) ~= "string" or type(there) ~= "string" then
    error("put and get need two names of files", level + 1)
  elseif not METHODS[options.method or "auto"] then
    error("method must be auto, sftp or scp", level + 1)
  elseif type(options.verify) == "string" and not VERIFY[options.verify] then
    error("verify must be device, read or a boolean", level + 1)
  end
  return options
end

-- What a transfer is about, from the arguments of a verb.
local function new_job(self, name, options)
  local algorithm = options.verify ~= false and options.verify ~= "read"
    and remote.algorithm(self)
  return {
    name = name,
    path = remote.path(self, name),
    options = options,
    timeout = options.timeout or TIMEOUT,
    by_device = algorithm and true or false,
    algorithm = algorithm or OTHERWISE,
    digest = digests.new(algorithm or OTHERWISE),
    started = task.now(),
  }
end

local function failed(self, doing, name, message, kind, detail)
  local words = ("%s %q: %s"):format(doing, name, message)
  local _, located = self:_fail("file", words, kind)
  return nil, located, kind, detail
end

local function explained(message, partial)
  if not partial then
    return message
  end
  return ("%s; %s may be left on the device"):format(message, partial)
end

local function result_of(job, bytes)
  return {
    bytes = bytes,
    seconds = task.now() - job.started,
    method = job.method,
    checksum = {
      algorithm = job.algorithm, value = job.value, verified = job.verified or false,
    },
  }
end

local DIRECTION = { put = "-t", get = "-f" }

-- A verb, from its checked arguments on. `prepare` takes the job and gives what is to
-- be done over a channel.
local function run(self, doing, name, options, prepare)
  local ok, message, kind = self:_begin "file"
  local problem = remote.complaint(self, name, false)
  if ok and problem then
    ok, message, kind = nil, problem, "invalid"
  end
  if not ok then
    return failed(self, doing, name, message, kind, {})
  end
  local job = new_job(self, name, options)
  local bytes
  bytes, message, kind = remote.through(self, {
    method = options.method or "auto", direction = DIRECTION[doing], name = name,
    timeout = job.timeout,
  }, prepare(job))
  if bytes then
    return result_of(job, bytes)
  end
  return failed(self, doing, name, explained(message, job.partial), kind, {
    needed = job.needed, free = job.free, partial = job.partial,
  })
end

local function counter(job, total)
  local done, progress = 0, job.options.progress
  return function(bytes)
    done = done + bytes
    job.moved = done
    if progress then
      progress(done, total)
    end
  end
end

-- ---- checks ----

local function compare(job, value, how)
  if value ~= job.value then
    local words = "the checksum differs: %s is %s here and %s there"
    return nil, words:format(job.algorithm, job.value, value), "checksum"
  end
  job.verified = how
  return true
end

-- SFTP reads on the channel that has written; SCP moves one file on each.
local function read_back(self, job, path, channel)
  local digest = digests.new(job.algorithm)
  local function fetch(from)
    return from:get {
      path = path,
      begin = function() return true end,
      write = function(block)
        digest:update(block)
        return true
      end,
    }
  end
  local bytes, message, kind
  if job.method == "sftp" then
    bytes, message, kind = fetch(channel)
  else
    local what = {
      method = job.method, direction = "-f", name = path, timeout = job.timeout,
    }
    bytes, message, kind = remote.through(self, what, fetch)
  end
  if not bytes then
    return nil, "reading it back: " .. message, kind
  end
  return compare(job, digest:hex(), "read back")
end

-- True when the device's own checksum agrees; false when it tells none.
local function ask_device(self, job, path)
  local value, message, kind = remote.checksum(self, path, job.algorithm)
  if value then
    return compare(job, value, "device")
  elseif kind == "rejected" and job.options.verify ~= "device" then
    return false
  end
  return nil, message, kind
end

local function verify(self, job, path, channel)
  job.value = job.digest:hex()
  local ok, message, kind = false, nil, nil
  if job.options.verify == false then
    return true
  elseif job.by_device and not remote.complaint(self, path, true) then
    ok, message, kind = ask_device(self, job, path)
  elseif job.options.verify == "device" then
    return nil, "the device computes no checksum of it", "unsupported"
  end
  if ok == false and not job.is_fetched then
    ok, message, kind = read_back(self, job, path, channel)
  end
  return ok ~= nil, message, kind
end

-- SFTP may tell; else a command of the platform does, or nobody.
local function free_on(self, job, channel)
  local folder = job.path:match "^(.*/)[^/]*$" or "."
  return channel.free and channel:free(folder) or remote.free(self, job.name)
end

-- Nothing is sent that cannot fit.
local function look_for_room(self, job, channel, needed)
  if job.options.space == false then
    return true
  end
  local free = free_on(self, job, channel)
  job.free = free
  if free and free < needed then
    local words = "it needs %d bytes, and %d are free"
    return nil, words:format(needed, free), "space"
  end
  return true
end

-- ---- put ----

local function exists(self, job, channel, method)
  if method == "sftp" then
    local found, message, kind = channel:stat(job.path)
    return found and true or kind == "no_file" and false, message, kind
  end
  local what = {
    method = "scp", direction = "-f", name = job.name, timeout = job.timeout,
  }
  local found, message, kind = remote.through(self, what, function(probe)
    return probe:offer()
  end)
  if kind == "failed" then -- for a reason that nobody knows: it may be there
    message = "it may be there already, and is not replaced: " .. message
  end
  return found and true or kind == "no_file" and false, message, kind
end

local function look_for_file(self, job, channel, method)
  if job.options.overwrite then
    return true
  end
  local found, message, kind = exists(self, job, channel, method)
  if found then
    return nil, "it is there already", "exists"
  elseif found == nil then
    return nil, message, kind
  end
  return true
end

local function temporary_name(job)
  if job.options.temporary == false then
    return nil
  end
  local random = uv.random(4):gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
  return job.path .. "." .. random
end

-- A server has no word for a full disk: look at what is left when one just "failed".
local function explain(self, job, channel, message, kind)
  if kind ~= "failed" then
    return message, kind
  end
  local missing = job.needed - (job.partial and job.moved or 0)
  local free = free_on(self, job, channel)
  if free and free < missing then
    return ("the disk is full (%s)"):format(message), "space"
  end
  return message, kind
end

local function put_through(self, job, source, channel, method)
  job.method, job.digest = method, digests.new(job.algorithm)
  local ok, message, kind = look_for_file(self, job, channel, method)
  if ok then
    ok, message, kind = look_for_room(self, job, channel, source.size)
  end
  if not ok then
    return nil, message, kind
  end
  local bytes, partial
  bytes, message, kind, partial = channel:put {
    source = source,
    path = job.path,
    temporary = method == "sftp" and temporary_name(job) or nil,
    is_replacing = job.options.overwrite,
    mode = job.options.mode or source.mode,
    digest = job.digest,
    moved = counter(job, source.size),
    check = function(path)
      return verify(self, job, path, channel)
    end,
  }
  if bytes then
    return bytes
  end
  job.partial = partial == true and job.path or partial or nil
  return nil, explain(self, job, channel, message, kind)
end

--- Send a file to the device. By SFTP it has another name until it is whole and
-- checked; by SCP it is written under its own, and where that fails the error says so.
-- @string here the file's name on this machine
-- @string there its name on the device, such as "flash:image.bin"
-- @tparam[opt] table options `method` ("auto": by SFTP, or else by SCP, or what the
-- platform is known to have; "sftp"; "scp"), `overwrite` (false), `mode` (permission
-- bits; those of the local file), `timeout` (seconds without a byte; 30),
-- `progress(done, total)`, `verify` ("device": by the device's own command; "read": by
-- reading it back; false; by default the first that works), `space` (true: look for
-- room first), `temporary` (true: another name until it is whole)
-- @treturn[1] table `bytes`, `seconds`, `method`, `checksum` (`algorithm`, `value`,
-- `verified`: "device", "read back" or false)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: no_file, permission, exists, space, checksum, unsupported
-- (it takes no files), invalid (such a name), failed (the device does not say why),
-- timeout, dropped, protocol, local, closed
-- @treturn[2] table detail: `needed`, `free` (bytes, where known), `partial` (the name
-- of an incomplete or wrong file that may be left on the device)
function Session:put(here, there, options)
  options = check_arguments(here, there, options, 2)
  local source <close>, message, kind = files.open(here)
  if not source then
    return failed(self, "put", there, message, kind, {})
  end
  return run(self, "put", there, options, function(job)
    job.needed = source.size
    return function(channel, method)
      return put_through(self, job, source, channel, method)
    end
  end)
end

-- ---- get ----

-- What is fetched goes into the local file and its digest.
local function receiver(job, here, target)
  local moved
  return {
    path = job.path,
    begin = function(size, mode)
      job.needed, job.mode, job.free = size, mode, files.free_beside(here)
      moved = counter(job, size)
      if size and job.options.space ~= false and job.free and job.free < size then
        local words = "it needs %d bytes, and %d are free here"
        return nil, words:format(size, job.free), "space"
      end
      return true
    end,
    write = function(block)
      job.digest:update(block)
      local ok, message, kind = target:write(block)
      if ok then
        moved(#block)
      end
      return ok, message, kind
    end,
  }
end

local function get_through(self, job, here, channel, method)
  job.method, job.digest = method, digests.new(job.algorithm)
  local target <close>, message, kind = files.create(here, job.options.overwrite)
  if not target then
    return nil, message, kind
  end
  local bytes, ok
  bytes, message, kind = channel:get(receiver(job, here, target))
  if bytes then
    ok, message, kind = verify(self, job, job.path)
  end
  if ok then
    ok, message, kind = target:keep(job.options.mode or job.mode or PRIVATE)
  end
  return ok and bytes, message, kind
end

--- Fetch a file from the device. Its name appears here when it is whole and checked.
-- @string there the file's name on the device, such as "flash:vlan.dat"
-- @string here its name on this machine
-- @tparam[opt] table options as for `put`; `verify` is by the device's own command or
-- not at all, since reading it twice would prove nothing
-- @treturn[1] table as for `put`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `put`, and size (the device gave fewer or more bytes
-- than the file has)
-- @treturn[2] table detail: `needed`, `free` (bytes, where known)
function Session:get(there, here, options)
  options = check_arguments(here, there, options, 2)
  return run(self, "get", there, options, function(job)
    job.is_fetched = true
    return function(channel, method)
      return get_through(self, job, here, channel, method)
    end
  end)
end

return Session
