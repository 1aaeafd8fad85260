--- Whether a file arrived as it is: by the device's own checksum, or by reading it
-- back.
-- @module moonwire.session.file.checksum
local digests = require "host.digest"
local remote = require "moonwire.session.remote"

local checksum = {}

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

--- Check what was moved, in the way that its options want.
-- @tparam Session self
-- @tparam Job job its digest is whole now
-- @string path of the file on the device
-- @param[opt] channel that has written it
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: checksum, unsupported, or why it could not be read
function checksum.verify(self, job, path, channel)
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

return checksum
