local loss = require "moonwire.session.loss"

local function is_prompt(piece)
  return piece == "r1(config)#" or piece == "r1(config-if)#"
end

describe("loss", function()
  it("takes the lines out in which a mark stands", function()
    local text = "vlan 1\nr1(config)#!mw-7f-1\nsaid\n!mw-7f-2\nr1(config)#!mw-aa-1\n"
    local rest = "vlan 1\nsaid\nr1(config)#!mw-aa-1\n"
    assert.equal(rest, loss.without_marks(text, "7f"))
  end)

  it("sees that something was typed at a prompt", function()
    assert.is_true(loss.has_command("said\nr1(config)#ne 17\n", is_prompt))
    assert.is_true(loss.has_command("r1(config-if)# a # b\n", is_prompt))
  end)

  it("takes neither a bare prompt nor an output for that", function()
    assert.is_false(loss.has_command("", is_prompt))
    assert.is_false(loss.has_command("said\nr1(config)#\n r1(config)#  \n", is_prompt))
    assert.is_false(loss.has_command("# 1 > 2\n[edit] x\n", is_prompt))
  end)
end)
