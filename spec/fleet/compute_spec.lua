-- I11 of spec/README.md: a job that computes and never waits fails, and its device is
-- named; the others go on.
local fleet = require "moonwire.fleet"
local host = require "host.task"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local LIMIT = 0.3 -- seconds of CPU
local HEALTHY = "Current privilege level is 15"

-- busted's globals are looked up by functions of its own
local pcall, clock = pcall, os.clock

-- Each makes garbage, so that a sanitizer lets signals through.
local RUNAWAYS = {
  ["a loop"] = function()
    while true do
      local _ = {}
    end
  end,
  ["a loop that catches errors"] = function()
    while true do
      pcall(function()
        while true do
          local _ = {}
        end
      end)
    end
  end,
  ["loops that catch errors, one in another"] = function()
    while true do
      pcall(function()
        while true do
          pcall(function()
            while true do
              local _ = {}
            end
          end)
        end
      end)
    end
  end,
  ["a coroutine"] = function()
    coroutine.wrap(function()
      while true do
        local _ = {}
      end
    end)()
  end,
  ["a task of its own"] = function()
    require("moonwire.task").group(function(group)
      group:spawn(function()
        while true do
          local _ = {}
        end
      end)
    end)
  end,
  ["a sort"] = function()
    local list = {}
    for i = 1, 1000 do
      list[i] = i
    end
    table.sort(list, function()
      while true do
        local _ = {}
      end
    end)
  end,
}

local function compute(seconds)
  local began = clock()
  while clock() - began < seconds do
    local _ = {}
  end
end

local function run(mode, job)
  local found
  support.with_lab({ devices = 3 }, function(lab)
    found = fleet.run(lab:inventory(), {
      mode = mode, workers = 2, compute_limit = LIMIT, job = job,
    })
  end)
  return found.results
end

-- one device runs away, the others do their work
local function job_with(runaway)
  return function(session, device)
    if device.name == "SW-CORE_2" then
      runaway()
    end
    return session:send_command "show privilege"
  end
end

local function check(results)
  assert.equal(HEALTHY, results[1].value, results[1].message)
  assert.equal(HEALTHY, results[3].value, results[3].message)
  local bad = results[2]
  assert.is_false(bad.ok)
  assert.same({ "error", "job", "failed" }, { bad.kind, bad.phase, bad.state })
  assert.matches("compute_spec.lua:%d+: has computed for [%d.]+ s without a wait",
    bad.message)
end

describe("a job that never waits", function()
  for name, runaway in pairs(RUNAWAYS) do
    it("fails when it is " .. name, function()
      check(run("nonblocking", job_with(runaway)))
    end)
  end

  it("fails in threads as well", function()
    check(run("threads", function(session, device)
      while device.name == "SW-CORE_2" do
        local _ = {}
      end
      return session:send_command "show privilege"
    end))
  end)
end)

describe("host.task.within", function()
  local function caught(...)
    return host.within(LIMIT, function(err) return "caught " .. tostring(err) end, ...)
  end

  it("gives what a function returns, also behind a wait", function()
    assert.same({ n = 4, true, 1, nil, 3 }, table.pack(caught(function(...)
      task.sleep(0)
      return ...
    end, 1, nil, 3)))
  end)

  it("gives what the handler makes of an error", function()
    local ok, message = caught(function() error("boom", 0) end)
    assert.is_false(ok)
    assert.equal("caught boom", message)
  end)

  it("lets go of a task that has computed for too long", function()
    local ok, message = caught(RUNAWAYS["a loop that catches errors"])
    assert.is_false(ok)
    assert.matches("^caught .*compute_spec", message)
    local sum = 0
    for i = 1, 100000 do -- free again
      sum = sum + i
    end
    assert.equal(5000050000, sum)
  end)

  it("counts anew behind each wait", function()
    local ok = caught(function()
      for _ = 1, 12 do
        compute(LIMIT / 4)
        task.sleep(0)
      end
    end)
    assert.is_true(ok)
  end)

  it("tells once where it is, before that is too long", function()
    local places = {}
    host.on_late(function(place, seconds)
      places[#places + 1] = place
      assert(seconds >= 0.3)
    end)
    host.within(0.6, print, function()
      compute(0.5)
    end)
    assert.equal(1, #places)
    assert.matches("^%S*compute_spec.lua:%d+$", places[1])
  end)

  -- How often another task had its turn between two points of a function.
  local function turns_within(fn)
    local turns, from, to = 0, nil, nil
    task.group(function(group)
      group:spawn(function()
        while true do
          task.sleep(0)
          turns = turns + 1
        end
      end)
      fn(function() from = from or turns end)
      to = turns
      group:cancel()
    end)
    return to - from
  end

  it("lets others have their turns long before that is too long", function()
    local message
    local turns = turns_within(function(begins)
      local _
      _, message = host.within(1, tostring, function()
        task.sleep(0)
        begins()
        RUNAWAYS["a loop that catches errors"]()
      end)
    end)
    assert.is_true(turns >= 1, turns) -- a hundred, but for a collector under stress
    assert.matches("has computed for [%d.]+ s without a wait", message)
  end)

  it("goes on where it gave way to others", function()
    local sum, expected = 0, 0
    local turns = turns_within(function(begins)
      local ok = host.within(30, print, function()
        begins()
        local began, i = clock(), 0
        while clock() - began < 0.8 do
          i = i + 1
          local parts = { pcall(string.rep, "x", i % 5) }
          sum = sum + #parts[2]
        end
        for j = 1, i do
          expected = expected + j % 5
        end
      end)
      assert.is_true(ok)
    end)
    assert.equal(expected, sum)
    assert.is_true(turns >= 1, turns)
  end)

  it("raises on misuse", function()
    assert.error_matches(function() host.within(0, print, print) end, "not above zero")
    assert.error_matches(function() host.within(1, nil, print) end, "function expected")
    assert.error_matches(function() host.within(1, print) end, "function expected")
    assert.error_matches(function() host.on_late() end, "function expected")
  end)
end)
