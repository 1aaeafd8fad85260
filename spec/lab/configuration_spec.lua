local configuration = require "moonwire.lab.configuration"

local function parsed()
  return configuration.parse [[
hostname R1
ip route 0.0.0.0 0.0.0.0 10.0.0.1
interface Vlan1
 ip address 10.0.0.2 255.0.0.0
 shutdown
interface GigabitEthernet0/10
interface GigabitEthernet0/2
banner motd ^C
keep out
^C
line vty 0 4
 login local
]]
end

describe("a configuration", function()
  it("is shown in the order of IOS, sections apart", function()
    assert.equal([[
!
hostname R1
!
interface GigabitEthernet0/2
!
interface GigabitEthernet0/10
!
interface Vlan1
 ip address 10.0.0.2 255.0.0.0
 shutdown
!
ip route 0.0.0.0 0.0.0.0 10.0.0.1
!
banner motd ^C
keep out
^C
!
line vty 0 4
 login local
!
end
]], parsed():render())
  end)

  it("is the same after it was written and read", function()
    local text = parsed():render()
    assert.equal(text, configuration.parse(text):render())
  end)

  it("has one line of some kinds, and many of others", function()
    local now = parsed()
    now:set(nil, "hostname R2")
    now:set(nil, "ip route 10.9.0.0 255.255.0.0 10.0.0.9")
    now:set(nil, "ip route 10.9.0.0 255.255.0.0 10.0.0.9")
    local vlan = now:find "interface Vlan1"
    now:set(vlan, "ip address 10.0.0.3 255.0.0.0")
    now:set(vlan, "ip helper-address 10.0.0.4")
    now:set(vlan, "ip helper-address 10.0.0.5")
    local text = now:render()
    assert.not_matches("R1", text)
    assert.equal(2, select(2, text:gsub("\nip route", "")))
    assert.equal(1, select(2, text:gsub("\n ip address", "")))
    assert.equal(2, select(2, text:gsub("\n ip helper", "")))
  end)

  it("makes sections, once", function()
    local now = parsed()
    now:set(now:section "vlan 20", "name USERS")
    now:set(now:section "vlan 20", "name VOICE")
    now:section "vlan 3"
    assert.matches("\n!\nvlan 3\n!\nvlan 20\n name VOICE\n!\n", now:render())
  end)

  it("takes lines away, and says how many", function()
    local now = parsed()
    local vlan = now:find "interface Vlan1"
    assert.equal(1, now:remove(vlan, "ip address"))
    assert.equal(0, now:remove(vlan, "ip address"))
    assert.equal(1, now:remove(nil, "ip route"))
    assert.equal(0, now:remove(nil, "host"))
    assert.equal(3, now:remove(nil, "interface"))
  end)

  it("denies what holds by itself", function()
    local now = parsed()
    now:remove(nil, "ip http server")
    assert.matches("\nno ip http server\n", now:render())
    now:set(nil, "ip http server")
    assert.matches("\nip http server\n", now:render())
    assert.not_matches("no ip http", now:render())
  end)

  it("gives values, and goes through sections", function()
    local now, names = parsed(), {}
    assert.equal("R1", now:value(nil, "hostname"))
    assert.is_nil(now:value(nil, "host"))
    assert.equal("", now:value(now:find "interface Vlan1", "shutdown"))
    assert.is_nil(now:find "interface Vlan2")
    for name in now:each "interface" do
      names[#names + 1] = name
    end
    assert.same({ "GigabitEthernet0/2", "GigabitEthernet0/10", "Vlan1" }, names)
  end)

  it("shows one section", function()
    local text = configuration.render_section(parsed():find "line vty 0 4")
    assert.equal("line vty 0 4\n login local\n", text)
  end)
end)
