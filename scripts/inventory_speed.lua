#!/usr/bin/env moonwire
--- How long an inventory of many devices takes to load, in each language.
--
--   scripts/inventory_speed.lua              100,000 devices
--   scripts/inventory_speed.lua 10000        another number
local moonwire = require "moonwire"
local uv = require "luv"

local PRIVATE = 384 -- 0600: there is a password in the files

local count = math.tointeger(tonumber(arg[1] or 100000))
if not count or count < 1 then
  print "usage: scripts/inventory_speed.lua [DEVICES]   (100000 when left out)"
  return arg[1] == "--help" and 0 or 2
end

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
}

LANGUAGES.ini = {
  "[all:vars]\nansible_user=admin\nansible_password=x\n"
    .. "ansible_network_os=cisco.ios.ios\n[core]\n",
  "%s device=%s site=lon",
  "\n",
  "\n",
}

local function text_of(language)
  local head, device, between, tail = table.unpack(language)
  local devices = {}
  for i = 1, count do
    local address = ("10.%d.%d.%d"):format(i >> 16 & 255, i >> 8 & 255, i & 255)
    devices[i] = device:format(address, ("sw%06d"):format(i))
  end
  return head .. table.concat(devices, between) .. tail
end

local function measure(name, from, options)
  collectgarbage()
  local started = moonwire.task.now()
  local loaded = assert(moonwire.inventory.load(from, options))
  local seconds = moonwire.task.now() - started
  print(("%-9s %d devices in %.2f s"):format(name, #loaded, seconds))
  return loaded
end

local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-speed-XXXXXX")
for _, name in ipairs { "json", "csv", "ini", "yaml" } do
  local path = ("%s/devices.%s"):format(folder, name)
  do
    local file <close> = assert(io.open(path, "w"))
    uv.fs_chmod(path, PRIVATE)
    file:write(text_of(LANGUAGES[name]))
  end
  local ok, message = pcall(measure, name, path)
  os.remove(path)
  if not ok then
    uv.fs_rmdir(folder)
    error(message, 0)
  end
end
uv.fs_rmdir(folder)

local fields = { username = "admin", password = "x", device_type = "cisco_ios" }
local nodes = ("sw[1-%d]"):format(count)
local loaded = measure("node set", nodes, { defaults = fields })

local started = moonwire.task.now()
local chosen = assert(loaded:select 'name ~ "sw*7" and device_type == "cisco_ios"')
local seconds = moonwire.task.now() - started
print(("%-9s %d of them in %.2f s"):format("filter", #chosen, seconds))
