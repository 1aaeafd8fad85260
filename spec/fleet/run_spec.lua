-- Faults of spec/README.md: P9, P10.
local fleet = require "moonwire.fleet"
local state = require "moonwire.fleet.state"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

local function show(session)
  return session:send_command "show clock"
end

local function is_conserved(run, count)
  assert.equal(count, state.sum(run.states))
  assert.equal(count, run.count.ok + run.count.failed)
  for i = 1, count do
    assert.equal(i, run.results[i].index)
    assert.is_string(run.results[i].state)
  end
end

local function with_lab(options, fn)
  support.with_lab(options, function(lab)
    fn(lab:inventory(), lab)
  end)
end

for _, mode in ipairs(MODES) do
  describe("a run in mode " .. mode, function()
    local function run(devices, options)
      options.mode, options.workers = mode, 2
      options.limit = options.limit or 4
      options.job = options.job or show
      return fleet.run(devices, options)
    end

    it("ends behind a wave in which a device has failed", function()
      local faults = { { name = "refuse", device = 3 } }
      with_lab({ devices = 10, faults = faults }, function(devices)
        local result = run(devices, { waves = "1,3,rest" })
        is_conserved(result, 10)
        assert.equal(3, result.states.done)
        assert.equal(1, result.states.failed)
        assert.equal(6, result.states.skipped)
        assert.matches("wave 2 is not well: 1 failed", result.reason)
        assert.matches("not tried: wave 2", result.results[10].message)
      end)
    end)

    it("asks the check between waves", function()
      with_lab({ devices = 6 }, function(devices)
        local waves = {}
        local result = run(devices, {
          waves = { 1, 2, "rest" },
          check = function(given, wave)
            waves[wave] = given.count.ok
            return wave < 2, "people complain"
          end,
        })
        assert.same({ 1, 3 }, waves)
        assert.equal(3, result.states.skipped)
        assert.matches("people complain", result.reason)
      end)
    end)

    it("begins nothing more when too many have failed", function()
      with_lab({ devices = 40, faults = { { name = "refuse" } } }, function(devices)
        local result = run(devices, { abort_after = "10%" })
        is_conserved(result, 40)
        -- those under way at that moment have failed as well
        assert.is_true(result.states.failed >= 4 and result.states.failed <= 8)
        assert.equal(40 - result.states.failed, result.states.skipped)
      end)
    end)

    it("tries again what failed before its login, and nothing else", function()
      local faults = {
        { name = "refuse", device = 1 }, { name = "auth_failure", device = 2 },
      }
      with_lab({ devices = 3, faults = faults }, function(devices, lab)
        local result = run(devices, { retries = 2, retry_pause = 0.001 })
        is_conserved(result, 3)
        assert.equal(3, result.results[1].attempts)
        assert.is_nil(result.results[2].attempts)
        assert.is_true(lab:device(2):attempts() <= 1)
      end)
    end)

    it("never has more at once under a label than its limit", function()
      with_lab({ devices = 12, think = 0.005 }, function(devices)
        for i, device in ipairs(devices) do
          device.labels = { site = i % 2 == 0 and "even" or "odd" }
        end
        local open, most = { even = 0, odd = 0 }, { even = 0, odd = 0 }
        local result = run(devices, {
          limits = { site = 1 },
          observer = {
            begins = function(_, _, device)
              local site = device.labels.site
              open[site] = open[site] + 1
              most[site] = math.max(most[site], open[site])
              return true
            end,
            ended = function(_, _, _, device)
              local site = device.labels.site
              open[site] = open[site] - 1
            end,
          },
        })
        assert.is_true(result.ok)
        assert.same({ even = 1, odd = 1 }, most)
      end)
    end)

    it("breaks off what is under way when its time is over", function()
      local faults = { { name = "hang" } }
      with_lab({ devices = 8, faults = faults }, function(devices)
        local result = run(devices, {
          run_timeout = 0.3,
          job = function(session) return session:send_command "show version" end,
        })
        is_conserved(result, 8)
        assert.equal(0, result.count.ok)
        assert.equal("timeout", result.results[1].kind)
        assert.matches("its time of 0.3 s is over", result.results[1].message)
      end)
    end)

    it("gives each device its time, and no more", function()
      with_lab({ devices = 3, faults = { { name = "hang", p = 1 } } }, function(devices)
        local result = run(devices, {
          device_timeout = 0.3,
          job = function(session) return session:send_command "show version" end,
        })
        is_conserved(result, 3)
        for _, one in ipairs(result.results) do
          assert.equal("timeout", one.kind)
          assert.matches("not done within 0.3 s", one.message)
        end
        assert.is_true(result.seconds > (mode == "sync" and 0.8 or 0.2))
      end)
    end)

    it("tells of a change that was lost in the midst that it is unknown", function()
      local faults = { { name = "hang", device = 1 }, { name = "refuse", device = 2 } }
      with_lab({ devices = 3, faults = faults }, function(devices)
        local hangs = devices[1].host
        local result = run(devices, {
          changes = true,
          job = function(session)
            local patience = session.device.host == hangs and 0.3 or nil
            local ok, message, kind =
              session:send_command("show version", { timeout = patience })
            return ok and { state = "unchanged" } or nil, message, kind
          end,
        })
        assert.equal("unknown", result.results[1].state)
        assert.equal("failed_clean", result.results[2].state)
        assert.equal("unchanged", result.results[3].state)
      end)
    end)

    it("begins no device that its observer refuses", function()
      with_lab({ devices = 3 }, function(devices, lab)
        local result = run(devices, {
          observer = {
            begins = function(_, index)
              return index ~= 2 or nil, "no room"
            end,
          },
        })
        is_conserved(result, 3)
        assert.equal("skipped", result.results[2].state)
        assert.matches("no room", result.results[2].message)
        assert.equal(0, lab:device(2):logins())
      end)
    end)
  end)
