--- A file of specs in a process of its own: this same program. What it writes goes to a
-- file without a name, not through a pipe: a process that a spec left behind and that
-- holds the other end cannot make us wait.
-- @module moonwire.cli.test.member
local host = require "host.task"
local json = require "dkjson"
local uv = require "luv"

local scratch = require "moonwire.cli.test.scratch"
local ssh_config = require "moonwire.ssh_config"
local task = require "moonwire.task"

local member = {}

local REPORT = 3 -- the descriptor on which a member tells its counts
local GRACE = 2 -- seconds to end in order, where this process is to end

local Member = { __name = "moonwire.cli.test.Member" }
Member.__index = Member

-- Wait for its end, cancelled or not, but not long.
local function await_end(self)
  local timer = uv.new_timer()
  host.shield(true)
  task.await(function(done)
    self.done = done
    timer:start(GRACE * 1000, 0, done)
  end)
  host.shield(false)
  timer:close()
end

-- Cancelled while it runs: it must not outlive us, not even one that never waits.
Member.__close = function(self)
  for _, signal in ipairs { "sigterm", "sigkill" } do
    if self.handle and not self.status then
      self.handle:kill(signal)
      await_end(self)
    end
  end
  for _, fd in ipairs(self.fds) do
    uv.fs_close(fd)
  end
end

local function unnamed_file()
  local folder = os.getenv "TMPDIR" or "/tmp"
  local fd, path = assert(uv.fs_mkstemp(folder .. "/specs-XXXXXX"))
  os.remove(path)
  return fd
end

local function read_all(fd)
  return assert(uv.fs_read(fd, assert(uv.fs_fstat(fd)).size, 0))
end

local function words_for(path, handler)
  local words = { "test", "--jobs", "1", "--report", tostring(REPORT) }
  if ssh_config.default() then
    words = table.move(words, 1, #words, 3, { "--ssh-config", ssh_config.default() })
  end
  if handler then
    table.move({ "-o", handler }, 1, 2, #words + 1, words)
  end
  words[#words + 1] = path
  return words
end

local function spawn(self, words, folder)
  local output, report = table.unpack(self.fds)
  local message
  self.handle, message = uv.spawn(uv.exepath(), {
    args = words,
    env = scratch.environment(folder),
    stdio = { nil, output, output, report },
  }, function(status, signal)
    self.status = signal ~= 0 and 128 + signal or status
    self.handle:close()
    if self.done then
      self.done()
    end
  end)
  assert(self.handle, message)
end

-- What it says is worth nothing unless it ended as it says.
local function judge(report, status)
  local result = json.decode(report)
  if not result then
    return { passed = 0, failed = 1, skipped = 0, tests = {} },
      ("ended before its specs did (status %d)"):format(status)
  elseif status ~= 0 and result.failed == 0 then
    result.failed = 1
    return result, ("its specs passed, but it ended with status %d"):format(status)
  end
  return result
end

--- Run a file, and wait for the end of its process.
-- @string path
-- @string[opt] handler
-- @treturn table as of `suite.run`, with `path`, `output`, `seconds` and, when the
-- process did not end well, `complaint`
function member.run(path, handler)
  local self <close> = setmetatable({ fds = {} }, Member)
  self.fds[1] = unnamed_file()
  self.fds[2] = unnamed_file()
  local folder <close> = scratch.folder()
  local begun = task.now()
  spawn(self, words_for(path, handler), folder.path)
  task.await(function(done)
    self.done = done
  end)
  local result, complaint = judge(read_all(self.fds[2]), self.status)
  result.path, result.output = path, read_all(self.fds[1])
  result.seconds, result.complaint = task.now() - begun, complaint
  return result
end

--- What a member does at its end: tell who started it.
-- @int fd
-- @tparam table result of `suite.run`
-- @treturn int exit status
function member.report(fd, result)
  assert(uv.fs_write(fd, json.encode(result), -1))
  return result.failed == 0 and 0 or 1
end

return member
