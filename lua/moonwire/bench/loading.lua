--- How long inventories of many devices take to load, in each language, and to search.
-- @module moonwire.bench.loading
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local output = require "moonwire.bench.output"
local scratch = require "moonwire.scratch"
local text_table = require "moonwire.report.table"
local uv = require "luv"

local loading = {}

local GOAL = 1 -- second, for 100,000 devices
local GOAL_DEVICES = 100000
local PRIVATE = 384 -- 0600: there is a password in the files

-- For each language what comes first, a device, what stands between two, and the end.
local LANGUAGES = {
  json = {
    '{"devices": [\n',
    '{"host": "%s", "name": "%s", "username": "admin", "password": "x",'
      .. ' "device_type": "cisco_ios", "labels": {"site": "lon"}}',
    ",\n",
    "\n]}\n",
  },
  yaml = {
    "devices:\n",
    "- host: %s\n  name: %s\n  username: admin\n  password: x\n"
      .. "  device_type: cisco_ios\n  labels: {site: lon}",
    "\n",
    "\n",
  },
  csv = {
    "host,name,username,password,device_type,label.site\n",
    "%s,%s,admin,x,cisco_ios,lon",
    "\n",
    "\n",
  },
  ini = {
    "[all:vars]\nansible_user=admin\nansible_password=x\n"
      .. "ansible_network_os=cisco.ios.ios\n[core]\n",
    "%s device=%s site=lon",
    "\n",
    "\n",
  },
  ssh_config = {
    "",
    "Host %s\n  HostName %s\n  User admin",
    "\n",
    "\n",
  },
}

local ORDER = { "json", "csv", "ini", "yaml", "ssh_config" }
local FIELDS = { username = "admin", password = "x", device_type = "cisco_ios" }

local function text_of(language, count)
  local head, device, between, tail = table.unpack(language)
  local devices = {}
  for i = 1, count do
    local address = ("10.%d.%d.%d"):format(i >> 16 & 255, i >> 8 & 255, i & 255)
    devices[i] = device:format(address, ("sw%06d"):format(i))
  end
  return head .. table.concat(devices, between) .. tail
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(uv.fs_chmod(path, PRIVATE))
  assert(file:write(text))
end

local function timed(fn)
  collectgarbage()
  local before, started, spent = collectgarbage "count", uv.hrtime(), os.clock()
  local value = fn()
  local row = { cpu_seconds = os.clock() - spent }
  row.seconds = (uv.hrtime() - started) / 1e9
  collectgarbage()
  row.heap_bytes = math.max(0, math.floor((collectgarbage "count" - before) * 1024))
  return value, row
end

local function load(name, from, options)
  local loaded, row = timed(function()
    return assert(inventory.load(from, options))
  end)
  row.inventory, row.devices = name, #loaded
  return row, loaded
end

local function load_file(name, count, folder)
  local path = ("%s/devices.%s"):format(folder, name)
  write(path, text_of(LANGUAGES[name], count))
  local is_ssh = name == "ssh_config"
  local ok, row = pcall(load, name, is_ssh and "ssh_config:" .. path or path,
    is_ssh and { defaults = FIELDS } or nil)
  os.remove(path)
  return assert(ok and row, row)
end

--- Measure.
-- @int count how many devices
-- @treturn {table,...} each with `inventory`, `devices`, `seconds`, `cpu_seconds`,
-- `heap_bytes` (what stays in memory); the last one is a search of the last inventory
function loading.measure(count)
  local folder <close> = scratch.folder()
  local rows = {}
  for i, name in ipairs(ORDER) do
    rows[i] = load_file(name, count, folder.path)
  end
  local nodes = ("sw[1-%d]"):format(count)
  local row, loaded = load("node set", nodes, { defaults = FIELDS })
  rows[#rows + 1] = row
  local chosen
  chosen, row = timed(function()
    return assert(loaded:select 'name ~ "sw*7" and device_type == "cisco_ios"')
  end)
  row.inventory, row.devices = "a search of it", #chosen
  rows[#rows + 1] = row
  return rows
end

-- "reached" or "missed"; nothing for another number of devices
local function verdict(row, count)
  if count ~= GOAL_DEVICES then
    return ""
  end
  return row.seconds <= GOAL and "reached" or "missed"
end

local COLUMNS = {
  { title = "inventory" }, { title = "devices", align = "right" },
  { title = "seconds", align = "right" }, { title = "CPU s", align = "right" },
  { title = "MB kept", align = "right" }, { title = "1 s" },
}

--- Measure, print and write.
-- @int count how many devices
-- @tparam table options `output` (folder), `json` (a path, or "-")
-- @tparam table streams `out` (what was found) and `log` (complaints)
-- @treturn int exit status: 0 when all was written
function loading.run(count, options, streams)
  local files = output.new(options, streams)
  local rows, lines = loading.measure(count), {}
  for i, row in ipairs(rows) do
    lines[i] = {
      row.inventory, tostring(row.devices), ("%.2f"):format(row.seconds),
      ("%.2f"):format(row.cpu_seconds), ("%.1f"):format(row.heap_bytes / 1e6),
      verdict(row, count),
    }
  end
  files.told:write(text_table.format(COLUMNS, lines))
  local text = json.encode { inventories = rows }
  files:write_json("loading.json", text)
  return files.is_complete and 0 or 1
end

return loading
