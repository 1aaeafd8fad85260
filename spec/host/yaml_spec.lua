local host = require "host.yaml"

local NULL, OBJECT, ARRAY = {}, {}, {}

local function as_text(word)
  return word
end

local function refuse()
  return false
end

local function decode(text, resolve, merge, lines)
  resolve, merge = resolve or as_text, merge or refuse
  return host.decode(text, NULL, OBJECT, ARRAY, resolve, merge, lines)
end

describe("YAML", function()
  it("is composed of mappings, lists and words", function()
    local value = decode "a: [x, {b: c}]\nd: 'e'\nf: {}\ng: []\n"
    assert.equal(OBJECT, getmetatable(value))
    assert.equal(ARRAY, getmetatable(value.a))
    assert.equal("c", value.a[2].b)
    assert.equal("e", value.d)
    assert.equal(OBJECT, getmetatable(value.f))
    assert.equal(ARRAY, getmetatable(value.g))
    assert.equal(NULL, (decode ""))
    assert.equal("word", (decode "word"))
  end)

  it("asks once what a short word is, when that holds wherever it stands", function()
    local asked = {}
    local value = decode("[no, ab, no, ab, 12, 12, [ab]]", function(word, line)
      asked[#asked + 1] = word
      return word == "ab" and line or word, word == "ab"
    end)
    assert.same({ "no", "ab", "no", "12", "12" }, asked)
    assert.same({ "no", 1, "no", 1, "12", "12", { 1 } }, value)
  end)

  it("knows that digits with several dots are text", function()
    local asked = {}
    decode("[10.0.0.1, 1.2.3, 1.2, .., 1.2.3e4, 1.2.3.a, '1.2']", function(word)
      asked[#asked + 1] = word
      return word
    end)
    assert.same({ "1.2", "1.2.3e4", "1.2.3.a" }, asked)
  end)

  it("asks what a word is, with its line, and never about a quoted one", function()
    local asked = {}
    local text = "a: 7\nb: '7'\nc: !!str 7\nd: surely text\n"
    local value = decode(text, function(word, line)
      asked[#asked + 1] = ("%s %d"):format(word, line)
      return tonumber(word)
    end)
    assert.same({ a = 7, b = "7", c = "7", d = "surely text" }, value)
    assert.same({ "7 1" }, asked)
  end)

  it("keeps the order of mappings of mappings", function()
    local value, order = decode "z: {q: 1}\na: {}\nm: [k]\n"
    assert.same({ "z", "a", "m" }, order[value])
    assert.is_nil(order[value.z])
  end)

  it("says which line each key and each item of a list is on", function()
    local lines = {}
    local value = decode("a:\n- b\n- c: d\n", nil, nil, lines)
    assert.equal(1, lines[value].a)
    assert.same({ 2, 3 }, lines[value.a])
    assert.equal(3, lines[value.a[2]].c)
  end)

  it("shares what an alias means", function()
    local value = decode "a: &x {b: c}\nd: *x\ne: &y word\nf: *y\n"
    assert.equal(value.a, value.d)
    assert.equal("word", value.f)
  end)

  it("gives a mapping and what merges into it away to be merged", function()
    local seen
    local text = "- &x {b: c}\n- <<: *x\n  d: {}\n"
    local value = decode(text, nil, function(map, keys, list)
      seen = { map = map, keys = keys, list = list }
      return true
    end)
    assert.equal(value[2], seen.map)
    assert.same({ "d" }, seen.keys)
    assert.equal(value[1], seen.list[1])
  end)

  for _, case in ipairs {
    { "a: 1\na: 2\n", "a key is there twice in one mapping", 2 },
    { "? [a]\n: 1\n", "a key must be a single word or text", 1 },
    { "x: &a b\n*a : 1\n", "a key must be a single word or text", 2 },
    { "a:\n  b: !vault x\n", "tags such as !vault or !include are not read", 2 },
    { "a: !!map {}\n", "tags are not read", 1 },
    { "a\n---\nb\n", "a second document begins", 2 },
    { "a: *nothing\n", "an alias has no anchor before it", 1 },
    { "a: &x [*x]\n", "an alias has no anchor before it", 1 },
    { "a: {<<: 1}\n", "<< merges a mapping or a list of mappings", 1 },
    { ("["):rep(65), "more than 64 levels deep", 1 },
    { "a: [\n", "did not find expected node content", 2 },
    { "a: \1\n", "control characters are not allowed", nil },
  } do
    it(("refuses %q"):format(case[1]:sub(1, 20)), function()
      local value, message, line = decode(case[1])
      assert.is_nil(value)
      assert.equal(case[2], message)
      assert.equal(case[3], line)
    end)
  end

  it("lets an error of who resolves words through", function()
    local ok, message = pcall(decode, "a: [1, {b: 2}]", function()
      error("no words today", 0)
    end)
    assert.is_false(ok)
    assert.equal("no words today", message)
  end)

  it("counts what aliases stand for", function()
    local text = { "a0: &a0 [x,x,x,x,x,x,x,x,x,x]" }
    for i = 1, 6 do
      local ten = ("*a%d,"):format(i - 1):rep(10)
      text[#text + 1] = ("a%d: &a%d [%s]"):format(i, i, ten)
    end
    local value, message, line = decode(table.concat(text, "\n"))
    assert.is_nil(value)
    assert.equal("aliases of aliases stand for more than a million values", message)
    assert.equal(6, line)
  end)
end)
