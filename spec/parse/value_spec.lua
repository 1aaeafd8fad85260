local value = require "moonwire.parse.value"

describe("the declaration of a value", function()
  it("has a name and a group", function()
    local read = assert(value.read [[Value PORT_1 (\S+ (a|b))]])
    assert.equal("PORT_1", read.name)
    assert.equal([[(?P<PORT_1>\S+ (a|b))]], read.group)
    assert.same({}, read.options)
  end)

  it("may have options", function()
    local read = assert(value.read "Value Required,Filldown,Key,Fillup PORT (a)")
    local all = { Required = true, Filldown = true, Key = true, Fillup = true }
    assert.same(all, read.options)
    assert.equal("PORT", read.name)
  end)

  it("may be called like an option", function()
    assert.equal("List", assert(value.read "Value List (a)").name)
  end)

  for line, complaint in pairs {
    ["Value PORT"] = "expected: Value [options] NAME (regular expression)",
    ["Value List PORT"] = "expected: Value [options] NAME (regular expression)",
    ["Value  PORT (a)"] = "there is no option ''",
    ["Value Foo PORT (a)"] = "there is no option 'Foo'",
    ["Value List, PORT (a)"] = "there is no option ''",
    ["Value List,List PORT (a)"] = "option 'List' stands twice",
    ["Value List PORT a"] = "'a' does not stand in parentheses",
    ["Value PORT (a) b"] = "'(a) b' does not stand in parentheses",
    [ [[Value PORT (a\)]] ] = [['(a\)' does not stand in parentheses]],
    ["Value PORT-1 (a)"] = "'PORT-1' is no name for a value",
    ["Value 1PORT (a)"] = "'1PORT' is no name for a value",
    ["Value PORT ((a)"] = "missing closing parenthesis in '((a)'",
    ["Value PORT (a{2,1})"] = "numbers out of order in {} quantifier in '(a{2,1})'",
  } do
    it(("is wrong: %s"):format(line), function()
      local read, message = value.read(line)
      assert.is_nil(read)
      assert.equal(complaint, message)
    end)
  end

  it("has a name of 48 characters at most", function()
    assert.is_table(value.read(("Value %s (a)"):format(("A"):rep(48))))
    local read, message = value.read(("Value %s (a)"):format(("A"):rep(49)))
    assert.is_nil(read)
    assert.matches("is longer than 48", message, 1, true)
  end)
end)
