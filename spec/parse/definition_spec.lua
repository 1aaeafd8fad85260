-- Faults of spec/README.md: I14.
local definition = require "moonwire.parse.definition"

local GOOD = [[
# a comment
Value Required PORT (\S+)
  # another one
Value VLAN (\d+)

# and one

Start
  ^${PORT} ${VLAN} -> Record Rest
 ^one space
	^a tabulator
  # within a state

Rest
  ^done -> End
  ^over -> EOF

Empty

EOF
]]

local function complaints(text)
  local read, message, kind = definition.read(text, "t")
  assert.is_nil(read)
  assert.equal("invalid", kind)
  return message
end

local function with(rule)
  return "Value A (a)\nValue B (b)\n\nStart\n  ^a\n" .. rule
end

describe("a template", function()
  it("has values, states and rules with their lines", function()
    local read = assert(definition.read(GOOD, "t"))
    assert.equal("t", read.name)
    assert.equal(2, #read.columns)
    assert.equal("VLAN", read.columns[2].name)
    assert.equal(3, #read.states.Start)
    assert.equal(9, read.states.Start[1].number)
    assert.equal("Rest", read.states.Start[1].target)
    assert.equal(16, read.states.Rest[2].number)
    assert.same({ name = "Empty" }, read.states.Empty)
    assert.is_table(read.states.EOF)
  end)

  it("may have lines that end in CR LF, and blanks behind them", function()
    local read = assert(definition.read(GOOD:gsub("\n", " \t\r\n"), "t"))
    assert.equal(3, #read.states.Start)
  end)

  for _, case in ipairs {
    { "", "t: there is no state 'Start'" },
    { "\n\nFoo\n", "t: there is no state 'Start'" },
    { "Start\n  ^a\n", "t:1: expected: Value [options] NAME (regular expression)" },
    { "Value A (a)\nStart\n", "t:2: expected an empty line behind the values" },
    { "Value A (a)\nValue A (b)\n\nStart\n", "t:2: value 'A' stands twice" },
    { "Value A (a\nValue B (b\n\nFoo bar\n",
      "t:1: '(a' does not stand in parentheses\n"
      .. "t:2: '(b' does not stand in parentheses" },
    { with "^b", "t:6: expected a rule: one or two spaces, and then ^" },
    { with "   ^b", "t:6: expected a rule: one or two spaces, and then ^" },
    { with "  b", "t:6: expected a rule: one or two spaces, and then ^" },
    { with "Foo\n  ^b", "t:6: expected a rule: one or two spaces, and then ^" },
    { with "\nFoo bar\n  ^b", "t:7: 'Foo bar' is no name for a state" },
    { with "\nNext\n  ^b", "t:7: 'Next' is an action, and no name for a state" },
    { with "\nClear\n  ^b", "t:7: 'Clear' is an action, and no name for a state" },
    { with "\nStart\n  ^b", "t:7: state 'Start' stands twice" },
    { with("\n" .. ("F"):rep(49)),
      ("t:7: '%s' is no name for a state"):format(("F"):rep(49)) },
    { with "\nEnd\n  ^b", "t:8: state 'End' must be empty" },
    { with "\nEOF\n  ^b", "t:8: state 'EOF' must be empty" },
    { with "  ^b -> Foo", "t:6: there is no state 'Foo'" },
    { with "  ^b -> Record Start2", "t:6: there is no state 'Start2'" },
    { with "  ^(b -> Record\n  ^c -> Foo.Bar",
      "t:6: missing closing parenthesis in '^(b'\nt:7: 'Foo.Bar' is no action" },
    { with "  ^b\xe9", "UTF-8 error" },
  } do
    it(("is wrong: %q"):format(case[1]), function()
      local message = complaints(case[1])
      assert.equal(case[2], case[2] == "UTF-8 error" and message:match "UTF%-8 error"
        or message)
    end)
  end

  it("may go to End and EOF, and have errors that look like states", function()
    assert.is_table(definition.read(with "  ^b -> End\n  ^c -> EOF\n", "t"))
    assert.is_table(definition.read(with "  ^b -> Error Foo\n", "t"))
  end)

  it("has ten complaints at most", function()
    local message = complaints(with(("  ^(\n"):rep(12)))
    local _, count = message:gsub("\n", "")
    assert.equal(10, count)
    assert.matches("… and 2 more", message, 1, true)
  end)
end)
