-- The same devices as in all files called campus, with a loop.
local devices = {}
for i = 1, 2 do
  devices[i] = {
    name = ("core-%d"):format(i),
    host = ("192.0.2.%d"):format(i),
    groups = { "core" },
    labels = { rack = 6 + i },
  }
end
devices[3] = {
  name = "access-1",
  host = "192.0.2.11",
  groups = { "access" },
  labels = { site = "par" },
}
return {
  defaults = {
    username = "admin",
    password = { env = "MOONWIRE_PASSWORD" },
    known_hosts = "~/.ssh/known_hosts",
  },
  groups = {
    core = { device_type = "cisco_nxos", labels = { site = "lon" } },
    access = { device_type = "cisco_ios", port = 2222 },
  },
  devices = devices,
  commands = { "show version" },
}
