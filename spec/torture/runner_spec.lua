local dkjson = require "dkjson"

local files = require "spec.support.files"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local runner = require "spec.torture.runner"
local summary = require "spec.torture.summary"

local REACHED = { part = "a", what = "x", goal = "0", value = "0", is_reached = true,
  covers = { "N1", "N3" } }
local MISSED = { part = "b", what = "y", goal = "0", value = "7", note = "seven",
  covers = { "N3" }, is_reached = false }

describe("the parts of make torture, together", function()
  it("are those that measure time, one by one, and the others, the longest first",
    function()
      local alone, beside = runner.sort({ "a", "b", "c", "d" }, {
        a = { beside = 10 }, b = {}, c = { beside = 300 }, d = {},
      })
      assert.same({ "b", "d" }, alone)
      assert.same({ "c", "a" }, beside)
    end)

  it("give their rows in the last line of what they write", function()
    local output = "a compiler was here\n" .. json.encode({ rows = { REACHED } }, true)
    assert.same({ REACHED }, runner.rows_of("a", output, 0))
  end)

  for what, ending in pairs {
    ["that end with an error"] = { '{"rows":[]}\n', 1 },
    ["that are killed"] = { "", 137 },
    ["that say nothing"] = { "", 0 },
    ["that say something else"] = { "done\n", 0 },
    ["that give no rows"] = { "{}\n", 0 },
  } do
    it(what .. " are not reached", function()
      local rows = runner.rows_of("a", ending[1], ending[2])
      assert.equal(1, #rows)
      assert.is_false(rows[1].is_reached)
      assert.equal("a", rows[1].part)
      assert.is_string(rows[1].note)
    end)
  end

  it("are counted, and each row of the catalogue once", function()
    local found = summary.of({ REACHED, MISSED }, 12)
    assert.same({ 1, 2 }, { found.reached, found.of })
    assert.equal(2, found.catalogue.tortured)
    assert.equal(126, found.catalogue.rows)
    assert.is_true(found.catalogue.with_spec > 100)
  end)

  it("are told as a table, with what is missed and why", function()
    local text = summary.text(summary.of({ REACHED, MISSED }, 12))
    assert.matches("%f[%w]x%f[%W][^\n]*reached", text)
    assert.matches("%f[%w]y%f[%W][^\n]*MISSED", text)
    assert.matches("\nb, y: seven\n", text, 1, true)
    assert.matches("1 of 2 reached, in 12 s; of the 126 rows", text, 1, true)
  end)

  it("go on behind those that fail, and it is told by the exit status", function()
    files.with_folder(function(folder)
      files.write(folder .. "/fine.lua", [[return { about = "fine", run = function()
        return { { what = "x", goal = "0", value = "0", is_reached = true } }
      end }]])
      files.write(folder .. "/dead.lua", [[return { about = "dead", beside = 1,
        run = function() os.exit(3) end }]])
      local path = folder .. "/found.json"
      local words = { "spec/torture/main.lua", "--json", path, "--parts", folder }
      local ended = program.run(words)
      assert.equal(1, ended.status)
      assert.matches("1 of 2 reached", ended.output, 1, true)
      assert.matches("dead: 0 of 1 reached", ended.errors, 1, true)
      local found = dkjson.decode(files.read(path))
      assert.same({ "dead", "fine" }, { found.rows[1].part, found.rows[2].part })
      assert.matches("status 3", found.rows[1].note, 1, true)
      table.insert(words, "fine")
      assert.equal(0, program.run(words).status)
    end)
  end)
end)
