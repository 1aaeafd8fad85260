local rule = require "moonwire.parse.rule"

local VALUES = {
  PORT = { group = [[(?P<PORT>\S+)]], index = 1 },
  VLAN = { group = "(?P<VLAN>\\d+$)", index = 2 },
}

local function action(line)
  local read = assert(rule.read(line, VALUES))
  return { read.line, read.record, read.target }
end

local function assert_wrong(complaint, line)
  local read, message = rule.read(line, VALUES)
  assert.is_nil(read)
  assert.equal(complaint, message)
end

describe("the action of a rule", function()
  it("is to go on with the next line, when nothing is said", function()
    assert.same({ "Next", "NoRecord" }, action "  ^a")
    assert.same({ "Next", "NoRecord" }, action "  ^a ->")
    assert.same({ "Next", "NoRecord" }, action "  ^a - > Record")
  end)

  it("says what to do with line, record and state", function()
    assert.same({ "Continue", "NoRecord" }, action "  ^a -> Continue")
    assert.same({ "Next", "Record" }, action "  ^a -> Record")
    assert.same({ "Next", "Clear", "Ports" }, action "  ^a -> Clear Ports")
    assert.same({ "Next", "Clearall", "Ports" }, action "  ^a -> Next.Clearall Ports")
    assert.same({ "Continue", "Record" }, action "  ^a ->\tContinue.Record")
    assert.same({ "Next", "NoRecord", "Ports" }, action "  ^a ->   Ports")
    assert.same({ "Next", "NoRecord", "Ports" }, action "  ^a -> Next.NoRecord  Ports")
  end)

  it("may be an error, with a message or without", function()
    assert.same({ "Error", "NoRecord" }, action "  ^a -> Error")
    assert.same({ "Error", "NoRecord", '"no such port"' },
      action '  ^a -> Error "no such port"')
    assert.same({ "Error", "Clear", "word" }, action "  ^a -> Error.Clear word")
  end)

  it("stands behind the last arrow", function()
    local read = assert(rule.read("  ^a -> b -> Record", VALUES))
    assert.equal("Record", read.record)
    assert.is_table(read.regex:match "a -> b")
    assert.is_false(read.regex:match "a")
  end)

  it("may be wrong", function()
    assert_wrong("'Next.Foo' is no action", "  ^a -> Next.Foo")
    assert_wrong("'Record Ports x' is no action", "  ^a -> Record Ports x")
    assert_wrong("'Next.Record.Clear' is no action", "  ^a -> Next.Record.Clear")
    assert_wrong("'Record' is no action", "  ^a ->Record")
    assert_wrong("'Ports Vlans' is no action", "  ^a -> Ports Vlans")
    assert_wrong("only Error has a message", '  ^a -> "no such port"')
    assert_wrong("only Error has a message", '  ^a -> Record "no such port"')
    assert_wrong("Continue stays in its state, and cannot go to 'Ports'",
      "  ^a -> Continue Ports")
  end)
end)

describe("the pattern of a rule", function()
  local function match(line, text)
    return assert(rule.read(line, VALUES)).regex:match(text)
  end

  it("takes in values, with braces or without", function()
    assert.equal("Gi0/1", match("  ^${PORT}x", "Gi0/1x").PORT)
    assert.equal("Gi0/1", match("  ^$PORT x", "Gi0/1 x").PORT)
  end)

  it("has a dollar for two, also before a brace and a name", function()
    assert.is_table(match("  ^a$$", "a"))
    assert.is_false(match("  ^a$$", "ab"))
    assert.is_table(match("  ^(a|$${PORT})", "a"))
    assert.is_table(match([[  ^\$$PORT]], "$PORT"))
    assert.equal("a", match("  ^${PORT}$$$$", "a").PORT)
  end)

  it("does not look for values within a value", function()
    assert.equal("12", match("  ^${VLAN}", "12").VLAN)
  end)

  it("says to which value each capture goes", function()
    local read = assert(rule.read("  ^${VLAN}|(?P<X>a)${PORT}|(?P<b>c)", VALUES))
    assert.same({ { "VLAN", 2 }, { "PORT", 1 } }, read.captures)
  end)

  it("may be wrong", function()
    assert_wrong("'${VLAM}' is no value of this template", "  ^${VLAM}")
    assert_wrong("'$VLAM' is no value of this template", "  ^$VLAM")
    assert_wrong("'${VLAN' is no value of this template", "  ^${VLAN")
    assert_wrong("'$' is no value of this template", "  ^a$ ${PORT}")
    assert_wrong("'${}' is no value of this template", "  ^${}")
    assert_wrong("missing closing parenthesis in '^(a'", "  ^(a -> Record")
    assert_wrong("there is no \\R in '^\\Reboot'", "  ^\\Reboot")
    assert_wrong("two named subpatterns have the same name (PCRE2_DUPNAMES not set)"
      .. " in '^${PORT} ${PORT}'", "  ^${PORT} ${PORT}")
  end)

  it("has dollars of its own in a template without values", function()
    assert.is_table(assert(rule.read("  ^a$", {})).regex:match "a")
  end)
end)
