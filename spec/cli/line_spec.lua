local program = require "spec.support.program"

local ACTIONS =
  { inventory = "show", keys = "scan", platform = "show", secret = "encrypt" }

describe("a subcommand with actions", function()
  for name, action in pairs(ACTIONS) do
    it(name .. " explains itself, and each action without its arguments", function()
      local result = program.run { name, "--help" }
      assert.equal(0, result.status)
      assert.matches("Usage: moonwire " .. name, result.output)
      result = program.run { name, action, "--help" }
      assert.equal(0, result.status)
      assert.matches("Usage: moonwire " .. name .. " " .. action, result.output)
    end)

    it(name .. " shows how it is used when it is used wrongly", function()
      local result = program.run { name, "no\27such" }
      assert.equal(2, result.status)
      assert.equal("", result.output)
      assert.matches("^Usage: moonwire " .. name, result.errors)
      assert.matches("\n\nmoonwire " .. name .. ": [^\27]+\n$", result.errors)
    end)
  end
end)
