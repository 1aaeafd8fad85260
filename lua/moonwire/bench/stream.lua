--- What a long output costs: the same bytes of one simulated device through a session
-- into a file, through a session line by line, and through the system's `ssh`.
-- @module moonwire.bench.stream
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local output = require "moonwire.bench.output"
local process = require "moonwire.bench.process"
local scratch = require "moonwire.scratch"
local session = require "moonwire.session"
local text_table = require "moonwire.report.table"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local stream = {}

local COMMAND = "show version" -- the lab puts the bytes in the middle of it
local WAIT = 120 -- seconds without a line
local PASSWORD = "admin" -- of every simulated device

local COLUMNS = {
  { title = "way" },
  { title = "MB", align = "right" },
  { title = "s", align = "right" },
  { title = "MB/s", align = "right" },
  { title = "CPU s", align = "right" },
  { title = "memory MB", align = "right" },
}

local function measured(way, read)
  collectgarbage()
  usage.forget_peak()
  local before, started = usage.now(), uv.hrtime()
  local bytes, message = read()
  if not bytes then
    return { way = way, problem = message }
  end
  local seconds, after = (uv.hrtime() - started) / 1e9, usage.now()
  return {
    way = way,
    bytes = bytes,
    seconds = seconds,
    cpu_seconds = after.cpu_seconds - before.cpu_seconds,
    max_rss_bytes = (usage.of(uv.os_getpid()) or after).max_rss_bytes,
  }
end

local function through_session(device, path)
  local opened, message = session.open(device)
  if not opened then
    return { { way = "session", problem = message } }
  end
  local router <close> = opened
  local rows = {}
  rows[1] = measured("session:stream_to, into a file", function()
    return router:stream_to(COMMAND, path, { timeout = WAIT })
  end)
  rows[2] = measured("session:stream, line by line", function()
    local bytes = 0
    local count, why = router:stream(COMMAND, function(line)
      bytes = bytes + #line + 1
    end, { timeout = WAIT })
    return count and bytes, why
  end)
  return rows
end

-- user and system time of what the shell has run, in the second line of `times`
local function cpu_of(text)
  local seconds = 0
  local line = text:match "\n(%d[^\n]*)\n?$"
  for minutes, rest in (line or ""):gmatch "(%d+)m([%d.]+)s" do
    seconds = seconds + minutes * 60 + rest
  end
  return line and seconds
end

local SCRIPT = [[
[ -x "$(command -v ssh)" ] || exit 127
ssh -F none -p "$1" -o UserKnownHostsFile="$2" -o StrictHostKeyChecking=yes \
  "$3" "$4" >"$5" </dev/null
status=$?
times
exit $status]]

-- The password of a simulated device is no secret; ssh asks a program for it.
local function through_ssh(devices, folder)
  local device, path = devices[1], folder .. "/ssh"
  local known, ask = folder .. "/known_hosts", folder .. "/password"
  local host_keys = assert(io.open(known, "w"))
  host_keys:write(devices.running_lab.known_hosts, "\n"):close()
  local password = assert(io.open(ask, "w"))
  password:write(("#!/bin/sh\necho %s\n"):format(PASSWORD)):close()
  assert(uv.fs_chmod(ask, 448))
  local started = uv.hrtime()
  local text, status = process.run {
    "env", "SSH_ASKPASS=" .. ask, "SSH_ASKPASS_REQUIRE=force",
    "bash", "-c", SCRIPT, "bash", tostring(device.port), known,
    device.username .. "@" .. device.host, COMMAND, path,
  }
  local size = uv.fs_stat(path)
  if not text or status ~= 0 then
    return { way = "ssh, into a file", problem = "exit status " .. tostring(status) }
  end
  return {
    way = "ssh, into a file",
    bytes = size.size,
    seconds = (uv.hrtime() - started) / 1e9,
    cpu_seconds = cpu_of(text),
  }
end

local function cells(row)
  if row.problem then
    return { row.way, "", "", "", "", row.problem }
  end
  local megabytes = row.bytes / 1e6
  local memory = row.max_rss_bytes
  return {
    row.way,
    ("%.1f"):format(megabytes),
    ("%.2f"):format(row.seconds),
    ("%.1f"):format(megabytes / row.seconds),
    ("%.2f"):format(row.cpu_seconds),
    memory and ("%.1f"):format(memory / 1e6) or "",
  }
end

--- Measure, print and write.
-- @int bytes how long the output is
-- @tparam table options `output` (folder), `json` (a path, or "-")
-- @tparam table streams `out` (what was found) and `log` (complaints)
-- @treturn int exit status: 0 when every way took all bytes
function stream.run(bytes, options, streams)
  local files = output.new(options, streams)
  local faults = { { name = "bulk", bytes = bytes, device = 1 } }
  local devices <close> = assert(inventory.load {
    lab = { devices = 1, faults = faults },
  })
  local folder <close> = scratch.folder()
  local rows = through_session(devices[1], folder.path .. "/session")
  rows[#rows + 1] = through_ssh(devices, folder.path)
  local lines, is_complete = {}, true
  for i, row in ipairs(rows) do
    lines[i] = cells(row)
    is_complete = is_complete and not row.problem
  end
  files.told:write(text_table.format(COLUMNS, lines))
  local text = json.encode { ways = rows }
  files:write_json("stream.json", text)
  return files.is_complete and is_complete and 0 or 1
end

return stream
