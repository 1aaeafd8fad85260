local clock = require "moonwire.lab.clock"
local device = require "moonwire.lab.device"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"
local state = require "moonwire.lab.twin.state"

local CLASS = device.class(clock.new "virtual")

local function new(name, index)
  return device.new(CLASS, {
    platform = name, username = "admin", password = "x", enable = "y", privilege = 15,
    think = 0, jitter = 0, seed = 1, reload_time = 0,
  }, index or 7, "R" .. (index or 7))
end

local function shown(name, command, one)
  return (output.of(platforms.get(name), one or new(name), command):gsub("\r\n", "\n"))
end

describe("output.topic", function()
  for command, topic in pairs {
    ["show version"] = "version",
    ["display version"] = "version",
    ["show interfaces"] = "interfaces",
    ["display interface"] = "interfaces",
    ["show interfaces terse"] = "brief",
    ["show ip interface brief"] = "brief",
    ["display ip routing-table"] = "routes",
    ["show route"] = "routes",
    ["ip route"] = "routes",
    ["display arp"] = "arp",
    ["show ip arp"] = "arp",
    ["show mac address-table"] = "mac_table",
    ["show fdb"] = "mac_table",
    ["display mac-address"] = "mac_table",
    ["show ethernet-switching table"] = "mac_table",
    ["show lldp neighbors"] = "neighbors",
    ["show cdp neighbors detail"] = "neighbors",
    ["show log messages"] = "log",
    ["display logbuffer"] = "log",
    ["show clock"] = "clock",
    ["date"] = "clock",
    ["show inventory"] = "inventory",
    ["show chassis hardware"] = "inventory",
    ["who"] = "users",
    ["display users"] = "users",
    ["show system uptime"] = "uptime",
  } do
    it(("takes '%s' for %s"):format(command, topic), function()
      assert.equal(topic, output.topic(command))
    end)
  end

  it("knows when it knows nothing", function()
    assert.is_nil(output.topic "show spanning-tree")
    assert.is_nil(output.topic "show whole")
  end)
end)

local COMMANDS = {
  "show version", "show interfaces", "show interfaces brief", "show ip route",
  "show arp", "show mac address-table", "show lldp neighbors", "show log",
  "show inventory", "show uptime",
}

describe("the output of every platform's twin", function()
  it("says something about each topic, the same for the same device", function()
    for _, name in ipairs(platforms.names()) do
      for _, command in ipairs(COMMANDS) do
        local text = shown(name, command)
        assert.equal(text, shown(name, command), name)
        assert.is_truthy(text:find "%w.*\n$", name .. ": " .. command)
        assert.is_nil(text:find "[{}\1]", name .. ": " .. command)
      end
      local one, other = new(name, 7), new(name, 8)
      local command = "show lldp neighbors"
      assert.not_equal(shown(name, command, one), shown(name, command, other))
    end
  end)

  it("has nothing in it that looks like a prompt, and no line got lost for that",
    function()
      for _, name in ipairs(platforms.names()) do
        local platform = platforms.get(name)
        for line in shown(name, "show interfaces"):gmatch "[^\n]+" do
          assert.is_nil(platforms.mode_of(platform, line), name .. ": " .. line)
        end
        local text = shown(name, "show interfaces")
        local _, ports = text:gsub("management", "")
        assert.equal(1, ports, name .. ": " .. text)
      end
    end)
end)

describe("what a twin shows", function()
  for name, lines in pairs {
    arista_eos = { "interface Ethernet1", "description to the moon" },
    huawei_vrp = { "interface GigabitEthernet0/0/1", "description to the moon" },
    juniper_junos = { 'set interfaces ge-0/0/0 description "to the moon"' },
    vyos = { "set interfaces ethernet eth0 description 'to the moon'" },
    checkpoint_gaia = { 'set interface eth0 comments "to the moon"' },
  } do
    it(("follows from its configuration on %s"):format(name), function()
      local one = new(name)
      local now, section = state.of(one), lines[2] and lines[1]
      assert.is_nil(shown(name, "show interfaces", one):find "to the moon")
      now:add({}, lines[#lines], section)
      assert.is_truthy(shown(name, "show interfaces", one):find "to the moon")
    end)
  end

  it("gives ports that are shut as shut", function()
    local one = new "arista_eos"
    state.of(one):add({}, "shutdown", "interface Ethernet1")
    local text = shown("arista_eos", "show ip interface brief", one)
    assert.matches("\nEthernet1 .- administratively down down\n", text)
    assert.is_nil(shown("arista_eos", "show ip route", one):find "Ethernet1\n")
  end)

  it("has the name that it goes by", function()
    local one = new "juniper_junos"
    state.of(one):add({}, "set system host-name lunar")
    assert.matches("\nHostname: lunar\n", shown("juniper_junos", "show version", one))
  end)

  it("is more than a page for what it knows nothing about", function()
    local text = shown("arista_eos", "show spanning-tree")
    assert.is_true(select(2, text:gsub("\n", "")) > 40)
  end)
end)
