local presence = require "moonwire.session.presence"

local CONFIGURATION = [[
hostname r1
!
interface GigabitEthernet0/1
 description uplink
 shutdown
!
interface GigabitEthernet0/2
 no shutdown
!
router bgp 65000
 address-family ipv4
  network 192.0.2.0
 exit-address-family
ntp server 192.0.2.1
end
]]

local function missing(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return (presence.missing(CONFIGURATION, lines))
end

describe("moonwire.session.presence", function()
  it("finds lines at their place", function()
    assert.same({}, missing "hostname r1\nntp server 192.0.2.1")
    assert.same({}, missing "interface GigabitEthernet0/1\n description uplink")
    assert.same({}, missing "interface GigabitEthernet0/1\ndescription uplink\nexit")
  end)

  it("does not take a line of another section for it", function()
    assert.same({ " description uplink" },
      missing "interface GigabitEthernet0/2\n description uplink")
    assert.same({ "shutdown" }, missing "interface GigabitEthernet0/2\nshutdown")
    assert.same({ "description uplink" }, missing "description uplink")
  end)

  it("takes what is to be gone for done when it is not there", function()
    assert.same({}, missing "no ntp server 192.0.2.9")
    assert.same({ "no ntp server" }, missing "no ntp server")
    assert.same({ "no hostname r1" }, missing "no hostname r1")
    assert.same({ " no shutdown" },
      missing "interface GigabitEthernet0/1\n no shutdown")
    assert.same({ "no router bgp 65000" }, missing "no router bgp 65000")
  end)

  it("says of which lines to be gone a text cannot tell", function()
    local function hidden(...)
      return select(3, presence.missing(CONFIGURATION, { ... }))
    end
    assert.same({ "no ip domain-lookup" }, hidden("no ip domain-lookup"))
    assert.same({ "no ntp server 192.0.2.9" }, hidden("no ntp server 192.0.2.9"))
    assert.same({ " no cdp enable" },
      hidden("interface GigabitEthernet0/2", " no shutdown", " no cdp enable"))
    assert.same({ "no keepalive" }, hidden("interface Loopback7", "no keepalive"))
    assert.same({}, hidden("no hostname r1", "hostname r1")) -- it stands there
  end)

  it("knows that a section is gone where others of its kind are shown", function()
    local function hidden(line)
      return #select(3, presence.missing(CONFIGURATION, { line }))
    end
    assert.equal(0, hidden "no interface Loopback7")
    assert.equal(0, hidden "no router bgp 65001")
    assert.equal(1, hidden "no router ospf 1")
    assert.equal(1, hidden "no vlan 20")
    assert.equal(1, hidden "no shutdown")
  end)

  it("shows what is sent though it may be in effect", function()
    assert.same({ "+ a", "? no b" }, presence.plus({ "a" }, { "no b" }))
  end)

  it("takes what is written another way for not there", function()
    assert.same({ "int gi0/1", " desc uplink" }, missing "int gi0/1\n desc uplink")
    assert.same({ "interface Loopback7", " shutdown" },
      missing "interface Loopback7\n shutdown")
  end)

  it("tells by how many lines one sees that they have been sent", function()
    local function traces(...)
      return select(2, presence.missing(CONFIGURATION, { ... }))
    end
    assert.equal(1, traces("! x", "", "end", "hostname r1"))
    assert.equal(0, traces("interface GigabitEthernet0/1", " description other"))
    assert.equal(1, traces("interface GigabitEthernet0/1", " description uplink"))
    assert.equal(0, traces("no ntp server 192.0.2.9"))
  end)
end)
