local platform = require "moonwire.platform"
local schema = require "moonwire.platform.schema"

local function minimal(changes)
  local value = {
    status = "documents",
    link = { newline = "\n" },
    host = { pattern = "^(%w+)#" },
    modes = { { "priv", "^%w+#$" } },
    prep = {},
    read_only = { "sh[ow]" },
    samples = {},
  }
  for key, field in pairs(changes or {}) do
    value[key] = field
  end
  return value
end

describe("platform.get", function()
  it("finds a platform by name and by alias", function()
    local ios = assert(platform.get "cisco_ios")
    assert.equal("cisco_ios", ios.name)
    assert.equal(ios, platform.get "cisco_xe")
  end)

  it("suggests the name that was meant", function()
    local found, message, kind = platform.get "cisco_iso"
    assert.is_nil(found)
    assert.equal("invalid", kind)
    assert.matches("did you mean 'cisco_ios'?", message, 1, true)
  end)

  it("tells where to look when nothing is near", function()
    local _, message = platform.get "toaster"
    assert.matches("`moonwire platform list` shows", message, 1, true)
  end)

  it("takes nil for an unknown name", function()
    local found, message = platform.get(nil)
    assert.is_nil(found)
    assert.matches("there is no platform 'nil'", message, 1, true)
  end)
end)

describe("platform.names", function()
  it("lists platforms, without aliases", function()
    local listed = table.concat(platform.names(), " ") .. " "
    assert.matches("cisco_ios ", listed, 1, true)
    assert.is_nil(listed:find("cisco_xe ", 1, true))
  end)
end)

describe("platform.mode_of", function()
  local junos = platform.define "test" (minimal {
    modes = {
      { "config", { "#%s*$", prev = "%[edit" } },
      { "root", { "#%s*$", no = "^admin" } },
    },
  })

  it("asks the line above where a rule says so", function()
    assert.equal("config", platform.mode_of(junos, "admin@r1# ", "[edit]"))
    assert.equal("root", platform.mode_of(junos, "root@r1# ", "something"))
  end)

  it("obeys exclusions", function()
    assert.is_nil(platform.mode_of(junos, "admin@r1# "))
  end)
end)

describe("platform.host_of", function()
  it("finds the host name in any prompt", function()
    local ios = platform.get "cisco_ios"
    assert.equal("SW-CORE_1", platform.host_of(ios, "SW-CORE_1#"))
    assert.equal("r1", platform.host_of(ios, "r1(config-if)#"))
    assert.equal("r1", platform.host_of(ios, "r1>"))
    assert.is_nil(platform.host_of(ios, "Password:"))
  end)
end)

describe("platform.is_read_only", function()
  local ios = platform.get "cisco_ios"

  for _, command in ipairs {
    "show version",
    "sh ver",
    "SHOW clock",
    "  show clock",
    "do show clock",
    "do sh clock",
    "dir flash:",
    "more flash:notes",
    "show run | include hostname",
    "terminal length 0",
  } do
    it("says yes to " .. command, function()
      assert.is_true(platform.is_read_only(ios, command))
    end)
  end

  for _, command in ipairs {
    "reload",
    "s",
    "shutdown",
    "showing",
    "copy running-config startup-config",
    "delete flash:x",
    "ping",
    "show run | redirect flash:x",
    "show run |append flash:x",
    "show run | tee flash:x",
    "show ?",
    "show version\nreload",
    "show ver\t",
    "terminal monitor",
    "",
  } do
    it(("says no to %q"):format(command), function()
      assert.is_false(platform.is_read_only(ios, command))
    end)
  end
end)

describe("platform.define", function()
  it("names the file and the field of a mistake", function()
    local ok, message = pcall(function()
      platform.define "broken" (minimal { status = "splendid" })
    end)
    assert.is_false(ok)
    assert.matches("platform_spec.lua: platform 'broken': status: splendid is none of",
      message, 1, true)
  end)

  for expected, changes in pairs {
    ["prompt: there is no such field"] = { prompt = "#" },
    ["link.wdith: there is no such field"] = { link = { wdith = 80 } },
    ["link.width: expected a number, got a string"] = { link = { width = "80" } },
    ["modes: expected at least 1 items, got 0"] = { modes = {} },
    ["modes[1][1]: malformed pattern (missing ']')"] = { modes = { { "priv", "[" } } },
    ["modes[1][1].prve: there is no such field"] =
      { modes = { { "priv", { "#", prve = "x" } } } },
    ["questions[1][1]: expected a Lua pattern, got a boolean"] =
      { questions = { { true } } },
    ["questions[1].secret: root is none of username, password, enable"] =
      { questions = { { "x", secret = "root" } } },
    ["edges[1][2]: there is no mode 'config'"] =
      { edges = { { "priv", "config", run = "conf t" } } },
    ["edges[1].run: is missing"] = { edges = { { "priv", "priv" } } },
    ["samples.priv[1]: expected a string, got a number"] =
      { samples = { priv = { 1 } } },
    ["errors[1].clas: there is no such field"] = { errors = { { "^%%", clas = "x" } } },
  } do
    it("says " .. expected, function()
      assert.equal(expected, schema.complaint(minimal(changes)))
    end)
  end

  it("wants what every platform must have", function()
    assert.equal("status: is missing", schema.complaint {})
    assert.equal("expected a table, got a nil", schema.complaint(nil))
  end)

  it("has nothing against a minimal one", function()
    assert.is_nil(schema.complaint(minimal()))
  end)
end)
