local dialogue = require "moonwire.session.dialogue"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"

local SROS = assert(platforms.get "nokia_sros")
local IOS = assert(platforms.get "cisco_ios")

describe("header", function()
  it("knows which platforms have prompts of two lines", function()
    assert.is_true(SROS.has_headers)
    assert.is_false(IOS.has_headers)
  end)

  it("tells the two lines apart from others", function()
    assert.is_true(header.is_header(SROS, "[/show router]"))
    assert.is_false(header.is_header(SROS, "some output"))
    assert.is_true(header.is_below(SROS, "A:admin@pe1#"))
    assert.is_false(header.is_below(SROS, "some output"))
  end)

  it("takes the header and the empty line above it off an output", function()
    assert.equal("a\nb\n", header.strip(SROS, "a\nb\n\n[/]\n"))
    assert.equal("a\n", header.strip(SROS, "a\n[/]\n"))
    assert.equal("", header.strip(SROS, "[/]\n"))
    assert.equal("", header.strip(SROS, "\n[/]\n"))
    assert.equal("a\n\n", header.strip(SROS, "a\n\n"))
    assert.equal("", header.strip(SROS, ""))
  end)
end)

-- a shell that says what it was told to say
local function scripted(...)
  local events = { ... }
  return {
    read = function()
      return table.unpack(table.remove(events, 1))
    end,
    set_host = function() end,
    set_terminators = function() end,
    text = function() return "" end,
  }
end

describe("a dialogue with prompts of two lines", function()
  it("tells the mode by the upper one, though the lower one stays the same", function()
    local talk = dialogue.new(scripted(
      { "mark", "\n[/]\n", "A:admin@pe1# " },
      { "mark", "A:admin@pe1# edit-config private\n\n(pr)[/]\n", "A:admin@pe1# " }
    ), SROS)
    assert.is_string(talk:await_mark("#1", math.huge))
    assert.equal("exec", talk.mode)
    local text = assert(talk:await_mark("#2", math.huge))
    assert.equal("config", talk.mode)
    assert.equal("", (talk:output_of(text, "edit-config private")))
  end)
end)
