local grammar = require "moonwire.lab.grammar"

local ENTRIES = {
  { "show", "Show things" },
  { "show version", "The version", run = "version", is_pipe = true },
  { "show vlan", "All VLANs", run = "vlan" },
  { "show vlan brief", "In brief", run = "brief" },
  { "show ip route A.B.C.D", "One route", run = "route" },
  { "terminal length <0-512>", "Lines", run = "length" },
  { "description LINE", "Words", run = "description" },
  { "username WORD", "A user", run = "user" },
  { "username WORD LINE", "With attributes", run = "attributes" },
  { "reload", "Start again", run = "reload", level = 15 },
}

local tree = grammar.compile(ENTRIES)

describe("Grammar:parse", function()
  for line, expected in pairs {
    ["show version"] = { run = "version", path = "show version", columns = {} },
    ["SH Ver"] = { run = "version", path = "show version", columns = {} },
    ["  show   vlan  "] = { run = "vlan", path = "show vlan", columns = {} },
    ["show vlan b"] = { run = "brief", path = "show vlan brief", columns = {} },
    ["sh ip ro 10.0.0.1"] =
      { run = "route", path = "show ip route", columns = { 9 }, "10.0.0.1" },
    ["term len 512"] =
      { run = "length", path = "terminal length", columns = { 9 }, "512" },
    ["desc  two | words  "] =
      { run = "description", path = "description", columns = { 6 }, "two | words" },
    ["username Bob x y"] =
      { run = "attributes", path = "username", columns = { 9, 13 }, "Bob", "x y" },
    ["show"] = { problem = "incomplete", path = "show", columns = {} },
    ["show ip ro"] = { problem = "incomplete", path = "show ip route", columns = {} },
  } do
    it("understands " .. line, function()
      assert.same(expected, tree:parse(line))
    end)
  end

  for line, column in pairs {
    ["xyz"] = 0,
    ["show xyz"] = 5,
    ["show verzion"] = 8,
    ["show version 2"] = 13,
    ["terminal length 513"] = 16,
    ["terminal length many"] = 16,
    ["terminal length 99999999999999999999"] = 16,
    ["show ip route 10.0.0.256"] = 14,
    ["show vlan | include x"] = 10,
    ["show version | like x"] = 15,
  } do
    it(("points at column %d of %s"):format(column, line), function()
      assert.same({ problem = "invalid", column = column }, tree:parse(line))
    end)
  end

  it("tells the ambiguous", function()
    assert.same({ problem = "ambiguous", line = "show v" }, tree:parse "show v")
  end)

  it("makes filters", function()
    local found = tree:parse "show version | inc two"
    assert.equal("version", found.run)
    assert.equal("two\r\n", found.filter "one\r\ntwo\r\n")
    assert.equal("incomplete", tree:parse("show version | include").problem)
    assert.equal("expression", tree:parse("show version | include [").problem)
  end)

  it("remembers lines, but not all of them for ever", function()
    local own = grammar.compile(ENTRIES)
    assert.equal(own:parse "show version", own:parse "show version")
    for i = 1, 5000 do
      own:parse("description " .. i)
    end
    assert.is_true(own.remembered <= 2000)
    assert.equal("5000", own:parse("description 5000")[1])
  end)

  it("leaves out what is above the level", function()
    local low = grammar.compile(ENTRIES, 1)
    assert.equal("reload", tree:parse("reload").run)
    assert.same({ problem = "invalid", column = 0 }, low:parse "reload")
  end)
end)

describe("Grammar:help", function()
  it("lists what may follow", function()
    assert.equal(
      "  ip\r\n  version  The version\r\n  vlan     All VLANs\r\n", tree:help "show "
    )
    assert.equal("  brief  In brief\r\n  <cr>\r\n", tree:help "show vlan ")
    assert.equal("  |     Output modifiers\r\n  <cr>\r\n", tree:help "show version ")
    assert.equal("  <0-512>  Lines\r\n", tree:help "terminal length ")
  end)

  it("lists words that begin so", function()
    assert.equal("version  vlan\r\n", tree:help "show v")
  end)

  it("says when there is nothing", function()
    assert.equal("% Unrecognized command\r\n", tree:help "show x")
    assert.equal("% Unrecognized command\r\n", tree:help "xyz abc ")
    assert.equal('% Ambiguous command:  "show v "\r\n', tree:help "show v ")
  end)
end)

describe("Grammar:complete", function()
  it("completes the one that is possible", function()
    assert.equal("show vlan brief ", tree:complete "show vlan br")
    assert.equal("sh version ", tree:complete "sh ver")
  end)

  it("leaves the rest as it is", function()
    for _, line in ipairs { "", "show v", "show x", "xyz a", "show ", "desc foo" } do
      assert.equal(line, tree:complete(line))
    end
  end)
end)
