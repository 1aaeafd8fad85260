--- A file on its way to a device: nothing is sent that cannot fit or would replace what
-- must stay, and what is left of a failure is noted in the job.
-- @module moonwire.session.file.sending
local checksum = require "moonwire.session.file.checksum"
local digests = require "host.digest"
local remote = require "moonwire.session.remote"
local uv = require "luv"

local sending = {}

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

--- Send it over a channel.
-- @tparam Session self
-- @tparam Job job with `needed` (bytes)
-- @tparam table source of `moonwire.transfer.file`
-- @param channel an open Sftp or Scp
-- @string method "sftp" or "scp"
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function sending.run(self, job, source, channel, method)
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
    moved = job:counter(source.size),
    check = function(path)
      return checksum.verify(self, job, path, channel)
    end,
  }
  if bytes then
    return bytes
  end
  job.partial = partial == true and job.path or partial or nil
  return nil, explain(self, job, channel, message, kind)
end

return sending
