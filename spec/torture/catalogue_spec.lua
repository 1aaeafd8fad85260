local catalogue = require "spec.torture.catalogue"

-- a table in which every row says why it has no spec
local function full(change)
  local lines = { "" }
  for _, id in ipairs(catalogue.ids()) do
    local words = change and change(id) or "not: because"
    if words ~= "" then
      lines[#lines + 1] = ("| %s | a fault | %s |"):format(id, words)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

local function only(wanted, words)
  return function(id)
    return id == wanted and words or nil
  end
end

describe("the catalogue of faults", function()
  it("has 126 rows", function()
    local ids = catalogue.ids()
    assert.equal(126, #ids)
    assert.equal("N1", ids[1])
    assert.equal("R14", ids[126])
  end)

  it("is content with a table in which each row is once", function()
    assert.same({}, catalogue.check(full()))
  end)

  it("misses a row, and knows what is none", function()
    local complaints = catalogue.check(full(only("S6", "")))
    assert.same({ "spec/README.md: S6 has 0 rows, not one" }, complaints)
    local text = full() .. "| Z9 | x | not: x |\n| N1 | x | not: x |\n"
    assert.equal(2, #catalogue.check(text))
  end)

  it("wants a spec that is there and mentions the row, or a reason", function()
    for words, complaint in pairs {
      ["`spec/nowhere_spec.lua`"] = "there is no spec/nowhere_spec.lua",
      ["`spec/duration_spec.lua`"] = "does not mention it",
      ["something"] = "names no spec, and no reason",
      ["not: "] = "names no spec, and no reason",
    } do
      local complaints = catalogue.check(full(only("C19", words)))
      assert.equal(1, #complaints, words)
      assert.matches(complaint, complaints[1], 1, true)
    end
    local good = only("C19", "`spec/session/fault/output_spec.lua`")
    assert.same({}, catalogue.check(full(good)))
  end)

  it("takes no other row's name for it", function()
    local almost = only("C2", "`spec/report/escape_spec.lua`")
    assert.equal(1, #catalogue.check(full(almost)))
  end)
end)
