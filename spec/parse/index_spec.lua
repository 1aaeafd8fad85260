local index = require "moonwire.parse.index"

local TEXT = [==[
# a comment
Template, Hostname, Platform, Command  # and one behind

# rows
a.textfsm:b.textfsm, .*, cisco_ios, sh[[ow]] vl[[an]]( br[[ief]])?$
c.textfsm, core.*, cisco_ios, sh[[ow]] ver[[sion]]
d.textfsm, .*, cisco_(ios|xr), sh[[ow]] ver[[sion]]
e.textfsm, , linux, ip ad[[dress]] \d{1,3}
f.textfsm, .*, juniper,
]==]

local function read(text)
  return assert(index.read(text, "index"))
end

local function find(platform, command, hostname)
  local attributes = { Platform = platform, Command = command, Hostname = hostname }
  local names, message = read(TEXT):search(attributes)
  assert.is_nil(message)
  return names and table.concat(names, "+")
end

describe("an index", function()
  it("names the templates of a command", function()
    assert.equal("a.textfsm+b.textfsm", find("cisco_ios", "show vlan"))
    assert.equal("d.textfsm", find("cisco_xr", "show version"))
    assert.is_nil(find("cisco_nxos", "show version"))
    assert.is_nil(find("cisco_ios", "show inventory"))
  end)

  it("knows abbreviations", function()
    assert.equal("a.textfsm+b.textfsm", find("cisco_ios", "sh vl"))
    assert.equal("a.textfsm+b.textfsm", find("cisco_ios", "sho vla brie"))
    assert.is_nil(find("cisco_ios", "sh v"))
    assert.is_nil(find("cisco_ios", "show vlans"))
    assert.is_nil(find("cisco_ios", "sow vlan"))
  end)

  it("looks at the beginnings only, as Python does", function()
    assert.equal("d.textfsm", find("cisco_ios_xe", "show version | include x", "edge"))
    assert.is_nil(find("my_cisco_ios", "show version"))
    assert.is_nil(find("cisco_ios", "do show version"))
  end)

  it("takes the first row that fits", function()
    assert.equal("c.textfsm", find("cisco_ios", "show version", "core1"))
    assert.equal("d.textfsm", find("cisco_ios", "show version", "edge1"))
  end)

  it("does not ask for what it is not told, or has no word about", function()
    assert.equal("c.textfsm", find("cisco_ios", "show version"))
    assert.equal("e.textfsm", find("linux", "ip addr 10", "any"))
    assert.equal("f.textfsm", find("juniper", "anything"))
  end)

  it("may have commas in its last column", function()
    assert.equal("e.textfsm", find("linux", "ip address 123"))
    assert.is_nil(find("linux", "ip address x"))
  end)

  it("may have its columns in any order", function()
    local other = read "Command, Template\nshow [[x]]a, t.textfsm\n"
    assert.same({ "t.textfsm" }, other:search { Command = "show a", Platform = "y" })
  end)

  it("takes a command that is not UTF-8", function()
    assert.is_nil(find("cisco_ios", "caf\xe9"))
  end)

  for text, complaint in pairs {
    [""] = "index:1: there is no line that names the columns",
    ["# Template\n\n"] = "index:1: there is no line that names the columns",
    ["\nPlatform, Command\n"] = "index:2: there is no column 'Template'",
    ["Template, Platform, Command\n\na.textfsm, x\n"] =
      "index:3: a row has 3 columns, and not 2",
  } do
    it(("is wrong: %q"):format(text), function()
      local none, message, kind = index.read(text, "index")
      assert.is_nil(none)
      assert.equal(complaint, message)
      assert.equal("invalid", kind)
    end)
  end

  it("tells of a wrong pattern when it comes to it", function()
    local wrong = read "Template, Platform, Command\na, x, (b\nc, y, d\n"
    assert.same({ "c" }, wrong:search { Platform = "y", Command = "d" })
    local none, message, kind = wrong:search { Platform = "x", Command = "b" }
    assert.is_nil(none)
    assert.equal("index:2: missing closing parenthesis in '(b'", message)
    assert.equal("invalid", kind)
  end)
end)
