local indented = require "moonwire.ansible.indented"

local TEXT = [[
! Last configuration change at 10:00:00
hostname r1
!
interface Vlan1
 description old
 shutdown
!
interface Vlan2
 no ip address
router bgp 1
 address-family ipv4
  network 10.0.0.0
ip route 10.1.0.0 255.255.0.0 192.0.2.1
end
]]

local function skips(line)
  return line:find "^! Last" ~= nil
end

local function foretell(...)
  return indented.foretell(TEXT, { ... }, skips)
end

-- The lines that only one of two texts has.
local function difference(foretold)
  local count = {}
  for line in foretold.before:gmatch "[^\n]+" do
    count[line] = (count[line] or 0) - 1
  end
  for line in foretold.after:gmatch "[^\n]+" do
    count[line] = (count[line] or 0) + 1
  end
  local lines = {}
  for line, sum in pairs(count) do
    if sum ~= 0 then
      lines[#lines + 1] = (sum > 0 and "+" or "-") .. line
    end
  end
  table.sort(lines)
  return lines
end

describe("indented.foretell", function()
  it("finds lines that stand where they belong", function()
    for _, lines in ipairs {
      { "hostname r1" },
      { "interface Vlan1", " description old", " shutdown" },
      { "interface Vlan1", "description old" },
      { "router bgp 1", " address-family ipv4", "  network 10.0.0.0" },
      { "interface Vlan2", " no ip address", "!", "" },
    } do
      local foretold = foretell(table.unpack(lines))
      assert.is_true(foretold.stood)
      assert.same({}, difference(foretold))
    end
  end)

  for name, case in pairs {
    ["a new line"] = { { "ip http server" }, { "+ip http server" } },
    ["a line that replaces another"] = {
      { "hostname r2" }, { "+hostname r2", "-hostname r1" },
    },
    ["a line of a section"] = {
      { "interface Vlan1", " description new" },
      { "+ description new", "- description old" },
    },
    ["a line of another section"] = {
      { "interface Vlan2", " shutdown" }, { "+ shutdown" },
    },
    ["a section deep inside"] = {
      { "router bgp 1", " address-family ipv4", "  network 10.9.0.0" },
      { "+  network 10.9.0.0" },
    },
    ["what is taken away"] = {
      { "interface Vlan1", " no shutdown" }, { "- shutdown" },
    },
    ["what is taken away by its first words"] = {
      { "no ip route 10.1.0.0" }, { "-ip route 10.1.0.0 255.255.0.0 192.0.2.1" },
    },
    ["lines that are not indented"] = {
      { "interface Vlan1", "no shutdown", "mtu 1400", "interface Vlan3", "mtu 9000" },
      { "+ mtu 1400", "+ mtu 9000", "+interface Vlan3", "- shutdown" },
    },
  } do
    it("foretells " .. name, function()
      local foretold = foretell(table.unpack(case[1]))
      assert.same(case[2], difference(foretold))
      assert.is_false(foretold.stood)
    end)
  end

  it("trusts no line that takes away, nor one whose place is not sure", function()
    assert.is_false(foretell("no ip http server").stood)
    assert.is_false(foretell("interface Vlan1", " no mtu").stood)
    assert.is_false(foretell("interface Vlan1", "hostname r1").stood)
  end)
end)

describe("indented.normal", function()
  it("leaves out what changes by itself, and nothing else", function()
    local text = indented.normal("a \r\n! Last x\r\n!\r\n b", skips)
    assert.equal("a\n!\n b\n", text)
  end)
end)
