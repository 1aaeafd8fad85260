--- What a twin shows to commands that only read: by the words of the command it is
-- known what it is about.
-- @module moonwire.lab.twin.output
local facts = require "moonwire.lab.twin.facts"
local layout = require "moonwire.lab.twin.layout"
local platforms = require "moonwire.platform"
local state = require "moonwire.lab.twin.state"

local output = {}

-- The first topic counts of which a pattern is found in the command.
local TOPICS = {
  { "uptime", "%f[%w]uptime" },
  { "log", "%f[%w]log%f[%W]", "logging", "logbuffer", "journalctl", "dmesg",
    "messages" },
  { "arp", "%f[%w]arp", "iparp", "ip neigh" },
  { "mac_table", "%f[%w]mac%f[%W]", "mac%-addr", "%f[%w]fdb", "ethernet%-switching" },
  { "neighbors", "lldp", "cdp", "neighbo" },
  { "routes", "%f[%w]route", "iproute", "routing" },
  { "brief", "interfaces? .*brief", "interfaces? .*terse", "interfaces? .*status",
    "interfaces? .*desc", "ip interface" },
  { "interfaces", "interface", "%f[%w]ports?%f[%W]", "ip addr", "ip link" },
  { "clock", "clock", "%f[%w]date%f[%W]", "%f[%w]time%f[%W]" },
  { "inventory", "inventory", "chassis", "hardware", "manuinfo", "%f[%w]device%f[%W]" },
  { "users", "%f[%w]users?%f[%W]", "%f[%w]who%f[%W]", "%f[%w]w$", "sessions" },
  { "version", "version", "uname", "system info", "system status", "resource",
    "sysinfo", "^show system$", "^show status$" },
}

-- What facts are asked for where these are not called as the topic is.
local FACTS = { brief = "interfaces", mac_table = "mac" }

--- What a command is about.
-- @string command
-- @treturn string|nil
function output.topic(command)
  local words = command:lower()
  for _, topic in ipairs(TOPICS) do
    for i = 2, #topic do
      if words:find(topic[i]) then
        return topic[1]
      end
    end
  end
end

-- the line by which the platform knows itself, where this is the command for it
local function known(platform, command)
  for _, rule in ipairs(platform.detect or {}) do
    if rule[1] == command and rule.text then
      return rule.text
    end
  end
end

-- it must look like nothing that the client waits for
local function is_plain(platform, line)
  if platforms.mode_of(platform, line) then
    return false
  end
  for _, rule in ipairs(platform.errors or {}) do
    if line:find(rule[1]) then
      return false
    end
  end
  return true
end

-- an item in the words of the family
local function worded(item, way)
  local words = item.is_shut and way.down or way.up
  local told = setmetatable({}, {
    __index = function(_, name)
      return item[name] or words[name]
    end,
  })
  if item.mac then
    local bytes = { item.mac:match "(..)(..)(..)(..)(..)(..)" }
    told.mac = way.mac:gsub("%%(%d)", function(at) return bytes[tonumber(at)] end)
  end
  if item.via then
    told.how = item.via ~= "" and "via " .. item.via
      or "is directly connected, " .. item.port
  end
  return told
end

local function lines_about(platform, device, topic, session)
  local way, items = layout.of(platform), {}
  local name = FACTS[topic] or topic
  for i, item in ipairs(facts[name](platform, device, session)) do
    items[i] = worded(item, way)
  end
  return layout.fill(way[topic], items)
end

local function joined(platform, first, lines)
  local shown = { first }
  for _, line in ipairs(lines) do
    if is_plain(platform, line) then
      shown[#shown + 1] = line
    end
  end
  return table.concat(shown, "\r\n") .. "\r\n"
end

--- What is shown of one topic.
-- @tparam table platform
-- @tparam Device device
-- @string topic one that `output.topic` gives
-- @tparam[opt] Vty session of the one who asks
-- @treturn string lines that end in CR LF
function output.about(platform, device, topic, session)
  return joined(platform, nil, lines_about(platform, device, topic, session))
end

local REPEATED = 40 -- times, so that it is more than a page

-- of something that the twin knows nothing about
local function anything(device)
  local lines = { ("Entries of %s:"):format(device.name) }
  for i = 1, REPEATED do
    lines[#lines + 1] = ("  entry %-3d ok      1000"):format(i)
  end
  return lines
end

--- The output of a command.
-- @tparam table platform
-- @tparam Device device
-- @string command
-- @tparam[opt] Vty session of the one who asks
-- @treturn string lines that end in CR LF
function output.of(platform, device, command, session)
  state.of(device)
  local first = known(platform, command)
  local topic = first and "version" or output.topic(command)
  if first and command:find "^uname" then
    return first .. "\r\n"
  end
  local lines = topic and lines_about(platform, device, topic, session)
    or anything(device)
  return joined(platform, first, lines)
end

return output
