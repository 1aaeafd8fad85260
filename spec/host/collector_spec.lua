local files = require "spec.support.files"
local program = require "spec.support.program"

local MEGABYTE = 1024 -- as collectgarbage counts

-- The output of a script, in a process of its own: what lives there is known.
local function output_of(text)
  local result
  files.with_folder(function(folder)
    files.write(folder .. "/script.lua", text)
    result = program.run { folder .. "/script.lua" }
  end)
  assert.equal("", result.errors)
  assert.equal(0, result.status)
  return result.output
end

-- Make waste beside so many megabytes that live; prints what lived and the most that
-- was there.
local CHURN = [[
  local task = require "moonwire.task"
  local kept, most = {}, 0
  for i = 1, %d * 1024 do
    kept[i] = { ("x"):rep(970) .. i }
  end
  task.sleep(0)
  collectgarbage()
  local live = collectgarbage "count"
  for turn = 1, 500 do
    for i = 1, 100 do
      local waste = ("y"):rep(970) .. turn .. "/" .. i
    end
    most = math.max(most, collectgarbage "count")
    task.sleep(0)
  end
  print(live // 1 | 0, most // 1 | 0)
]]

local function churn(megabytes)
  local live, most = output_of(CHURN:format(megabytes)):match "(%d+)%s+(%d+)"
  return tonumber(live), tonumber(most)
end

describe("the pace of the collector", function()
  it("bounds what is wasted beside much that lives", function()
    local live, most = churn(60)
    assert.is_true(live > 60 * MEGABYTE, live)
    -- 12 MB, and what is made while a cycle is under way
    assert.is_true(most < live + 24 * MEGABYTE, ("%d beside %d"):format(most, live))
  end)

  it("collects seldom where little lives", function()
    local live, most = churn(4)
    assert.is_true(most > live + 3 * MEGABYTE, ("%d beside %d"):format(most, live))
    assert.is_true(most < 3 * live, ("%d beside %d"):format(most, live))
  end)

  it("does not make one task pay for the waste of all", function()
    -- The most that was freed while a task made 20 KB and did not wait.
    local freed = output_of [[
      local task = require "moonwire.task"
      local kept, freed = {}, 0
      for i = 1, 60 * 1024 do
        kept[i] = { ("x"):rep(970) .. i }
      end
      for turn = 1, 5000 do
        local before = collectgarbage "count"
        for i = 1, 10 do
          local waste = ("y"):rep(970) .. turn .. "/" .. i
        end
        freed = math.max(freed, before - collectgarbage "count")
        task.sleep(0)
      end
      print(freed // 1 | 0)
    ]]
    assert.is_true(tonumber(freed) < 4 * MEGABYTE, freed)
  end)

  it("does not look at all that lives for the sake of one large text", function()
    -- What one text of 8 MB adds to the memory, beside waste that could be collected.
    local added = output_of [[
      local term = require "host.term"
      local task = require "moonwire.task"
      local text, kept = ("x"):rep(8 << 20), {}
      for i = 1, 10 * 1024 do
        kept[i] = { ("x"):rep(970) .. i }
      end
      kept = nil
      task.sleep(0)
      local before = collectgarbage "count"
      local part = term.part(text, 1, #text - 1)
      print((collectgarbage "count" - before) // 1 | 0, #part)
    ]]
    local kilobytes, length = added:match "(%-?%d+)%s+(%d+)"
    assert.equal((8 << 20) - 1, tonumber(length))
    assert.is_true(tonumber(kilobytes) > 7 * MEGABYTE, kilobytes)
  end)

  it("leaves a program's own pace alone", function()
    local text = [[
      local task = require "moonwire.task"
      collectgarbage("setpause", 1000)
      local kept = {}
      for i = 1, 200 do
        kept[i] = ("x"):rep(100000) .. i
        task.sleep(0)
      end
      print(collectgarbage("setpause", 1000))
    ]]
    assert.equal("1000\n", output_of(text))
  end)
end)
