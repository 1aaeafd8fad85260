--- A server under measurement: a lab, and `moonwire serve --warm` as a process of its
-- own on its devices, with what programs of others do to it.
--
-- Who asks a server over a network has a processor of his own. Here he would now and
-- then be given that of the server, since it is the server who wakes him, and what he
-- does there would count as the server's. So, where it matters, the server has one
-- processor for itself, with requests and without them, and lab and callers have the
-- others.
-- @module moonwire.bench.served
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local scratch = require "moonwire.scratch"
local task = require "moonwire.task"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local served = {}

local Served = { __name = "moonwire.bench.Served" }
Served.__index = Served

local PASSWORD = "admin" -- of every simulated device
local OWNER_ONLY = tonumber("600", 8)

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(uv.fs_chmod(path, OWNER_ONLY))
  return path
end

local function plain(device)
  return {
    name = device.name, host = device.host, port = device.port,
    username = device.username, password = PASSWORD, device_type = device.device_type,
    host_key = device.host_key,
  }
end

local function write_inventory(path, devices)
  local list = {}
  for i, device in ipairs(devices) do
    list[i] = plain(device)
  end
  return write(path, json.encode { devices = list })
end

-- A command line that runs on these processors; on any where they cannot be chosen.
local function on_processors(list, words)
  local head = list and { "taskset", "-c", list } or {}
  return table.move(words, 1, #words, #head + 1, head)
end

local function words_for(self, is_cold)
  local words = on_processors(self.own, {
    uv.exepath(), "serve", "--listen", "127.0.0.1:0", "-i", self.inventory, "--runs",
    self.folder .. "/runs",
  })
  if not is_cold then
    table.move({ "--warm", "2000", "--socket", self.socket }, 1, 4, #words + 1, words)
  end
  return words
end

local function start(self, is_cold)
  self.output = assert(uv.new_pipe(false))
  local said = ""
  task.await(function(done)
    local words = words_for(self, is_cold)
    self.handle, self.pid = uv.spawn(words[1], {
      args = table.move(words, 2, #words, 1, {}),
      stdio = { nil, self.output, 2 },
    }, function()
      self.has_ended = true
      done()
    end)
    assert(self.handle, self.pid)
    self.output:read_start(function(_, bytes)
      said = said .. (bytes or "")
      self.url = self.url or said:match "moonwire serves ([^%s,]+)"
      if said:find(is_cold and "moonwire serves [^\n]*\n" or "sessions are lent") then
        done()
      end
    end)
  end)
  if self.has_ended then
    error("moonwire serve has ended at once", 0)
  end
end

-- The first processor for the server, and the others for everybody else.
local function part(self)
  local count = uv.available_parallelism()
  local _, status = process.run { "taskset", "-c", "0", "true" }
  if count < 2 or status ~= 0 then
    return
  end
  self.own, self.others = "0", "1-" .. count - 1
  process.run { "taskset", "-a", "-p", "-c", self.others,
    tostring(self.devices.running_lab.pid) }
end

--- Start a lab and a server.
-- @tparam table lab options of a lab
-- @tparam[opt] table options `is_cold` (it keeps no sessions, so that its runs log in),
-- `is_apart` (it has a processor for itself, where there are two)
-- @treturn Served to be closed: `devices`, `url`, `socket`, `inventory` (its file),
-- `folder`, `own` and `others` (processors, when it is apart)
function served.open(lab, options)
  options = options or {}
  local self = setmetatable({
    scratch = scratch.folder(),
    devices = assert(inventory.load { lab = lab }),
  }, Served)
  self.folder = self.scratch.path
  self.socket = self.folder .. "/socket"
  self.inventory = write_inventory(self.folder .. "/devices.json", self.devices)
  if options.is_apart then
    part(self)
  end
  start(self, options.is_cold)
  return self
end

--- End both.
function Served:close()
  if not self.has_ended then
    self.handle:kill "sigkill"
  end
  self.handle:close()
  self.output:close()
  self.devices:close()
  self.scratch:close()
end
Served.__close = Served.close

--- What the server's process costs now; see `moonwire.bench.usage`.
-- @treturn table
function Served:usage()
  return assert(usage.of(self.pid))
end

local function curl(...)
  local text, status = process.run { "curl", "-sS", ... }
  if not text or status ~= 0 then
    error(("curl failed (%s)"):format(status), 0)
  end
  return text
end

--- Run commands on all devices over HTTP, and wait for the end.
-- @tparam {string,...} commands
-- @treturn table `seconds`, `cpu_seconds` (of the server's process, from the request to
-- the end), `failed`
function Served:run(commands)
  local before = self:usage().cpu_seconds
  local runs = self.url .. "/api/v1/runs"
  local order = json.encode({ commands = commands }, true)
  local begun = assert(json.decode(curl(
    "-H", "Content-Type: application/json", "-d", order, runs)))
  local one = runs .. "/" .. begun.id
  curl("-N", "-o", "/dev/null", one .. "/events")
  local cpu_seconds = self:usage().cpu_seconds - before
  local over = assert(json.decode(curl(one .. "?limit=1")))
  return {
    seconds = over.seconds, cpu_seconds = cpu_seconds, failed = over.count.failed,
  }
end

-- Each connection asks, and waits: so many a second in all, however fast the answers
-- are. The last line is for us.
local PACED = [[
function delay() return %d end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\n{"requests":%%d,"seconds":%%f,"p50":%%f,"p99":%%f,',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6,
    latency:percentile(99) / 1e6))
  io.write(string.format('"errors":%%d}\n',
    e.connect + e.read + e.write + e.status + e.timeout))
end
]]
local CONNECTIONS = 50
local LONGEST = 600 -- seconds

local function start_wrk(self, rate, seconds)
  local pause = math.floor(CONNECTIONS / rate * 1000)
  local script = write(self.folder .. "/paced.lua", PACED:format(pause))
  return assert(process.start(on_processors(self.others, {
    "wrk", "-t1", "-c" .. CONNECTIONS, ("-d%ds"):format(seconds), "-s", script,
    self.url .. "/health",
  })))
end

local function figures_of(wrk)
  local text, status = wrk:wait()
  local figures = text and json.decode(text:match "\n({[^\n]*})\n$" or "")
  if not figures then
    error(("wrk failed (%s)"):format(status), 0)
  end
  figures.rate = figures.requests / figures.seconds
  return figures
end

--- Ask for `/health` at a rate, with wrk.
-- @number rate a second, at most
-- @int seconds
-- @treturn table `rate`, `p50`, `p99` (seconds), `errors`
function Served:ask(rate, seconds)
  local wrk <close> = start_wrk(self, rate, seconds)
  return figures_of(wrk)
end

--- Ask for `/health` as long as a function takes, and not longer.
-- @number rate a second, at most
-- @tparam function fn
-- @param ... its arguments
-- @treturn table as `ask` gives it
-- @return what the function returns first
function Served:ask_beside(rate, fn, ...)
  local wrk <close> = start_wrk(self, rate, LONGEST)
  local given = fn(...)
  wrk:signal "sigint" -- it still tells what it has seen
  return figures_of(wrk), given
end

--- Be a thousand clients that never come to the end of what they say, with
-- slowhttptest.
-- @int count
-- @int seconds
function Served:be_slow(count, seconds)
  process.run {
    "sh", "-c", 'ulimit -n 8192; exec "$@" >/dev/null 2>&1', "sh",
    "slowhttptest", "-H", "-c", tostring(count), "-r", tostring(count), "-i", "5",
    "-x", "24", "-l", tostring(seconds), "-p", "3", "-u", self.url .. "/health",
  }
end

return served
