-- Faults of spec/README.md: P1, R11. A push that is killed anywhere and resumed, held
-- against what the devices themselves have received and are configured to.
local broken = require "spec.support.broken_run"
local labs = require "spec.support.lab"
local program = require "spec.support.program"
local pushes = require "spec.support.pushes"
local state = require "moonwire.fleet.state"

local DEVICES = 6
local LINES = { "ntp server 192.0.2.77", "logging host 192.0.2.78" }
local SEEDS = 14

describe("a push that is killed and resumed", function()
  local at

  before_each(function()
    at = pushes.open(LINES)
  end)

  after_each(function()
    at:close()
  end)

  local function count(list, wanted, from)
    local found = 0
    for i = from or 1, #list do
      found = found + (list[i]:find(wanted, 1, true) and 1 or 0)
    end
    return found
  end

  -- what was typed at each device so far
  local function heard(lab)
    local marks = {}
    for i = 1, DEVICES do
      marks[i] = #lab:device(i):lines()
    end
    return marks
  end

  local function first_of(list, wanted, from)
    for i = from, #list do
      if list[i]:find(wanted) then
        return i
      end
    end
    return math.huge
  end

  -- What the second program typed at a device, by how the first one has left it.
  local function judge_typing(typed, left, mark)
    local from = mark + 1
    if state.tally()[left] then -- it had ended
      assert.equal(#typed, mark, "a device was asked again that had ended")
      return
    end
    local reads = first_of(typed, "^show running%-config", from)
    local writes = first_of(typed, "^configure", from)
    assert.is_true(reads < writes, "it wrote before it had read")
  end

  -- What the run says of a device, beside what the device is.
  local function judge_truth(device, said)
    local text, typed, there = device:running_config(), device:lines(), 0
    for _, line in ipairs(LINES) do
      there = there + (text:find(line, 1, true) and 1 or 0)
      assert.is_true(count(typed, line) <= 1, "a line was sent twice")
    end
    if said == "changed" or said == "unchanged" then
      assert.equal(#LINES, there, said)
    elseif said == "failed_clean" or said == "skipped" then
      assert.equal(0, there, said)
    else
      assert.equal("unknown", said)
      assert.is_true(there > 0 and there < #LINES)
    end
  end

  local function conserves(known)
    local tally = known:tally()
    assert.equal(DEVICES, state.sum(tally))
    assert.equal(0, tally.planned + tally.handed)
  end

  local function words_of()
    return at:words("--waves", "1,rest", "--sessions", "3", "--abort-after",
      tostring(DEVICES), "-q")
  end

  -- Each seed kills at another record of the journal, in a lab of another pace.
  for seed = 1, SEEDS do
    it("reads before it writes, and tells the truth, no. " .. seed, function()
      labs.with_lab({ devices = DEVICES, think = seed % 4 * 0.01, seed = seed },
        function(lab)
          at:put(lab:inventory())
          local left = broken.kill_behind(words_of(), at.root, 2 + seed)
          local marks, id = heard(lab), left.id
          local resumed = at:resume(id, "-q")
          assert.is_true(resumed.status < 2, resumed.errors)
          local known = at:read(id)
          conserves(known)
          for i = 1, DEVICES do
            judge_typing(lab:device(i):lines(), left:state(i), marks[i])
            judge_truth(lab:device(i), known:state(i))
          end
          local before = heard(lab)
          local again = at:resume(id)
          if known:tally().unknown > 0 then -- they are looked at again
            assert.equal(1, again.status)
          else
            assert.matches("nothing is left to do", again.errors)
            assert.same(before, heard(lab))
          end
        end)
    end)
  end

  it("leaves alone what it finds half done, and says so", function()
    labs.with_lab({ devices = DEVICES, think = 0.2 }, function(lab)
      at:put(lab:inventory())
      lab:device(1):change():set(nil, LINES[1]) -- as if it had come so far
      local id = broken.kill_behind(words_of(), at.root, 3).id
      local marks = heard(lab)
      at:resume(id, "-q")
      local known = at:read(id)
      conserves(known)
      judge_truth(lab:device(1), known:state(1))
      assert.equal("unknown", known:state(1))
      assert.equal(0, count(lab:device(1):lines(), LINES[2]))
      assert.equal(0, count(lab:device(1):lines(), "configure", marks[1] + 1))
    end)
  end)

  it("may be killed while it is resumed, and resumed again", function()
    labs.with_lab({ devices = DEVICES, think = 0.02 }, function(lab)
      at:put(lab:inventory())
      local left = broken.kill_behind(words_of(), at.root, 6)
      local words = { "runs", "resume", "--runs", at.root, left.id, "-q" }
      broken.kill_behind(words, at.root, 12)
      local resumed = program.run(words)
      assert.is_true(resumed.status < 2, resumed.errors)
      local known = at:read(left.id)
      conserves(known)
      for i = 1, DEVICES do
        judge_truth(lab:device(i), known:state(i))
      end
    end)
  end)
end)
