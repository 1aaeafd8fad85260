local template = require "moonwire.parse.template"

local function compile(states)
  return assert(template.compile("Value A (\\w+)\nValue B (\\d+)\n\n" .. states, "t"))
end

local function rows(states, lines)
  local list = {}
  for i, row in ipairs(assert(compile(states):parse(lines))) do
    list[i] = row.A .. "/" .. row.B
  end
  return list
end

local function failure(states, lines)
  local found, message, kind = compile(states):parse(lines)
  assert.is_nil(found)
  return message, kind
end

describe("a rule that matches", function()
  it("is the only one for its line, but for Continue", function()
    local first = "Start\n  ^${A} -> %s\n  ^\\w+ ${B} -> Record\n"
    assert.same({ "x/" }, rows(first:format "Next", "x 1"))
    assert.same({ "x/1" }, rows(first:format "Continue", "x 1"))
    assert.same({ "x/", "/1" }, rows(first:format "Continue.Record", "x 1"))
  end)

  it("leads to a state for the next line", function()
    local states = [[
Start
  ^begin -> Inside

Inside
  ^end -> Start
  ^${A} -> Record
]]
    assert.same({ "b/", "begin/" }, rows(states, "a\nbegin\nb\nbegin\nend\nc"))
  end)

  it("records, clears or clears all", function()
    local states = "Start\n  ^a${A}\n  ^b${B}\n  ^r -> Record\n  ^c -> Clear\n"
    assert.same({ "x/1", "/2" }, rows(states, "ax\nb1\nr\nax\nc\nb2\nr\n"))
  end)
end)

describe("a record", function()
  it("is made of what is left at the end", function()
    assert.same({ "x/" }, rows("Start\n  ^${A}\n", "x"))
    assert.same({}, rows("Start\n  ^${A}\n\nEOF\n", "x"))
  end)

  it("is none when nothing is set", function()
    assert.same({}, rows("Start\n  ^a -> Record\n", "a\na\n"))
  end)

  it("is one when something is set to the empty string", function()
    local text = "Value A (x*)\n\nStart\n  ^${A} -> Record"
    local empty = assert(template.compile(text, "t"))
    assert.same({ { A = "" }, { A = "x" } }, empty:parse "a\nx")
  end)
end)

describe("the end of a text", function()
  local TO = "Start\n  ^stop -> %s\n  ^${A} -> Continue\n"

  it("is where a rule leads to End, without a record", function()
    assert.same({}, rows(TO:format "End", "x\nstop\ny"))
    assert.same({ "x/" }, rows(TO:format "Record End", "x\nstop\ny"))
  end)

  it("is where a rule leads to EOF, with one", function()
    assert.same({ "x/" }, rows(TO:format "EOF", "x\nstop\ny"))
    assert.same({}, rows(TO:format "EOF" .. "\nEOF\n", "x\nstop\ny"))
  end)
end)

describe("an error of the template", function()
  it("tells its line, its message and the line of the text", function()
    local states = 'Start\n  ^${A}$$\n  ^a.* -> Error "no such port"\n  ^. -> Error\n'
    local message, kind = failure(states, "x\n\na b\n")
    assert.equal('t:6: no such port (line 3: "a b")', message)
    assert.equal("parse", kind)
    message = failure(states, "x y")
    assert.equal('t:7: the template rejects this (line 1: "x y")', message)
  end)

  it("may be one word", function()
    local message = failure("Start\n  ^a -> Error Unexpected\n", "a")
    assert.equal('t:5: Unexpected (line 1: "a")', message)
  end)

  it("shows a hundred characters, and none that move a cursor", function()
    local message = failure("Start\n  ^. -> Error\n", "\27[2J\xe9" .. ("é"):rep(200))
    assert.matches('"\\x1b[2J\\xe9' .. ("é"):rep(95) .. '")', message, 1, true)
  end)
end)

describe("a pattern that is too expensive", function()
  it("ends the parsing, and is told with its lines", function()
    local bomb = ("a"):rep(3000) .. "x"
    local message, kind = failure("Start\n  ^(a+)+$$\n", "x\n" .. bomb)
    assert.matches('^t:5: pattern too expensive %(line 2: "aaa', message)
    assert.equal("limit", kind)
  end)
end)
