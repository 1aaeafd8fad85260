local fleet = require "moonwire.fleet"
local task = require "moonwire.task"
local support = require "spec.support.lab"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

local function with_lab(options, fn)
  support.with_lab(options, function(here)
    fn(here:inventory(), here)
  end)
end

-- runs in other threads too: no upvalues
local function two_commands(session)
  return session:send_commands { "show version", "show ip interface brief" }
end

local function outputs_of(run)
  local outputs = {}
  for i, result in ipairs(run.results) do
    outputs[i] = { result.device, result.ok, result.kind }
    for _, answer in ipairs(result.output or {}) do
      table.insert(outputs[i], answer.output)
    end
  end
  return outputs
end

describe("fleet.run", function()
  it("gives the same results in every mode, in the order of the devices", function()
    with_lab({ devices = 12 }, function(devices)
      local first
      for _, mode in ipairs(MODES) do
        local run = fleet.run(devices, { mode = mode, workers = 2, job = two_commands })
        assert.is_true(run.ok, mode)
        assert.same({ ok = 12, failed = 0 }, run.count)
        local outputs = outputs_of(run)
        first = first or outputs
        assert.same(first, outputs)
        for i, result in ipairs(run.results) do
          assert.equal(devices[i].name, result.device)
          assert.equal(i, result.index)
          assert.is_true(result.started >= 0)
          assert.is_true(result.started + result.elapsed <= run.seconds)
        end
      end
    end)
  end)

  it("never has more sessions open than it may", function()
    for _, case in ipairs {
      { 1, { mode = "sync" } },
      { 3, { mode = "threads", workers = 3 } },
      { 5, { mode = "nonblocking", limit = 5 } },
      { 6, { mode = "hybrid", workers = 2, limit = 6 } },
    } do
      with_lab({ devices = 20, think = 0.01 }, function(devices, here)
        local most, options = case[1], case[2]
        options.job = two_commands
        local run = fleet.run(devices, options)
        assert.is_true(run.ok)
        assert.is_true(here:peak_sessions() <= most, options.mode)
        assert.equal(most, run.peak_sessions, options.mode)
      end)
    end
  end)

  it("streams results while it goes on", function()
    with_lab({ devices = 6 }, function(devices)
      local seen = {}
      fleet.run(devices, {
        mode = "sync",
        job = two_commands,
        on_result = function(result, count)
          seen[#seen + 1] = result.index
          assert.equal(#seen, count.ok)
        end,
      })
      assert.same({ 1, 2, 3, 4, 5, 6 }, seen)
    end)
  end)

  it("makes an error in the job the result of its device", function()
    with_lab({ devices = 3 }, function(devices)
      for _, mode in ipairs(MODES) do
        local run = fleet.run(devices, {
          mode = mode,
          workers = 2,
          job = function(_, device)
            if device.name == "SW-CORE_2" then
              error "boom"
            end
            return "fine"
          end,
        })
        assert.same({ ok = 2, failed = 1 }, run.count)
        assert.equal("fine", run.results[1].value)
        assert.equal("error", run.results[2].kind)
        assert.equal("job", run.results[2].phase)
        assert.matches("boom", run.results[2].message)
      end
    end)
  end)

  it("makes nil, message, kind of a job a failure of its device", function()
    with_lab({ devices = 1 }, function(devices)
      local run = fleet.run(devices, {
        job = function() return nil, "not as it should be", "check" end,
      })
      assert.equal("check", run.results[1].kind)
      assert.equal("not as it should be", run.results[1].message)
      assert.is_false(run.ok)
    end)
  end)

  it("takes a job that returns nothing for done", function()
    with_lab({ devices = 1 }, function(devices)
      assert.is_true(fleet.run(devices, { job = function() end }).ok)
    end)
  end)

  it("runs on no device at all", function()
    for _, mode in ipairs(MODES) do
      local run = fleet.run({}, { mode = mode, job = two_commands })
      assert.is_true(run.ok)
      assert.same({}, run.results)
    end
  end)

  it("refuses what makes no sense", function()
    local function refused(options, text)
      assert.error_matches(function() fleet.run({}, options) end, text)
    end
    refused({ mode = "fast", job = print }, "no mode")
    refused({}, "job must be a function")
    refused({ job = print, workers = 0 }, "workers must be")
    refused({ job = print, limit = 1.5 }, "limit must be")
  end)

  it("can be cancelled, and leaves no session behind", function()
    with_lab({ devices = 8, think = 0.2 }, function(devices, here)
      for _, mode in ipairs { "nonblocking", "hybrid" } do
        local options = { mode = mode, job = two_commands }
        local member = task.spawn(fleet.run, devices, options)
        while here:statistics().logins == 0 do
          task.sleep(0.002)
        end
        member:cancel()
        assert.is_false((member:join()))
      end
    end)
  end)
end)

describe("a fleet with faulty devices", function()
  local EXPECTED = {
    refuse = { "refused", "connect" },
    blackhole = { "timeout", "banner" },
    http = { "protocol", "banner" },
    slow_banner = { "timeout", "banner" },
    slow_kex = { "timeout", "kex" },
    slow_auth = { "timeout", "auth" },
    auth_failure = { "auth", "auth" },
    hostkey_change = { "hostkey", "hostkey" },
    silent_shell = { "timeout", "prompt" },
    hang = { "timeout", "command" },
    drop = { "dropped", "command" },
  }
  local LONG = 8 -- seconds: no healthy device takes as long, on no machine
  local TIMEOUTS = { banner = LONG, kex = LONG, auth = LONG, shell = LONG }
  local HEALTHY, APART = 100, 9 -- a faulty one behind so many of them

  local place = {} -- of the device with a fault
  local faults = {}
  for name in pairs(EXPECTED) do
    local index = (#faults + 1) * APART
    place[name] = index
    local seconds = name:find "^slow_" and 3600 or nil -- by itself 5
    faults[#faults + 1] = { name = name, device = index, seconds = seconds }
  end

  local function run_with(given)
    local outputs, results
    with_lab({ devices = HEALTHY + #faults, faults = given }, function(devices)
      local run = fleet.run(devices, {
        job = two_commands,
        timeouts = TIMEOUTS,
        timeout = LONG,
      })
      outputs, results = outputs_of(run), run.results
    end)
    return outputs, results
  end

  local plain, outputs, results -- without a fault, and with all of them
  setup(function()
    plain = run_with()
    outputs, results = run_with(faults)
  end)

  for name, expected in pairs(EXPECTED) do
    it("has a typed error for " .. name, function()
      local faulty = results[place[name]]
      assert.is_false(faulty.ok)
      assert.equal(expected[1], faulty.kind, faulty.message)
      assert.equal(expected[2], faulty.phase, faulty.message)
      assert.matches(faulty.device, faulty.message, 1, true)
      assert.is_true(plain[place[name]][2])
    end)
  end

  it("has a hundred others that do not notice", function()
    local same = 0
    for i, output in ipairs(plain) do
      if results[i].ok then
        assert.same(output, outputs[i])
        same = same + 1
      end
    end
    assert.equal(HEALTHY, same)
  end)
end)
