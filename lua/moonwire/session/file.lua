--- Files to a device and from it, whole or not at all as far as the protocol can: room
-- is looked for before the first byte, and what came of it is checked behind the last.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local checksum = require "moonwire.session.file.checksum"
local digests = require "host.digest"
local files = require "moonwire.transfer.file"
local jobs = require "moonwire.session.file.job"
local remote = require "moonwire.session.remote"
local sending = require "moonwire.session.file.sending"

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
  local job = jobs.new(self, name, options)
  local bytes
  bytes, message, kind = remote.through(self, {
    method = options.method or "auto", direction = DIRECTION[doing], name = name,
    timeout = job.timeout,
  }, prepare(job))
  if bytes then
    return job:result(bytes)
  end
  return failed(self, doing, name, explained(message, job.partial), kind, {
    needed = job.needed, free = job.free, partial = job.partial,
  })
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
      return sending.run(self, job, source, channel, method)
    end
  end)
end

-- What is fetched goes into the local file and its digest.
local function receiver(job, here, target)
  local moved
  return {
    path = job.path,
    begin = function(size, mode)
      job.needed, job.mode, job.free = size, mode, files.free_beside(here)
      moved = job:counter(size)
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
    ok, message, kind = checksum.verify(self, job, job.path)
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
