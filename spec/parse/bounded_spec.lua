-- I11 and I15 of spec/README.md: Lua's patterns on what a device says, with a bound.
local bounded = require "moonwire.parse.bounded"
local chance = require "moonwire.lab.chance"
local host = require "host.task"
local item = require "moonwire.parse.item"

-- everything that can cost more than its length goes the other way
local FUNCTIONS = bounded.new(0)

local PIECES = {
  "a", "b", "%d", "%a", "%s", ".", "[ab]", "[^a]", "[%d_]", "%w", "%.", "[a-c]", "%-",
  "[]]", "[^]]", "%S", " ", "1",
}
local QUANTIFIERS = { "", "", "", "*", "+", "-", "?" }
local OTHERS = { "()", "%b()", "%f[%a]", "%f[%A]", "%bxx" }
local LETTERS = "aab b1c2 .-(x)]_\0\n%$"

local function pick(list, ...)
  return list[chance.integer(...) % #list + 1]
end

local function piece_of(seed, i)
  if chance.integer(seed, i, "other") % 8 == 0 then
    return pick(OTHERS, seed, i, "which")
  end
  return pick(PIECES, seed, i, "piece") .. pick(QUANTIFIERS, seed, i, "quantifier")
end

local function is_one_of(count, ...)
  return chance.integer(...) % count == 0
end

-- Pieces, some of them in captures.
local function body_of(seed)
  local parts, open, closed = {}, 0, 0
  for i = 1, 1 + chance.integer(seed, "length") % 5 do
    if is_one_of(4, seed, i, "open") then
      parts[#parts + 1], open = "(", open + 1
    end
    parts[#parts + 1] = piece_of(seed, i)
    if open > closed and is_one_of(2, seed, i, "close") then
      parts[#parts + 1], closed = ")", closed + 1
    end
  end
  local back = open > 0 and is_one_of(5, seed, "back") and "%1" or ""
  return table.concat(parts) .. (")"):rep(open - closed) .. back
end

-- A pattern by a number.
local function pattern_of(seed)
  local first = is_one_of(5, seed, "first") and "^" or ""
  return first .. body_of(seed) .. (is_one_of(5, seed, "last") and "$" or "")
end

local function subject_of(seed)
  local letters = {}
  for i = 1, chance.integer(seed, "size") % 40 do
    local at = chance.integer(seed, i, "letter") % #LETTERS + 1
    letters[i] = LETTERS:sub(at, at)
  end
  return table.concat(letters)
end

local function all_of(iterator, most)
  local found = {}
  for a, b, c, d in iterator do
    found[#found + 1] = table.pack(a, b, c, d)
    assert(#found <= (most or 100))
  end
  return found
end

local function results(functions, subject, pattern, init)
  local function try(name, ...)
    local got = table.pack(pcall(functions[name], ...))
    if not got[1] then
      got = { false, (tostring(got[2]):gsub("^.-:%d+: ", "")) }
    end
    return got
  end
  return {
    find = try("find", subject, pattern, init),
    match = try("match", subject, pattern, init),
    gsub = try("gsub", subject, pattern, "<%0>"),
    some = try("gsub", subject, pattern, "[%1%%]", 2),
    by_function = try("gsub", subject, pattern, function(...)
      return select("#", ...) > 1 and select("#", ...) or nil
    end),
    gmatch = { pcall(function()
      return all_of(functions.gmatch(subject, pattern))
    end) },
  }
end

local NATIVE = {
  find = string.find, match = string.match, gsub = string.gsub, gmatch = string.gmatch,
}

describe("a bounded pattern", function()
  it("finds what Lua's own finds, for patterns of every form", function()
    local translated = 0
    for seed = 1, 800 do
      local pattern, subject = pattern_of(seed), subject_of(seed)
      local init = chance.integer(seed, "init") % 12 - 4
      local words = ("seed %d: %q on %q at %d"):format(seed, pattern, subject, init)
      local expected = results(NATIVE, subject, pattern, init)
      if expected.find[1] and expected.gmatch[1] then
        local degree = item.degree(pattern)
        translated = translated + (degree and degree > 1 and 1 or 0)
        assert.same(expected, results(FUNCTIONS, subject, pattern, init), words)
      end
    end
    assert.is_true(translated > 200)
  end)

  for pattern, degree in pairs {
    ["^abc$"] = 0, ["^%d+$"] = 1, ["^(%S+)%s+(%S+)%s+(%S+)$"] = 1, ["abc"] = 1,
    ["%d+ packets"] = 2, [".-b"] = 2, [".-.-.-b"] = 4, ["^.-.-.-b"] = 3,
    ["([^\n]*)\n"] = 2, ["^%s*(.-)%s*$"] = 3,
  } do
    it(("costs as %q does: degree %d"):format(pattern, degree), function()
      assert.equal(degree, item.degree(pattern))
    end)
  end

  it("is too expensive when it would take for ever, and says so", function()
    local text = ("x"):rep(3000)
    for _, name in ipairs { "find", "match", "gsub" } do
      assert.error_matches(function()
        bounded.new()[name](text, ".-.-.-%d", "")
      end, "pattern too expensive for 3000 bytes")
    end
    assert.error_matches(function()
      all_of(bounded.new().gmatch(text, ".-.-.-%d"))
    end, "pattern too expensive")
  end)

  it("may search through megabytes", function()
    local text = ("a line of text with words\n"):rep(100000) .. "the end 42\n"
    assert.equal("42", bounded.new().match(text, "end (%d+)"))
    assert.equal(100001, #all_of(bounded.new().gmatch(text, "([^\n]*)\n"), 1e6))
  end)

  it("leaves a malformed one to Lua", function()
    for _, pattern in ipairs { "[a", "(a", "%", "a)", "%b", "%f", "%1" } do
      local subject = ("a"):rep(50)
      local ok, native = pcall(NATIVE.find, subject, pattern)
      local same, own = pcall(FUNCTIONS.find, subject, pattern)
      assert.equal(ok, same, pattern)
      local words = tostring(native):gsub("^.-:%d+: ", "")
      assert.equal(words, (tostring(own):gsub("^.-:%d+: ", "")), pattern)
    end
  end)

  it("is what a job has, and nobody else", function()
    bounded.install()
    local text = ("x"):rep(3000)
    local ok, message = host.within(5, tostring, function()
      return text:find ".-.-.-%d"
    end)
    assert.is_false(ok)
    assert.matches("bounded_spec.lua:%d+: pattern too expensive", message)
    assert.same({ true, 2, 3 }, { host.within(5, print, function()
      return (("x"):rep(100)):find("xx", 2, true)
    end) })
    assert.equal(401, #(("a"):rep(400) .. "b"):match ".*")
  end)
end)
