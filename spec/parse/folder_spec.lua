local lfs = require "lfs"

local folder = require "moonwire.parse.folder"

local TEMPLATE = "Value %s (.+)\n\nStart\n  ^${%s} -> Record\n"
local INDEX = [[
Template, Platform, Command
a.textfsm, x, show a
a.textfsm:b.textfsm, x, show both
missing.textfsm, x, show missing
wrong.textfsm, x, show wrong
]]

local top

local function write(name, text)
  local stream = assert(io.open(top .. "/" .. name, "w"))
  stream:write(text)
  stream:close()
end

local function find(here, command)
  return here:find { Platform = "x", Command = command }
end

describe("a folder of templates", function()
  before_each(function()
    top = os.tmpname()
    os.remove(top)
    assert(lfs.mkdir(top))
    write("index", INDEX)
    write("a.textfsm", TEMPLATE:format("A", "A"))
    write("b.textfsm", TEMPLATE:format("B", "B"))
    write("wrong.textfsm", "Value\n")
  end)

  after_each(function()
    for _, name in ipairs { "index", "a.textfsm", "b.textfsm", "wrong.textfsm" } do
      os.remove(top .. "/" .. name)
    end
    os.remove(top)
  end)

  it("gives the template of a command", function()
    local found = assert(find(assert(folder.open(top)), "show a"))
    assert.equal(top .. "/a.textfsm", found.name)
    assert.same({ { A = "x" } }, found:parse "x")
  end)

  it("gives several as one", function()
    local found = assert(find(assert(folder.open(top)), "show both"))
    assert.same({ { A = "x", B = "x" } }, found:parse "x")
  end)

  it("has nothing to say of a command without one", function()
    local found, message = find(assert(folder.open(top)), "show c")
    assert.is_nil(found)
    assert.is_nil(message)
  end)

  it("says what is wrong, with the file", function()
    local here = assert(folder.open(top))
    local found, message, kind = find(here, "show missing")
    assert.is_nil(found)
    assert.matches(top .. "/missing.textfsm: No such file", message, 1, true)
    assert.equal("local", kind)
    found, message, kind = find(here, "show wrong")
    assert.is_nil(found)
    assert.matches(top .. "/wrong.textfsm:1: expected: Value", message, 1, true)
    assert.equal("invalid", kind)
    write("index", "Platform\n")
    found, message, kind = find(here, "show a")
    assert.is_nil(found)
    assert.matches(top .. "/index:1: there is no column 'Template'", message, 1, true)
    assert.equal("invalid", kind)
  end)

  it("keeps what it has read until the file changes", function()
    local here = assert(folder.open(top))
    local first = find(here, "show a")
    assert.equal(first, find(here, "show a"))
    write("a.textfsm", TEMPLATE:format("OTHER", "OTHER"))
    assert.same({ "OTHER" }, find(here, "show a").values)
    write("index", INDEX .. "b.textfsm, x, show c\n")
    assert.same({ "B" }, find(here, "show c").values)
  end)

  it("may be a checkout that has them further down", function()
    local below = top .. "/templates"
    assert(lfs.mkdir(below))
    os.rename(top .. "/index", below .. "/index")
    os.rename(top .. "/a.textfsm", below .. "/a.textfsm")
    local found = assert(find(assert(folder.open(top)), "show a"))
    assert.equal(below .. "/a.textfsm", found.name)
    os.remove(below .. "/index")
    os.remove(below .. "/a.textfsm")
    os.remove(below)
  end)

  it("is none without an index", function()
    local here, message, kind = folder.open(top .. "/nowhere")
    assert.is_nil(here)
    assert.equal(top .. "/nowhere: there is no index of templates", message)
    assert.equal("local", kind)
  end)
end)
