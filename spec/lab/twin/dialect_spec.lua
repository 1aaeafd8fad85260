local dialect = require "moonwire.lab.twin.dialect"
local platforms = require "moonwire.platform"

local function applied(name, lines, ...)
  local platform = platforms.get(name)
  for _, line in ipairs { ... } do
    local text, section = line, nil
    if type(line) == "table" then
      section, text = line[1], line[2]
    end
    dialect.apply(platform, lines, text, section)
  end
  return lines
end

describe("dialect.apply", function()
  it("replaces what there is one of, and keeps what there may be more of", function()
    assert.same({ "hostname b", "ntp server 1", "ntp server 2" }, applied("arista_eos",
      { "hostname a", "ntp server 1" }, "hostname b", "ntp server 2", "ntp server 1"))
  end)

  it("puts lines into their section", function()
    local lines = { "interface Ethernet1", " description x", "ntp server 1" }
    applied("arista_eos", lines, { "interface Ethernet1", "description y" },
      { "interface Ethernet1", "shutdown" }, { "interface Ethernet9", "mtu 9000" })
    assert.same({
      "interface Ethernet1", " description y", " shutdown", "ntp server 1",
      "interface Ethernet9", " mtu 9000",
    }, lines)
  end)

  it("takes lines back, in the platform's own words", function()
    assert.same({ "ntp server 2" },
      applied("arista_eos", { "ntp server 1", "ntp server 2" }, "no ntp server 1"))
    assert.same({ "set system ntp server 2" }, applied("juniper_junos",
      { "set system host-name a", "set system ntp server 2" },
      "delete system host-name"))
    assert.same({ "ntp server 1" }, applied("huawei_vrp",
      { "interface A", " description x", "ntp server 1" }, "undo interface A"))
    assert.same({ "interface A", "ntp server 1" }, applied("arista_eos",
      { "interface A", " description x", "ntp server 1" },
      { "interface A", "no description" }))
  end)

  it("takes back nothing that only begins alike", function()
    assert.same({ "vlan 100" }, applied("arista_eos", { "vlan 100" }, "no vlan 10"))
  end)
end)

describe("dialect.name_in", function()
  it("reads back what it has written, on every platform that has a word for it",
    function()
      local count = 0
      for _, name in ipairs(platforms.names()) do
        local platform = platforms.get(name)
        local line = dialect.naming(platform, "new-7")
        if line then
          count = count + 1
          assert.equal("new-7", dialect.name_in(platform, line), name)
          assert.is_nil(dialect.name_in(platform, "ntp server 192.0.2.1"), name)
        end
      end
      assert.is_true(count >= 28)
    end)

  it("knows none where a platform has none", function()
    assert.is_nil(dialect.naming(platforms.get "siemens_ros", "new-7"))
    assert.is_nil(dialect.name_in(platforms.get "siemens_ros", "hostname new-7"))
  end)
end)

describe("dialect.missing", function()
  it("sees the same line in another section as another line", function()
    local before = { "interface A", " shutdown", "interface B" }
    local after = { "interface A", "interface B", " shutdown" }
    assert.same({ " shutdown" }, dialect.missing(before, after))
    assert.same({ " shutdown" }, dialect.missing(after, before))
    assert.same({}, dialect.missing(after, after))
  end)
end)

describe("dialect.shown", function()
  it("parts sections, and says where the end is", function()
    local lines = { "hostname a", "interface A", " shutdown", "ntp server 1" }
    assert.same({
      "hostname a", "!", "interface A", " shutdown", "!", "ntp server 1", "!", "end",
    }, dialect.shown(platforms.get "arista_eos", lines))
    assert.equal(lines, dialect.shown(platforms.get "juniper_junos", lines))
  end)
end)
