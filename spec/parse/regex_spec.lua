-- Faults of spec/README.md: I15.
local regex = require "moonwire.parse.regex"

local function compile(text)
  return assert(regex.compile(text))
end

local function assert_too_expensive(compiled, line)
  local captures, message, kind = compiled:match(line)
  assert.is_nil(captures)
  assert.equal("pattern too expensive", message)
  assert.equal("limit", kind)
end

describe("regex", function()
  it("gives captures by name, and false for one that took no part", function()
    local captures = compile "^(?P<A>a)(?P<B>b)?$":match "a"
    assert.equal("a", captures.A)
    assert.is_false(captures.B)
  end)

  it("matches at the start only, and need not reach the end", function()
    local compiled = compile "b"
    assert.is_false(compiled:match "ab")
    assert.is_table(compiled:match "ba")
  end)

  it("knows letters, digits and spaces of all scripts", function()
    assert.is_table(compile [[^\w+\s\d+$]]:match "Größe\u{2003}\u{0663}")
    assert.is_table(compile [[^.–[é]$]]:match "ü–é")
  end)

  it("knows no end of a line within a line", function()
    assert.is_table(compile "^a.b$":match "a\rb")
    assert.is_false(compile [[^a\Z]]:match "a\n")
  end)

  it("says what is wrong, and not where it is in what we made of it", function()
    local compiled, message, kind = regex.compile "^(a"
    assert.is_nil(compiled)
    assert.equal("missing closing parenthesis", message)
    assert.equal("invalid", kind)
    compiled, message = regex.compile "(?P<A>a)(?P<A>b)"
    assert.is_nil(compiled)
    assert.matches("two named subpatterns have the same name", message, 1, true)
  end)

  it("finds captures of names longer than 32", function()
    local name = "A_NAME_OF_A_VALUE_WITH_FORTY_CHARACTERS_"
    local compiled = compile("^(?P<" .. name .. ">a+)")
    assert.equal("aa", compiled:match "aab"[compiled.alias[name]])
  end)
end)

-- Each of these would take seconds to ages by stepping back alone.
describe("a regular expression that steps back without end", function()
  local BOMB = ("a"):rep(300)

  -- what decides loses memory in the binding: see moonwire.parse.decider
  local function compile_slow(text)
    local maps <close> = assert(io.open "/proc/self/maps")
    if maps:read "a":find("libasan", 1, true) then
      pending "LeakSanitizer sees what rex_pcre2's dfa_exec loses"
    end
    return compile(text)
  end

  it("is too expensive where nothing tells what it would find", function()
    local compiled = compile_slow "^(a+)+$"
    assert_too_expensive(compiled, BOMB .. "x")
    assert_too_expensive(compiled, BOMB .. "x")
    assert.is_table(compiled:match(BOMB))
    assert.is_false(compiled:match "x")
  end)

  it("is no match where that can be told otherwise", function()
    local compiled = compile_slow "^(?P<A>(?:a|aa)+)$"
    assert.is_false(compiled:match(BOMB .. "x"))
    assert.equal("aaa", compiled:match "aaa".A)
    assert.is_false(compiled:match(BOMB .. "y"))
    assert.equal("aaaa", compiled:match "aaaa".A)
  end)

  it("is a match, when nobody asks for captures", function()
    local compiled = compile_slow [[^(\s*-*)*\s*$]] -- from a template that people use
    local rule = ("-----  ---   "):rep(10)
    assert.is_table(compiled:match(rule))
    assert.is_false(compiled:match(rule .. "x"))
    assert.is_table(compiled:match(rule))
    local either = compile_slow "^(?:(?:(?:a|aa)+)b|a+c)$"
    assert.is_table(either:match(BOMB .. "c"))
  end)

  it("is too expensive when somebody asks for captures", function()
    local compiled = compile_slow "^(?:(?P<A>(?:a|aa)+)b|(?P<B>a+)c)$"
    assert_too_expensive(compiled, BOMB .. "c")
    assert.equal("aaa", compiled:match "aaac".B)
  end)

  it("may take ten times longer for captures, and not more", function()
    local compiled = compile_slow "^(?:(?P<A>(?:a|aa)+)b|(?P<B>a+)c)$"
    local line = ("a"):rep(21) .. "c"
    assert.equal(("a"):rep(21), compiled:match(line).B)
    assert.is_true(compiled.is_slow)
    assert_too_expensive(compiled, ("a"):rep(28) .. "c")
  end)

  it("is too expensive on one long line", function()
    local digits = ("1"):rep(100000)
    assert_too_expensive(compile [[^.*\d+x]], digits .. " x")
    assert_too_expensive(compile [[^.*(\d+) (\d+)x]], digits .. " x")
  end)

  it("is too expensive when it wants too much memory", function()
    local deep = ("ab"):rep(100000)
    assert_too_expensive(compile "^(?:(a)|b)*c", deep .. "c")
    assert.is_table(compile "^(?:(a)|b)*c":match(("ab"):rep(1000) .. "c"))
  end)
end)
