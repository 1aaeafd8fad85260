local fleet = require "moonwire.fleet"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local LINES = { "set system ntp server 192.0.2.9" }

describe("fleet.change", function()
  local folder

  setup(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-fleet-change-XXXXXX")
    uv.os_setenv("MOONWIRE_LOCKS", folder)
  end)

  teardown(function()
    uv.os_unsetenv "MOONWIRE_LOCKS"
    os.execute("rm -r " .. folder)
  end)

  local function on(count, options, fn)
    options.devices, options.platform = count, "juniper_junos"
    support.with_lab(options, function(lab)
      fn(lab:inventory(), lab)
    end)
  end

  it("changes all devices in waves, in every mode", function()
    for _, mode in ipairs { "nonblocking", "hybrid" } do
      on(6, { clock = "virtual" }, function(devices)
        local run = fleet.change(devices, {
          lines = LINES, confirm_within = 60, mode = mode,
        })
        assert.is_true(run.ok, run.results[1].message)
        assert.equal(6, run.states.changed)
        assert.matches("wave 1 is well", run.notes[1])
        assert.same({ true, 1 },
          { run.results[3].value.confirmed, run.results[3].value.lines.seen })
      end)
    end
  end)

  it("ends with its canary, and says what is left on it", function()
    on(5, { clock = 600 }, function(devices, lab)
      local run = fleet.change(devices, {
        lines = LINES, confirm_within = 60,
        check = function() return nil, "the core is not reached" end,
      })
      assert.same({ 1, 4 }, { run.states.rolled_back, run.states.skipped })
      assert.equal("check", run.results[1].kind)
      assert.matches("the core is not reached", run.results[1].message)
      local report = run.results[1].detail
      assert.equal(report.before, report.after)
      assert.equal(1, report.lines.acknowledged)
      for i = 2, 5 do
        assert.is_false(lab:device(i):sent(LINES[1]))
      end
    end)
  end)

  it("may have other lines for each device, and none for some", function()
    on(3, { clock = "virtual" }, function(devices)
      local run = fleet.change(devices, {
        waves = "100%",
        lines_for = function(device)
          return device.name ~= "SW-CORE_2"
            and { "set system domain-name " .. device.name:lower() } or nil
        end,
      })
      assert.is_true(run.ok, run.results[1].message)
      assert.same({ 2, 1 }, { run.states.changed, run.states.unchanged })
      assert.matches("sw%-core_1", run.results[1].value.diff)
    end)
  end)

  it("refuses the second of two names of one device", function()
    on(1, { clock = "virtual" }, function(devices)
      local alias = setmetatable({ name = "alias" }, { __index = devices[1] })
      local run = fleet.change({ devices[1], alias }, { lines = LINES, waves = "100%" })
      local states = run.states
      assert.equal(2, states.changed + states.unchanged + states.failed_clean)
      assert.equal(1, states.changed)
    end)
  end)

  it("never takes no devices for all of them", function()
    assert.has_error(function() fleet.change({}, { lines = LINES }) end,
      "fleet.change: there are no devices, which is never meant to be all")
    assert.has_error(function()
      fleet.change({ { host = "192.0.2.1" } }, { lines = LINES, job = print })
    end)
  end)

  it("knows that nothing was sent as long as it has only looked", function()
    support.with_lab({ devices = 1, think = 60 }, function(lab)
      local is_there = task.queue(1)
      local run = fleet.start(lab:inventory(), {
        changes = true,
        job = function(session)
          task.spawn(function() is_there:put(true) end)
          return session:change { lines = { "interface Vlan10" } }
        end,
      })
      is_there:get()
      run:cancel "enough"
      local result = run:wait().results[1]
      assert.same({ "cancelled", "look", "failed_clean" },
        { result.kind, result.phase, result.state })
    end)
  end)
end)
