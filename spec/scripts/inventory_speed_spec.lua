local program = require "spec.support.program"

local SCRIPT = "scripts/inventory_speed.lua"

describe(SCRIPT, function()
  it("loads as many devices in each language", function()
    local result = program.run { SCRIPT, "70" }
    assert.equal(0, result.status)
    for _, name in ipairs { "json", "csv", "ini", "yaml", "node set" } do
      local wanted = ("\n%-9s 70 devices in "):format(name)
      assert.is_truthy(("\n" .. result.output):find(wanted, 1, true), result.output)
    end
    assert.is_truthy(result.output:find("filter    7 of them", 1, true), result.output)
  end)

  it("explains itself", function()
    assert.equal(0, program.run({ SCRIPT, "--help" }).status)
    assert.equal(2, program.run({ SCRIPT, "many" }).status)
  end)
end)
