-- Faults of spec/README.md: R1, R11. Results go from the journal to the folder, and
-- from there to whoever reads them: in their order, and with few that wait.
local await = require "spec.support.await"
local files = require "spec.support.files"
local folders = require "moonwire.report.folder"
local journal = require "moonwire.journal"
local shown = require "moonwire.cli.run.shown"
local task = require "moonwire.task"
local uv = require "luv"

local COUNT = 400
local MOST, GROUP = 128, 32 -- results that wait, and that are put away together

describe("moonwire.cli.run.shown", function()
  local path

  before_each(function()
    path = assert(uv.fs_mkdtemp "/tmp/moonwire-shown-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. path)
  end)

  local function names()
    local list = {}
    for i = 1, COUNT do
      list[i] = ("r%03d"):format(i)
    end
    return list
  end

  -- A journal, what is made of its results by `out`, and who brings them.
  local function with_showing(out, fn)
    local writer <close> = assert(journal.create({ verb = "send" }, names(), path))
    local showing <close> = assert(shown.new(writer, out(writer), {
      is_new = true, is_streaming = true,
    }))
    local brought = 0
    local bringer = task.spawn(function()
      for i, name in ipairs(names()) do
        local result = { device = name, ok = true, index = i, output = {} }
        showing:take(writer:append { type = "end", i = i, device = name }, result)
        brought = brought + 1
      end
    end)
    fn(showing, function() return brought end, bringer)
    return writer.folder
  end

  it("lets few wait, and loses none of them", function()
    local gate, order = task.semaphore(0), {}
    local folder = with_showing(function()
      return {
        keep = function() gate:acquire() end,
        show = function(result) order[#order + 1] = result.device end,
      }
    end, function(showing, brought, bringer)
      while brought() < COUNT do
        local shown_before = #order
        await(function() return showing.waiters[1] or brought() == COUNT end)
        assert.is_true(brought() - #order <= MOST + GROUP)
        gate:release()
        await(function() return #order > shown_before end)
      end
      for _ = 1, COUNT do
        gate:release()
      end
      bringer:join()
      showing:settle()
      showing:finish()
    end)
    assert.same(names(), order)
    local marks, doubtful = shown.read(folder)
    assert.is_nil(doubtful)
    local count = 0
    for _ in pairs(marks) do
      count = count + 1
    end
    assert.equal(COUNT, count)
  end)

  it("shows what is in the journal and in the folder, and nothing else", function()
    local devices = {}
    for i, name in ipairs(names()) do
      devices[i] = { name = name }
    end
    local place = path .. "/files"
    local folder = assert(folders.new(place, devices))
    with_showing(function(writer)
      return {
        keep = function(results)
          local numbers = {}
          for i, result in ipairs(results) do
            numbers[i] = result.index
            -- the journal's first record is the run's head
            assert(writer.durable > result.index, "not in the journal yet")
          end
          assert(folder:write(results, numbers))
        end,
        show = function(result)
          assert(files.read(place .. "/" .. result.device .. ".txt"), result.device)
        end,
      }
    end, function(showing, _, bringer)
      bringer:join()
      showing:settle()
      showing:finish()
    end)
    assert.equal(COUNT, #files.list(place))
  end)

  it("keeps nobody waiting when showing has ended by an error", function()
    local ok, message = pcall(task.group, function()
      with_showing(function()
        return { keep = function() error("no way", 0) end, show = error }
      end, function(_, _, bringer)
        bringer:join()
      end)
    end)
    assert.is_false(ok)
    assert.matches("no way", message)
  end)
end)