end

describe("a run that goes on", function()
  local function start(devices, options)
    options.job = options.job or show
    return fleet.start(devices, options)
  end

  for _, mode in ipairs { "nonblocking", "hybrid" } do
    it("can be stopped in mode " .. mode, function()
      with_lab({ devices = 20 }, function(devices)
        local run
        run = start(devices, {
          mode = mode, workers = 2, limit = 2,
          on_result = function() run:stop "enough" end,
        })
        run:wait()
        is_conserved(run, 20)
        assert.is_true(run.states.done >= 1 and run.states.done <= 3)
        assert.equal("enough", run.reason)
      end)
    end)

    it("can be dropped in mode " .. mode, function()
      local faults = { { name = "hang" } }
      with_lab({ devices = 20, faults = faults }, function(devices, lab)
        local run = start(devices, {
          mode = mode, workers = 2, limit = 4,
          job = function(session) return session:send_command "show version" end,
        })
        while lab:statistics().logins < 4 do
          task.sleep(0.002)
        end
        run:cancel "fire"
        run:wait()
        is_conserved(run, 20)
        assert.equal(4, run.states.cancelled)
        assert.equal(16, run.states.skipped)
        assert.matches("broken off: fire", run.results[1].message)
      end)
    end)
  end

  it("can be paused", function()
    with_lab({ devices = 5 }, function(devices)
      local run = start(devices, { mode = "sync" })
      run:pause()
      task.sleep(0)
      assert.equal(0, run.count.ok)
      run:go_on()
      run:wait()
      assert.equal(5, run.count.ok)
    end)
  end)

  it("refuses options that make no sense", function()
    for _, case in ipairs {
      { { waves = "x" }, "waves" }, { { abort_after = "many" }, "abort_after" },
      { { rate = 0 }, "rate" }, { { jitter = 2 }, "jitter" },
      { { retries = -1 }, "retries" }, { { limits = { site = 0 } }, "limits.site" },
      { { run_timeout = "1" }, "run_timeout" }, { { limits = 3 }, "limits" },
    } do
      case[1].job = show
      assert.error_matches(function() fleet.run({}, case[1]) end, case[2])
    end
  end)

  it("makes no more devices of a list that makes them than it has in hand", function()
    local device = {
      name = "r", host = "127.0.0.1", port = 1, username = "u", password = "p",
      device_type = "cisco_ios",
    }
    local ahead, ended, count = 0, 0, 3000
    local devices = setmetatable({}, {
      __len = function() return count end,
      __index = function(_, index)
        ahead = math.max(ahead, index <= count and index - ended or 0)
        return index <= count and device or nil
      end,
    })
    local result = fleet.run(devices, {
      job = show, limit = 10, keep_results = false, credential_failures = false,
      on_result = function() ended = ended + 1 end,
    })
    assert.equal(count, result.count.failed) -- nothing listens on port 1
    assert.is_true(ahead <= 20)
  end)
end)
