-- Faults of spec/README.md: P3, P6, P8.
local lock = require "moonwire.session.lock"
local push = require "moonwire.fleet.push"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"

local LINES = {
  "interface GigabitEthernet0/1", " description moonwire", "ntp server 192.0.2.77",
}

-- Push to the first device of a lab: what `apply` returns, the running configuration
-- then, and what the device heard.
local function apply(plan, options, changes)
  local value, message, kind, detail, running
  local heard = {}
  support.with_lab(options or { devices = 1 }, function(lab)
    local device = support.device(lab)
    for name, what in pairs(changes or {}) do
      device[name] = what
    end
    for _ = 1, plan.times or 1 do
      local before = #lab:device(1):lines()
      local session <close> = assert(sessions.open(device, { timeout = 5 }))
      value, message, kind, detail = push.apply(session, device, plan)
      local all = lab:device(1):lines()
      heard = table.move(all, before + 1, #all, 1, {})
    end
    local session <close> = assert(sessions.open(support.device(lab)))
    if session.platform.config.show then
      session:enable()
      running = session:get_config()
    end
  end)
  return value, message, kind, detail, running, heard
end

local function hears(heard, line)
  for _, one in ipairs(heard) do
    if one == line then
      return true
    end
  end
  return false
end

describe("moonwire.fleet.push", function()
  it("changes a device, and has seen that it did", function()
    local value, message, _, _, running = apply { lines = LINES }
    assert.is_nil(message)
    assert.same({ "changed", true, 3 }, { value.state, value.verified, value.applied })
    assert.is_truthy(running:find("ntp server 192.0.2.77", 1, true))
  end)

  it("sends nothing a second time", function()
    local value, _, _, _, _, heard = apply { lines = LINES, times = 2 }
    assert.same({ "unchanged", 0 }, { value.state, value.applied })
    assert.is_false(hears(heard, "ntp server 192.0.2.77"))
  end)

  it("sends nothing in a dry run, and shows what would change", function()
    local value, _, _, _, running, heard = apply { lines = LINES, dry_run = true }
    assert.equal("unchanged", value.state)
    assert.equal("+  description moonwire\n+ ntp server 192.0.2.77", value.diff)
    assert.is_nil(running:find("192.0.2.77", 1, true))
    assert.is_false(hears(heard, "configure terminal"))
  end)

  it("stops at the first line that is rejected", function()
    local lines = { "ntp server 192.0.2.77", "frobnicate", "ntp server 192.0.2.78" }
    local value, message, kind, detail, running = apply { lines = lines }
    assert.is_nil(value)
    assert.same({ "rejected", "rejected" }, { kind, detail.state })
    assert.matches('line 2 "frobnicate"', message)
    assert.is_truthy(running:find("192.0.2.77", 1, true))
  end)

  it("saves, where it is told to", function()
    local value = apply { lines = LINES, save = true }
    assert.same({ "changed", true }, { value.state, value.saved })
  end)

  it("looks before it writes where an earlier run was lost", function()
    local doubt = { is_in_doubt = true }
    local value = apply({ lines = LINES }, nil, doubt)
    assert.same({ "changed", 3 }, { value.state, value.applied }) -- nothing was there
    value = apply({ lines = LINES, times = 2 }, nil, doubt)
    assert.same({ "changed", 0 }, { value.state, value.applied }) -- all was there
    local there = { "interface GigabitEthernet0/1", " description moonwire" }
    support.with_lab({ devices = 1 }, function(lab)
      local device = support.device(lab)
      local session <close> = assert(sessions.open(device))
      assert(session:enable())
      assert(session:send_config_set(there))
      device.is_in_doubt = true
      local done, message, kind, detail = push.apply(session, device, { lines = LINES })
      assert.is_nil(done)
      assert.same({ "unknown", "unknown" }, { kind, detail.state })
      assert.matches("some of the lines are there, and 1 are not", message)
    end)
  end)

  it("leaves a device alone that somebody else changes", function()
    support.with_lab({ devices = 1 }, function(lab)
      local device = support.device(lab)
      local held <close> = assert(lock.take(device, "run 7")) -- luacheck: ignore 211
      local session <close> = assert(sessions.open(device, { timeout = 5 }))
      local plan = { lines = LINES }
      local value, message, kind, detail = push.apply(session, device, plan)
      assert.is_nil(value)
      assert.same({ "locked", "failed_clean" }, { kind, detail.state })
      assert.matches("by run 7", message)
      assert(push.apply(session, device, { lines = LINES, dry_run = true }))
    end)
  end)

  it("says that it is not known, where the device is lost in the midst", function()
    local lines = {}
    for i = 1, 200 do
      lines[i] = ("ntp server 192.0.2.%d"):format(i)
    end
    support.with_lab({ devices = 1 }, function(lab)
      local device = support.device(lab)
      local session <close> = assert(sessions.open(device, { timeout = 1 }))
      assert(session:enable())
      local send = session.send_config_set
      function session:send_config_set(...)
        self.client:close() -- the connection is gone when the lines go out
        return send(self, ...)
      end
      local value, _, _, detail = push.apply(session, device, { lines = lines })
      assert.is_nil(value)
      assert.is_truthy(detail.state == "unknown" or detail.state == "failed_clean")
    end)
  end)

  local STRANGE = "198.51.100." -- to all devices; a figure follows

  local function numbered(count)
    local lines = {}
    for i = 1, count do
      lines[i] = ("ntp server %s%d"):format(STRANGE, i)
    end
    return lines
  end

  local function is_refused(kind, words, plan, options)
    local value, message, its_kind, detail, running, heard = apply(plan, options)
    assert.is_nil(value)
    assert.same({ kind, "failed_clean" }, { its_kind, detail.state })
    assert.is_truthy(message:find(words, 1, true), message)
    assert.is_nil(running:find(STRANGE, 1, true))
    return heard
  end

  it("refuses what destroys, unless it is allowed by name", function()
    local lines = { "ntp server " .. STRANGE .. "1", "no username admin" }
    for _, is_dry in ipairs { true, false } do
      local heard = is_refused("denied", 'allow = { ["users"] = true }',
        { lines = lines, dry_run = is_dry })
      assert.is_false(hears(heard, "configure terminal"))
    end
    local value = apply { lines = { lines[1], "no router bgp 65001" },
      allow = { routing = true } }
    assert.equal("changed", value.state)
  end)

  it("refuses lines that are none to the device", function()
    local heard = is_refused("invalid", "there is no line in it", { lines = { "! x" } })
    assert.is_false(hears(heard, "configure terminal"))
  end)

  it("refuses to change too many lines, or too large a share", function()
    local heard = is_refused("refused", "201 lines would change, and 200 is the limit",
      { lines = numbered(201) })
    assert.is_false(hears(heard, "configure terminal"))
    is_refused("refused", "3 lines would change, and 2 is the limit",
      { lines = numbered(3), max_lines = 2 })
    is_refused("refused", "and 1 % is the limit",
      { lines = numbered(21), max_share = 0.01 })
    local value = apply { lines = numbered(21), max_share = 0.01, large = true }
    assert.equal("changed", value.state)
    value = apply { lines = numbered(201), dry_run = true }
    assert.matches("refused without %-%-large: 201 lines", value.note)
  end)

  it("says when it is in effect, and could not be saved", function()
    local faults = { { name = "save_failure" } }
    local value, message, kind, detail, running =
      apply({ lines = LINES, save = true }, { devices = 1, faults = faults })
    assert.is_nil(value)
    assert.same({ "save", "changed" }, { kind, detail.state })
    assert.matches("it is in effect, and not saved", message)
    assert.is_truthy(running:find("192.0.2.77", 1, true))
  end)

  local ATOMIC = { "juniper_junos", "cisco_xr", "vyos", "arista_eos" }
  for _, platform in ipairs(ATOMIC) do
    describe("on " .. platform, function()
      local LINE = { "ntp server 192.0.2.78" }

      local function lab(faults)
        return { devices = 1, platform = platform, twin = true, faults = faults }
      end

      it("shows its diff in a dry run, and leaves nothing behind", function()
        local value, message = apply({ lines = LINE, dry_run = true }, lab())
        assert.is_nil(message)
        assert.equal("unchanged", value.state)
        assert.is_truthy(value.diff:find("192.0.2.78", 1, true), value.diff)
        value = apply({ lines = LINE, dry_run = true, times = 2 }, lab())
        assert.equal("unchanged", value.state)
      end)

      it("commits what is new, and nothing a second time", function()
        local value, message = apply({ lines = LINE }, lab())
        assert.is_nil(message)
        assert.equal("changed", value.state)
        value, message = apply({ lines = LINE, times = 2 }, lab())
        assert.is_nil(message)
        assert.equal("unchanged", value.state)
      end)

      it("confirms what a new session has shown to be harmless", function()
        local value, message = apply({ lines = LINE, confirm = 120 }, lab())
        assert.is_nil(message)
        assert.equal("changed", value.state)
      end)

      it("discards what would change too much", function()
        is_refused("refused", "lines would change", { lines = numbered(3),
          max_lines = 1 }, lab())
      end)

      it("touches no candidate of somebody else", function()
        local faults = { { name = "candidate" } }
        local value, _, kind, detail = apply({ lines = LINE }, lab(faults))
        if value then
          return -- where a candidate is one's own
        end
        assert.same({ "candidate", "failed_clean" }, { kind, detail.state })
      end)
    end)
  end

  it("says before anything is sent what a platform cannot do", function()
    local options = { devices = 1, platform = "cisco_nxos", twin = true }
    local value, message, kind, detail = apply({ lines = LINES, confirm = 60 }, options)
    assert.is_nil(value)
    assert.same({ "unsupported", "failed_clean" }, { kind, detail.state })
    assert.matches("takes nothing back by itself", message)
  end)
end)
