local child = require "spec.support.child"
local files = require "spec.support.files"
local program = require "spec.support.program"
local uv = require "luv"

local PASSES = [[it("passes", function() assert.is_true(true) end)]]

-- files by name; `fn` gets their folder
local function with_specs(texts, fn)
  files.with_folder(function(folder)
    for name, text in pairs(texts) do
      files.write(("%s/%s_spec.lua"):format(folder, name), text)
    end
    fn(folder)
  end)
end

local function run(folder, ...)
  local words = { "test", folder, ... }
  return program.run(words, { environment = { MOONWIRE_SPEC_MEET = folder } })
end

describe("moonwire test --jobs", function()
  it("runs files in processes of their own, side by side", function()
    -- each of them waits for the other one's process
    local text = [[
      local lfs, uv = require "lfs", require "luv"
      it("meets %s", function()
        local folder = os.getenv "MOONWIRE_SPEC_MEET"
        assert(lfs.mkdir(("%%s/%s-%%d"):format(folder, uv.os_getpid())))
        local other
        repeat
          require("moonwire.task").sleep(0.001)
          for name in lfs.dir(folder) do
            other = other or name:match "^%s%%-(%%d+)$"
          end
        until other
        assert.not_equal(uv.os_getpid(), tonumber(other))
      end)
    ]]
    with_specs({
      a = text:format("b", "here_a", "here_b"),
      b = text:format("a", "here_b", "here_a"),
    }, function(folder)
      local ran = run(folder, "--jobs=2")
      assert.equal(0, ran.status, ran.output .. ran.errors)
      assert.matches("\n2 passed, 0 failed, 0 skipped\n$", ran.output)
    end)
  end)

  it("tells one line of a good file, all of a bad one, in the order named", function()
    with_specs({
      a = [[io.write "of no interest\n" ]] .. PASSES,
      b = [[it("is wrong", function() assert.equal("this", "that") end)]] .. PASSES,
      c = [[pending "later"]],
    }, function(folder)
      local ran = run(folder, "--jobs=3")
      assert.equal(1, ran.status)
      assert.equal("", ran.errors)
      assert.matches("a_spec.-is wrong.-this.-b_spec.-c_spec", ran.output)
      assert.is_nil(ran.output:find("of no interest", 1, true))
      assert.matches("failed: [^\n]*/b_spec%.lua\n2 passed, 1 failed, 1 skipped\n$",
        ran.output)
    end)
  end)

  it("tells everything when a handler is named", function()
    with_specs({ a = PASSES, b = PASSES }, function(folder)
      local ran = run(folder, "--jobs=2", "--handler=gtest")
      assert.equal(2, select(2, ran.output:gsub("%[       OK %]", "")))
      assert.equal(0, ran.status)
    end)
  end)

  it("is content with a file of which all was skipped, but not with nothing else",
    function()
      with_specs({ a = [[pending "later"]], b = PASSES }, function(folder)
        assert.equal(0, run(folder, "--jobs=2").status)
        os.remove(folder .. "/b_spec.lua")
        files.write(folder .. "/c_spec.lua", [[pending "later"]])
        assert.equal(1, run(folder, "--jobs=2").status)
      end)
    end)

  it("counts a process that ended badly, before its specs or behind them", function()
    with_specs({
      a = PASSES,
      b = [[it("dies", function()
        local uv = require "luv"
        uv.kill(uv.os_getpid(), "sigkill")
        require("moonwire.task").sleep(3600)
      end)]],
      c = PASSES .. [[ -- what is here is closed when all is over
        debug.getregistry().last = setmetatable({}, { __gc = function()
          local uv = require "luv"
          uv.kill(uv.os_getpid(), "sigkill")
        end })]],
      d = "it(",
    }, function(folder)
      local ran = run(folder, "--jobs=2")
      assert.equal(1, ran.status)
      assert.matches("b_spec.lua: ended before its specs did (status 137)", ran.output,
        1, true)
      assert.matches("c_spec.lua: its specs passed, but it ended with status 137",
        ran.output, 1, true)
      assert.matches("failed: [^\n]*b_spec.lua\nfailed: [^\n]*c_spec.lua\n"
        .. "failed: [^\n]*d_spec.lua\n2 passed, 3 failed, 0 skipped\n$", ran.output)
    end)
  end)

  it("runs a few that failed once more, alone, and tells what was unsteady", function()
    local unsteady = [[it("passes the second time", function()
      local path = os.getenv "MOONWIRE_SPEC_MEET" .. "/%s"
      local was_here = io.open(path)
      io.open(path, "w"):close()
      assert.is_truthy(was_here)
    end)]]
    with_specs({
      a = unsteady:format "a", b = PASSES,
      c = [[it("is wrong", function() assert.equal(1, 2) end)]],
    }, function(folder)
      local ran = run(folder, "--jobs=2", "--again")
      assert.equal(1, ran.status)
      assert.matches("unsteady[^\n]*a_spec%.lua\nfailed: [^\n]*c_spec%.lua\n"
        .. "2 passed, 1 failed, 0 skipped\n$", ran.output)
      os.remove(folder .. "/a")
      os.remove(folder .. "/c_spec.lua")
      ran = run(folder, "--jobs=2", "--again")
      assert.equal(0, ran.status)
      assert.matches("unsteady[^\n]*a_spec%.lua\n2 passed, 0 failed", ran.output)
      os.remove(folder .. "/a")
      assert.equal(1, run(folder, "--jobs=2").status)
    end)
  end)

  it("does not try again where many failed", function()
    local texts = {}
    for _, name in ipairs { "a", "b", "c", "d" } do
      texts[name] = "it('is wrong', function() assert.equal(1, 2) end)" .. PASSES
    end
    with_specs(texts, function(folder)
      local ran = run(folder, "--jobs=2", "--again")
      assert.equal(1, ran.status)
      assert.is_nil(ran.output:find("once more", 1, true))
    end)
  end)

  it("ends its processes when it is ended", function()
    local text = [[it("waits", function()
      local uv = require "luv"
      io.open(os.getenv "MOONWIRE_SPEC_MEET" .. "/" .. uv.os_getpid(), "w"):close()
      require("moonwire.task").sleep(3600)
    end)]]
    with_specs({ a = text, b = text }, function(folder)
      local running <close> = child.start({
        uv.exepath(), "test", "--jobs", "2", folder,
      }, { "MOONWIRE_SPEC_MEET=" .. folder, "PATH=" .. os.getenv "PATH" })
      local pids
      repeat
        require("moonwire.task").sleep(0.001)
        pids = {}
        for _, name in ipairs(files.list(folder)) do
          pids[#pids + 1] = tonumber(name)
        end
      until #pids == 2
      running.process:kill "sigterm"
      assert.equal(128 + 15, running:wait())
      for _, pid in ipairs(pids) do
        repeat
          require("moonwire.task").sleep(0.001)
        until uv.kill(pid, 0) ~= 0
      end
    end)
  end)

  it("makes one document where a handler writes a document", function()
    with_specs({ a = PASSES, b = PASSES }, function(folder)
      local ran = run(folder, "--jobs=2", "--handler=TAP")
      assert.equal(1, select(2, ran.output:gsub("1%.%.%d", "")))
      assert.matches("1..2\n", ran.output, 1, true)
      assert.equal(0, ran.status)
    end)
  end)

  it("wants a number", function()
    for _, word in ipairs { "0", "-1", "1.5", "many" } do
      local ran = run("/nowhere", "--jobs=" .. word)
      assert.equal(2, ran.status, word)
      assert.matches("--jobs wants a whole number", ran.errors, 1, true)
    end
  end)
end)
