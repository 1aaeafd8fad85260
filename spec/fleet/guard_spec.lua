-- Faults of spec/README.md: S12, S15.
local fleet = require "moonwire.fleet"
local guard = require "moonwire.fleet.guard"
local support = require "spec.support.lab"

local MODES = {
  sync = { mode = "sync" },
  threads = { mode = "threads", workers = 2 },
  nonblocking = { mode = "nonblocking", limit = 2 },
  hybrid = { mode = "hybrid", workers = 2, limit = 2 },
}

local function kinds_of(run)
  local kinds = {}
  for _, result in ipairs(run.results) do
    local kind = result.kind or "ok"
    kinds[kind] = (kinds[kind] or 0) + 1
  end
  return kinds
end

local function run(devices, options, changes)
  local all = { job = function() end }
  for _, more in ipairs { options, changes or {} } do
    for name, value in pairs(more) do
      all[name] = value
    end
  end
  return fleet.run(devices, all)
end

local function wrong(devices, password)
  for _, device in ipairs(devices) do
    device.password = password or "wrong"
  end
  return devices
end

for name, options in pairs(MODES) do
  describe("a run in mode " .. name, function()
    it("stops using a credential that devices refuse one after another", function()
      support.with_lab({ devices = 20 }, function(lab)
        local kinds = kinds_of(run(wrong(lab:inventory()), options))
        -- those under way when the third refusal came in are refused, too
        assert.is_true(kinds.auth >= 3 and kinds.auth <= 4, kinds.auth)
        assert.equal(20 - kinds.auth, kinds.auth_suspended)
      end)
    end)

    it("goes on when it is told to", function()
      support.with_lab({ devices = 6 }, function(lab)
        local changes = { credential_failures = false }
        local kinds = kinds_of(run(wrong(lab:inventory()), options, changes))
        assert.same({ auth = 6 }, kinds)
      end)
    end)

    it("stops when host keys change on many devices", function()
      local faults = { { name = "hostkey_change" } }
      support.with_lab({ devices = 20, faults = faults }, function(lab)
        local kinds = kinds_of(run(lab:inventory(), options))
        assert.is_true(kinds.hostkey >= 4 and kinds.hostkey <= 5, kinds.hostkey)
        assert.equal(20 - kinds.hostkey, kinds.hostkey_alarm)
      end)
    end)
  end)
end

describe("the guard of a run", function()
  local function device(name, changes)
    local one = { name = name, host = name, username = "admin", password = "x" }
    for field, value in pairs(changes or {}) do
      one[field] = value
    end
    return one
  end

  local REFUSED = { kind = "auth", phase = "auth" }

  it("tells credentials apart by user and by what they are made of", function()
    local self = guard.new(10, { credential_failures = 1 })
    self:note(device "a", REFUSED)
    local refusal = assert(self:refusal(device "b"))
    assert.equal("auth_suspended", refusal.kind)
    assert.equal("start", refusal.phase)
    assert.equal("b", refusal.device)
    assert.matches('"admin"', refusal.message)
    assert.not_matches("x any", refusal.message)
    for _, changes in ipairs {
      { username = "root" }, { password = "y" }, { key_file = "k" },
      { key_files = { "k" } }, { agent = "/a" },
    } do
      assert.is_nil(self:refusal(device("b", changes)))
    end
  end)

  it("counts refusals in a row only", function()
    local self = guard.new(10, {})
    for _ = 1, 5 do
      self:note(device "a", REFUSED)
      self:note(device "a", REFUSED)
      self:note(device "a", { ok = true })
    end
    assert.is_nil(self:refusal(device "b"))
    self:note(device "a", REFUSED)
    self:note(device "a", { kind = "timeout", phase = "connect" }) -- says nothing
    self:note(device "a", { kind = "hostkey", phase = "hostkey" })
    self:note(device "a", REFUSED)
    self:note(device "a", { kind = "channel", phase = "shell" }) -- it was logged in
    self:note(device "a", REFUSED)
    assert.is_nil(self:refusal(device "b"))
    self:note(device "a", REFUSED)
    self:note(device "a", REFUSED)
    self:note(device "a", { ok = true }) -- too late
    assert.is_truthy(self:refusal(device "b"))
  end)

  it("takes 1 % of changed host keys, and three, for chance", function()
    local function changes(count)
      local self, n = guard.new(count, {}), 0
      repeat
        n = n + 1
        self:note(device "a", { kind = "hostkey", host_key_verdict = "changed" })
        self:note(device "a", { kind = "hostkey", host_key_verdict = "unknown" })
      until self:refusal(device "b")
      return n
    end
    assert.equal(4, changes(5))
    assert.equal(4, changes(399))
    assert.equal(21, changes(2000))
    local self = guard.new(5, { changed_keys = false })
    for _ = 1, 10 do
      self:note(device "a", { host_key_verdict = "changed" })
    end
    assert.is_nil(self:refusal(device "b"))
  end)

  it("refuses limits that are none", function()
    for _, value in ipairs { 0, 1.5, "3", true } do
      for _, name in ipairs { "credential_failures", "changed_keys" } do
        assert.error_matches(function()
          fleet.run({}, { job = print, [name] = value })
        end, name)
      end
    end
  end)
end)
