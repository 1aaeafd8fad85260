local needle = require "moonwire.platform.needle"
local platforms = require "moonwire.platform"

describe("needle", function()
  it("is the longest literal of a pattern", function()
    assert.are.equal("% Invalid input", needle.of "^%% Invalid input")
    assert.are.equal("uthorization failed", needle.of "[Aa]uthorization failed")
    assert.are.equal("Unknown command", needle.of "^%% ?Unknown command")
    assert.are.equal('?" for a list', needle.of '^%% Type "[^"]+%?" for a list')
    assert.are.equal("(deny)", needle.of "%(deny%)%d+%b()x")
    assert.are.equal("set]tle", needle.of "[^]x]set%]tle")
  end)

  it("leaves out what need not be there", function()
    assert.are.equal("long", needle.of "longe*")
    assert.are.equal("long", needle.of "longe-$")
    assert.are.equal("long", needle.of "longe+")
    assert.are.equal("tail", needle.of "abe?tail")
  end)

  it("is nothing where a pattern has no literal worth the search", function()
    assert.is_nil(needle.of "^%% .*$")
    assert.is_nil(needle.of "")
    assert.is_nil(needle.list { { "^%^" }, { "Invalid input" } })
  end)

  it("is searched for once, however many rules share it", function()
    local list = needle.list { { "^Error" }, { "^Error:?" }, { "Failed" } }
    assert.are.same({ "Error", "Failed" }, list)
    assert.is_true(needle.may_match("x\nError: no", list))
    assert.is_false(needle.may_match("all is well", list))
    assert.is_true(needle.may_match("all is well", nil))
  end)

  it("is the beginning that several share, where that is rare", function()
    local rules = {
      { "^%% Invalid" }, { "^%% Incomplete" }, { "^%% ?Bad" }, { "Failed" },
    }
    rules[5] = { "^%% Ambiguous" }
    assert.is_nil(needle.list(rules)) -- "Bad" is too short
    table.remove(rules, 3)
    assert.are.same({ "% ", "Failed" }, needle.list(rules))
  end)

  it("never hides a rejection", function()
    local SAID = {
      cisco_ios = "% Invalid input detected at '^' marker.",
      juniper_junos = "syntax error, expecting <command>.",
      huawei_vrp = "Error: Unrecognized command found at '^' position.",
      linux = "bash: shwo: command not found",
    }
    for name, line in pairs(SAID) do
      local platform = assert(platforms.get(name))
      assert.is_true(platforms.may_reject(platform, "x\n" .. line .. "\ny"), name)
    end
    local ios = assert(platforms.get "cisco_ios")
    assert.is_false(platforms.may_reject(ios, "up 3 days"))
  end)
end)
