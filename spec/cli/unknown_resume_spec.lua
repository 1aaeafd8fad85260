-- Faults of spec/README.md: P1, R11. Devices that a push has left unknown, as its
-- journal tells: what resuming it finds on them, says of them, and sends to them.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local program = require "spec.support.program"
local pushes = require "spec.support.pushes"
local sessions = require "moonwire.session"

local LINES = { "ntp server 192.0.2.77", "logging host 192.0.2.78" }

describe("a push that has left a device unknown", function()
  local at

  before_each(function()
    at = pushes.open(LINES)
  end)

  after_each(function()
    at:close()
  end)

  local function unreachable(lab)
    local devices = lab:inventory()
    devices[1].port = 1 -- nobody listens there
    return devices
  end

  -- A run that came to nothing, and behind that what one that was cut off writes down.
  local function leave(lab, records, ...)
    at:put(unreachable(lab))
    local first = at:push("-q", "--retries", "0", ...)
    assert.equal(1, first.status, first.errors)
    at:put(lab:inventory())
    local id = assert(journal.find("last", at.root))
    local _, out = assert(journal.resume(id, at.root))
    for _, record in ipairs(records) do
      out:append(record)
    end
    out:close()
    return id
  end

  local function leave_unknown(lab, before)
    return leave(lab, {
      { type = "begin", i = 1 },
      { type = "event", i = 1, event = "intent", before = before },
      { type = "end", i = 1, ok = false, state = "unknown", kind = "dropped" },
    })
  end

  local function state_now(id)
    local known = at:read(id)
    assert.is_nil(known.handed[1])
    return known:state(1)
  end

  local function digest_of(lab)
    local session <close> = assert(sessions.open(labs.device(lab)))
    return assert(session:change { lines = LINES, plan = true }).before
  end

  local function with_lab(fn, options)
    labs.with_lab(options or { devices = 1 }, fn)
  end

  local function has_written(lab)
    return lab:device(1):sent "configure terminal"
  end

  it("finds that it has come through", function()
    with_lab(function(lab)
      local before = digest_of(lab)
      for _, line in ipairs(LINES) do
        lab:device(1):change():set(nil, line)
      end
      local id = leave_unknown(lab, before)
      local result = at:resume(id)
      assert.equal(0, result.status, result.errors)
      assert.matches("unknown so far %(1%): SW%-CORE_1", result.errors)
      assert.equal("changed", state_now(id))
      assert.is_false(has_written(lab))
      result = at:resume(id)
      assert.equal(0, result.status)
      assert.matches("nothing is left to do", result.errors)
    end)
  end)

  it("finds that nothing has, and sends the lines when it is told to", function()
    with_lab(function(lab)
      local id = leave_unknown(lab, digest_of(lab))
      local result = at:resume(id)
      assert.equal(1, result.status)
      assert.matches("not_sent in change %(1%): SW%-CORE_1", result.errors)
      assert.equal("failed_clean", state_now(id))
      assert.is_false(has_written(lab))
      assert.equal(0, at:resume(id, "--failed").status)
      assert.equal("changed", state_now(id))
      assert.equal(1, lab:device(1):sent(LINES[1]))
    end)
  end)

  it("does both at once where it may", function()
    with_lab(function(lab)
      local id = leave_unknown(lab)
      assert.equal(0, at:resume(id, "--failed").status)
      assert.equal("changed", state_now(id))
      assert.equal(1, lab:device(1):sent(LINES[2]))
    end)
  end)

  it("leaves to a person what is half there, or is something else", function()
    with_lab(function(lab)
      local before = digest_of(lab)
      lab:device(1):change():set(nil, "ntp server 192.0.2.99") -- none of the lines
      local id = leave_unknown(lab, before)
      for _, word in ipairs { "neither as it was before", "1 are not" } do
        local result = at:resume(id, "--failed", "--format", "json")
        assert.equal(1, result.status)
        assert.matches(word, assert(json.decode(result.output))[1].message)
        assert.matches("unknown: SW%-CORE_1", result.errors)
        assert.is_truthy(result.errors:find("moonwire runs resume " .. id, 1, true))
        assert.equal("unknown", state_now(id))
        lab:device(1):change():set(nil, LINES[1])
      end
      assert.is_false(has_written(lab))
    end)
  end)

  it("knows a line for one that had always been there", function()
    with_lab(function(lab)
      lab:device(1):change():set(nil, LINES[1])
      local id = leave_unknown(lab, digest_of(lab))
      assert.equal(1, at:resume(id).status)
      assert.equal("failed_clean", state_now(id))
      assert.is_false(has_written(lab))
    end)
  end)

  it("does not take one for clean that it cannot reach", function()
    with_lab(function(lab)
      local id = leave_unknown(lab)
      at:put(unreachable(lab))
      for _, with_failed in ipairs { false, true } do
        local result = at:resume(id, "-q", with_failed and "--failed" or nil)
        assert.equal(1, result.status)
        assert.equal("", result.errors)
        assert.equal("unknown", state_now(id))
      end
      local shown = program.run { "runs", "show", "--runs", at.root, id }
      assert.matches("1 unknown: nobody has seen what came of them; moonwire runs",
        shown.output)
    end)
  end)

  it("does not keep the others from their lines", function()
    with_lab(function(lab)
      local id = leave_unknown(lab)
      assert.equal(2, at:read(id):tally().skipped)
      local result = at:resume(id)
      assert.equal(1, result.status)
      local known = at:read(id)
      assert.same({ "failed_clean", "changed", "changed" },
        { known:state(1), known:state(2), known:state(3) }, result.errors)
    end, { devices = 3 })
  end)

  for _, mode in ipairs { "nonblocking", "threads" } do
    it("looks at all of them where the first one ends the run, in mode " .. mode,
      function()
        with_lab(function(lab)
          local id = leave(lab, {
            { type = "begin", i = 1 }, { type = "begin", i = 3 },
            { type = "begin", i = 4 },
          }, "--mode", mode)
          lab:device(1):change():set(nil, LINES[1])
          for _, line in ipairs(LINES) do
            lab:device(4):change():set(nil, line)
          end
          local result = at:resume(id)
          assert.equal(1, result.status)
          assert.matches("nothing more is begun", result.errors)
          local known = at:read(id)
          local states = {}
          for i = 1, 4 do
            states[i] = known:state(i)
            assert.is_false(lab:device(i):sent "configure terminal")
          end
          assert.same({ "unknown", "skipped", "failed_clean", "changed" }, states)
        end, { devices = 4 })
      end)
  end

  it("asks a candidate whether the commit has come through", function()
    local options = { devices = 1, platform = "juniper_junos", twin = true }
    files.write(at.lines, "set system location building cellar\n")
    local function push(...)
      return program.run { "push", "--runs", at.folder .. "/other", "-i", at.inventory,
        "-f", at.lines, ... }
    end
    with_lab(function(lab)
      local id = leave_unknown(lab)
      assert.equal(1, at:resume(id).status)
      assert.equal("failed_clean", state_now(id))
      assert.is_false(lab:device(1):sent "commit")
      id = leave_unknown(lab, ("0"):rep(64))
      assert.equal(0, push().status)
      assert.equal(0, at:resume(id).status)
      assert.equal("changed", state_now(id))
    end, options)
  end)
end)
