--- One transfer while it goes on: which file, by which checksum, and how far it is.
-- @module moonwire.session.file.job
local digests = require "host.digest"
local remote = require "moonwire.session.remote"
local task = require "host.task"

local jobs = {}

local Job = { __name = "moonwire.session.Job" }
Job.__index = Job

local TIMEOUT = 30 -- seconds without a byte
local OTHERWISE = "sha256" -- when the device computes none

--- What a transfer is about, from the arguments of a verb.
-- @tparam Session session
-- @string name of the file on the device
-- @tparam table options of the verb
-- @treturn Job
function jobs.new(session, name, options)
  local algorithm = options.verify ~= false and options.verify ~= "read"
    and remote.algorithm(session)
  return setmetatable({
    name = name,
    path = remote.path(session, name),
    options = options,
    timeout = options.timeout or TIMEOUT,
    by_device = algorithm and true or false,
    algorithm = algorithm or OTHERWISE,
    digest = digests.new(algorithm or OTHERWISE),
    started = task.now(),
  }, Job)
end

--- What the verb gives when it is done.
-- @int bytes
-- @treturn table see `Session:put`
function Job:result(bytes)
  return {
    bytes = bytes,
    seconds = task.now() - self.started,
    method = self.method,
    checksum = {
      algorithm = self.algorithm, value = self.value, verified = self.verified or false,
    },
  }
end

--- Something that counts the bytes, and tells who asked for the progress.
-- @tparam int|nil total nil: nobody knows
-- @treturn function of the bytes that have just been moved
function Job:counter(total)
  local done, progress = 0, self.options.progress
  return function(bytes)
    done = done + bytes
    self.moved = done
    if progress then
      progress(done, total)
    end
  end
end

return jobs
