local rex = require "rex_pcre2"

local decider = require "moonwire.parse.decider"

local ANCHORED = rex.flags().ANCHORED

-- The binding loses memory with each call: see the module.
local function decide(text, line)
  local maps <close> = assert(io.open "/proc/self/maps")
  if maps:read "a":find("libasan", 1, true) then
    pending "LeakSanitizer sees what rex_pcre2's dfa_exec loses"
  end
  return decider.new(text, ANCHORED):decide(line)
end

describe("a decider", function()
  it("tells a match from none, where stepping back would take ages", function()
    assert.equal("none", decide("(?:a|aa)+$", ("a"):rep(300) .. "x"))
    assert.equal("match", decide("(?:a|aa)+x$", ("a"):rep(300) .. "x"))
    assert.equal("none", decide([[^(\s*-*)*\s*$]], (" "):rep(40) .. "gi1"))
    assert.equal("match", decide([[^(\s*-*)*\s*$]], (" -"):rep(200)))
  end)

  it("does not know what takes too much room", function()
    assert.equal("unknown", decide("(a+)+$", ("a"):rep(300) .. "x"))
    assert.equal("none", decide("(a+)+$", ("a"):rep(30) .. "x"))
  end)

  it("does not look ahead for ever", function()
    assert.equal("none", decide("(?:(?!a+b)a)*c", ("a"):rep(500)))
    assert.equal("unknown", decide("(?:(?!a+b)a)*c", ("a"):rep(1500) .. "xc"))
  end)

  it("does not know much of long lines, or of references", function()
    assert.equal("unknown", decide("a", ("a"):rep(2001)))
    assert.equal("unknown", decide([[(a)\1]], "aa"))
  end)

  it("remembers", function()
    local one = decider.new("a", ANCHORED)
    one.answers.b = "match"
    assert.equal("match", one:decide "b")
  end)

  it("ends to answer some time, but for what it remembers", function()
    local one = decider.new("a", ANCHORED)
    one.calls, one.answers.b = 20000, "none"
    assert.equal("none", one:decide "b")
    assert.equal("unknown", one:decide "c")
    assert.equal(20000, one.calls)
  end)
end)
