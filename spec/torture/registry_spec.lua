local registry = require "spec.torture.registry"

local function run(part_run)
  return registry.run("x", { about = "…", run = part_run }, function() end)
end

describe("a part of make torture", function()
  it("gives rows, each with its part's name", function()
    local rows = run(function()
      return {
        { what = "a", goal = "0", value = "0", is_reached = true },
        { what = "b", goal = "0", value = "2" },
      }
    end)
    assert.same({ "x", "x" }, { rows[1].part, rows[2].part })
    assert.same({ true, false }, { rows[1].is_reached, rows[2].is_reached })
  end)

  for what, broken in pairs {
    ["that raises"] = function() error "boom" end,
    ["without rows"] = function() end,
    ["with no row"] = function() return {} end,
    ["whose row has no name"] = function() return { { goal = "0", value = "0" } } end,
    ["whose row has no goal"] = function() return { { what = "a", value = "0" } } end,
    ["that reached what it has not measured"] = function()
      return { { what = "a", goal = "0", is_reached = true, note = "…" } }
    end,
    ["that does not say why there is no value"] = function()
      return { { what = "a", goal = "0" } }
    end,
  } do
    it(what .. " is not reached, and says why", function()
      local rows = run(broken)
      assert.equal(1, #rows)
      assert.is_false(rows[1].is_reached)
      assert.is_nil(rows[1].value)
      assert.is_string(rows[1].note)
    end)
  end

  it("can be loaded, each of them", function()
    for _, name in ipairs(registry.names()) do
      local part = registry.load(name)
      assert.is_string(part.about, name)
      assert.is_function(part.run, name)
    end
  end)
end)
