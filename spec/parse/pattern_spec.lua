local pattern = require "moonwire.parse.pattern"

local LONG = "A_NAME_OF_A_VALUE_WITH_FORTY_CHARACTERS_"

describe("a regular expression of Python's", function()
  it("is left as it is where both agree", function()
    local both = [[^\s*(?P<PORT>\S+?)\s{2,}(?:a|b){3}[^\]\d-]+(?!x)(?i:y)\.\$$]]
    assert.equal(both, (pattern.translate(both)))
  end)

  it("has a repetition that begins nowhere", function()
    assert.equal("a{0,3}b{0,}c{2}{x}", (pattern.translate "a{,3}b{,}c{2}{x}"))
    assert.equal("\\{,3}[{,3}]", (pattern.translate "\\{,3}[{,3}]"))
  end)

  it("has a bracket in a class as a letter", function()
    assert.equal([[[\[:alpha:]x]], (pattern.translate "[[:alpha:]x"))
    assert.equal([=[[^a\[b]c]]=], (pattern.translate "[^a[b]c]"))
    assert.equal([=[[\]a\[]]=], (pattern.translate "[]a[]"))
    assert.equal([=[[^\]]+]=], (pattern.translate "[^]]+"))
    assert.equal([=[[\]\[]]=], (pattern.translate [=[[\]\[]]=]))
  end)

  it("has no names of classes", function()
    assert.equal([=[[\:a:]]=], (pattern.translate "[:a:]"))
    assert.equal([=[[^\.a.]]=], (pattern.translate "[^.a.]"))
    assert.equal([=[[\=a=]]=], (pattern.translate "[=a=]"))
  end)

  it("means the very end by Z, and one character by v, u and U", function()
    assert.equal([[a\z]], (pattern.translate [[a\Z]]))
    assert.equal([[\x0b[\x0b]], (pattern.translate [[\v[\v]]))
    assert.equal([[\x{2013}[\x{0001F600}]], (pattern.translate [[\u2013[\U0001F600]]))
    assert.equal([[\\Z]], (pattern.translate [[\\Z]]))
  end)

  it("tells the names of its groups in their order", function()
    local _, names = pattern.translate "(?P<B>x)((?P<A>y)|[(?P<C>])(?#(?P<D>)"
    assert.same({ "B", "A" }, { table.unpack(names) })
    assert.same({}, names.alias)
  end)

  it("has names longer than 32, which are called otherwise", function()
    local text = ("(?P<%s>x)(?P=%s)(?(%s)y|z)"):format(LONG, LONG, LONG)
    local translated, names = pattern.translate(text)
    local alias = names.alias[LONG]
    assert.same({ LONG }, { table.unpack(names) })
    assert.is_true(#alias <= 32)
    local expected = ("(?P<%s>x)(?P=%s)(?(%s)y|z)"):format(alias, alias, alias)
    assert.equal(expected, translated)
  end)

  it("has two long names that begin alike", function()
    local text = ("(?P<%s1>x)(?P<%s2>y)"):format(LONG, LONG)
    local _, names = pattern.translate(text)
    assert.not_equal(names.alias[LONG .. "1"], names.alias[LONG .. "2"])
  end)

  it("may have a bracket and a repetition in a comment", function()
    assert.equal("(?#[{,3}(a)b", (pattern.translate "(?#[{,3}(a)b"))
  end)

  for wrong, what in pairs {
    ["\\Reboot"] = "\\R", ["a\\Next"] = "\\N", ["[\\Q]"] = "\\Q", ["\\End"] = "\\E",
    ["(?|a|b)"] = "(?|", ["(?R)"] = "(?R", ["(?'n'a)"] = "(?'", ["(*FAIL)"] = "(*",
  } do
    it(("knows no %s, though PCRE2 does"):format(what), function()
      local translated, message = pattern.translate(wrong)
      assert.is_nil(translated)
      assert.equal("there is no " .. what, message)
    end)
  end

  it("is left wrong when it ends too early", function()
    for _, text in ipairs { "[a", "a\\", "[a\\", "(?P<a", "(?", "a{,", "[", "[^" } do
      local ok = pcall(pattern.translate, text)
      assert.is_true(ok)
    end
  end)

  it("has all digits of a character, or is told", function()
    assert.equal([[\x{20ac}5]], (pattern.translate [[\u20ac5]]))
    assert.equal("[\\x{0001f600}]", (pattern.translate "[\\U0001f600]"))
    for _, text in ipairs { [[\u20a]], [[a[\u2]], [[\u]], [[\U20ac]], [[\uwxyz]] } do
      local translated, message = pattern.translate(text)
      assert.is_nil(translated)
      assert.matches("without its digits$", message)
    end
  end)
end)
