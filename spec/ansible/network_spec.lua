local ansible = require "moonwire.ansible"
local labs = require "spec.support.lab"
local lock = require "moonwire.session.lock"
local network = require "moonwire.ansible.network"
local task = require "moonwire.task"
local uv = require "luv"
local warm = require "moonwire.warm"

local function fields_of(device, changes)
  local fields = {
    name = device.name, host = device.host, port = tostring(device.port),
    username = device.username, password = device.password, secret = device.secret,
    device_type = device.device_type, host_key = device.host_key,
  }
  for name, value in pairs(changes or {}) do
    fields[name] = value
  end
  return fields
end

local function all_of(lab)
  local list = {}
  for i, device in ipairs(lab:inventory()) do
    list[i] = fields_of(device)
  end
  return list
end

local function call(given)
  return ansible.answer(network, given)
end

-- What the device has, as nobody but the lab itself can see it.
local function truth(lab, index)
  return lab:device(index):configuration():render()
end

local function was_configured(lab, index)
  for _, line in ipairs(lab:device(index):lines()) do
    if (line.text or line):find "^configure" then
      return true
    end
  end
  return false
end

local VLAN = { "interface Vlan1", " description of the module" }

describe("moonwire for Ansible", function()
  it("runs commands on one device", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = fields_of(labs.device(lab))
      given.commands = "show clock, show vlan"
      local answer = call(given)
      assert.is_false(answer.failed)
      assert.is_false(answer.changed)
      assert.equal(2, #answer.stdout)
      assert.matches("VLAN Name", answer.stdout[2], 1, true)
      assert.equal("show clock", answer.results[1].output[1].command)
      assert.equal("", answer.stdout_lines[2][1])
      assert.equal("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
        answer.invocation.module_args.password)
    end)
  end)

  for _, mode in ipairs { "nonblocking", "hybrid", "threads", "sync" } do
    it("runs them on many at once: " .. mode, function()
      labs.with_lab({ devices = 3 }, function(lab)
        local answer = call {
          devices = all_of(lab), commands = { "show clock" }, mode = mode, workers = 2,
        }
        assert.same({ ok = 3, failed = 0 }, answer.count)
        assert.equal(mode, answer.mode)
        for i, device in ipairs(lab:inventory()) do
          assert.equal(device.name, answer.results[i].device)
        end
      end)
    end)
  end

  it("opens all of them, and no more than it may", function()
    labs.with_lab({ devices = 4 }, function(lab)
      local given = { devices = all_of(lab), commands = "show clock" }
      assert.equal(4, call(given).peak_sessions)
      given.limit = "2"
      assert.equal(2, call(given).peak_sessions)
    end)
  end)

  it("borrows sessions that are kept, and needs no password then", function()
    labs.with_lab({ devices = 2 }, function(lab)
      local path = os.tmpname()
      os.remove(path)
      local devices = all_of(lab)
      for _, device in ipairs(devices) do
        device.password, device.secret = nil, nil
      end
      task.group(function(group)
        local kept = { devices = lab:inventory() }
        local door <close> = assert(warm.open(group, path, function() return kept end))
        uv.os_setenv("MOONWIRE_VIA", path)
        for round = 1, 2 do
          local answer = call { devices = devices, commands = "show clock" }
          assert.is_false(answer.failed, answer.msg)
          assert.equal(2 * round, door.pool.count.lent)
        end
        local answer = call { devices = devices, config = VLAN }
        uv.os_unsetenv "MOONWIRE_VIA"
        assert.is_false(answer.failed, answer.msg)
        assert.is_true(answer.changed)
        assert.equal(2, door.pool.count.logins)
      end)
      assert.is_true(was_configured(lab, 2))
    end)
  end)

  it("takes hosts, and fields for all of them", function()
    labs.with_lab({ devices = 2 }, function(lab)
      local given = fields_of(labs.device(lab))
      given.host, given.name = nil, nil
      given.devices = { labs.device(lab, 1).host, labs.device(lab, 2).host }
      given.commands = { "show clock" }
      assert.same({ ok = 2, failed = 0 }, call(given).count)
    end)
  end)

  it("fails when a device does, unless it is not to", function()
    labs.with_lab({ devices = 2 }, function(lab)
      local list = all_of(lab)
      list[2].password = "another"
      local given = { devices = list, commands = "show clock" }
      local answer = call(given)
      assert.is_true(answer.failed)
      assert.same({ ok = 1, failed = 1 }, answer.count)
      assert.equal("auth", answer.results[2].kind)
      assert.matches("^1 of 2 devices failed: .*refused the login", answer.msg)
      given.always_ok = "yes"
      assert.is_false(call(given).failed)
    end)
  end)

  it("does not send in check mode what may not only read", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = fields_of(labs.device(lab))
      given.commands = { "show clock", "clear counters" }
      given._ansible_check_mode = true
      local answer = call(given)
      assert.is_false(answer.failed)
      assert.equal(1, #answer.stdout)
      assert.matches("not sent to %S+, .*: clear counters", answer.warnings[1])
    end)
  end)

  it("changes once", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = { host = fields_of(labs.device(lab)), config = VLAN }
      given._ansible_diff = true
      local before = truth(lab, 1)
      local answer = call(given)
      assert.is_false(answer.failed)
      assert.is_true(answer.changed)
      assert.equal(2, answer.results[1].applied)
      assert.is_nil(answer.diff[1].before:find("of the module", 1, true))
      assert.matches("\n description of the module\n", answer.diff[1].after, 1, true)
      local after = truth(lab, 1)
      assert.not_equal(before, after)
      local sent = #lab:device(1):lines()
      answer = call(given)
      assert.is_false(answer.changed)
      assert.same({}, answer.diff)
      assert.equal(0, answer.results[1].applied)
      assert.equal(after, truth(lab, 1))
      for i = sent + 1, #lab:device(1):lines() do
        local line = lab:device(1):lines()[i]
        assert.is_nil((line.text or line):find "^configure")
      end
    end)
  end)

  it("does not call it a change when the device has it already", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = { host = fields_of(labs.device(lab)) }
      given.config = "interface Vlan1\n shutdown\nno banner motd\n"
      local answer = call(given)
      assert.is_false(answer.failed)
      assert.is_true(was_configured(lab, 1))
      assert.is_false(answer.changed)
    end)
  end)

  it("foretells in check mode, and leaves the device alone", function()
    labs.with_lab({ devices = 2 }, function(lab)
      local before = truth(lab, 1)
      local given = { devices = all_of(lab), config = VLAN }
      given._ansible_check_mode, given._ansible_diff = true, true
      local answer = call(given)
      assert.is_false(answer.failed)
      assert.is_true(answer.changed)
      assert.equal(2, #answer.diff)
      assert.matches("\n description of the module\n", answer.diff[1].after, 1, true)
      assert.equal(before, truth(lab, 1))
      assert.is_false(was_configured(lab, 1))
      assert.is_false(was_configured(lab, 2))
    end)
  end)

  it("tells of a push that failed in the middle what it has changed", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = { host = fields_of(labs.device(lab)) }
      given.config = { "ip domain name example.net", "ip nonsense" }
      local answer = call(given)
      assert.is_true(answer.failed)
      assert.is_true(answer.changed)
      assert.equal("rejected", answer.results[1].kind)
      assert.matches("ip nonsense", answer.msg, 1, true)
      given.config = { "ip nonsense" }
      answer = call(given)
      assert.is_true(answer.failed)
      assert.is_false(answer.changed)
    end)
  end)

  it("has the guards of every change", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = { host = fields_of(labs.device(lab)) }
      given.config = "no router bgp 65001"
      for _, is_check in ipairs { true, false } do
        given._ansible_check_mode = is_check
        local answer = call(given)
        assert.is_true(answer.failed)
        assert.is_false(answer.changed)
        assert.equal("denied", answer.results[1].kind)
        assert.is_false(was_configured(lab, 1))
      end
      given.allow = "routing"
      assert.is_false(call(given).failed)
      local lines = {}
      for i = 1, 201 do
        lines[i] = ("ntp server 198.51.100.%d"):format(i)
      end
      given = { host = fields_of(labs.device(lab)), config = lines }
      assert.equal("refused", call(given).results[1].kind)
      given.large = "yes"
      assert.is_true(call(given).changed)
      local device = labs.device(lab)
      local held <close> = assert(lock.take(device, "run 7")) -- luacheck: ignore 211
      given.config = "ntp server 192.0.2.1"
      assert.equal("locked", call(given).results[1].kind)
    end)
  end)

  it("goes to the mode where the configuration can be seen", function()
    labs.with_lab({ devices = 1, privilege = 1 }, function(lab)
      local answer = call { host = fields_of(labs.device(lab)), config = VLAN }
      assert.is_false(answer.failed)
      assert.is_true(answer.changed)
    end)
  end)

  it("hides secrets in what it shows, and shows that they differ", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local given = { host = fields_of(labs.device(lab)), _ansible_diff = true }
      given.config = "snmp-server community velvet RO"
      local diff = call(given).diff[1]
      assert.is_nil((diff.before .. diff.after):find("velvet", 1, true))
      assert.not_equal(diff.before, diff.after)
    end)
  end)

  it("commits where there is something to commit", function()
    labs.with_lab({ devices = 1, platform = "juniper_junos" }, function(lab)
      local given = { host = fields_of(labs.device(lab)), _ansible_diff = true }
      given.config = "set system location building cellar"
      local answer = call(given)
      assert.is_nil(answer.results[1].message)
      assert.is_true(answer.changed)
      assert.is_false(call(given).changed)
    end)
  end)

  it("asks in check mode where there is a candidate, and discards it", function()
    labs.with_lab({ devices = 1, platform = "juniper_junos" }, function(lab)
      local given = {
        host = fields_of(labs.device(lab)),
        config = "set system location building cellar",
        _ansible_check_mode = true, _ansible_diff = true,
      }
      local answer = call(given)
      assert.is_nil(answer.results[1].message)
      assert.is_true(answer.changed)
      assert.matches("cellar", answer.diff[1].prepared, 1, true)
      for _, line in ipairs(lab:device(1):lines()) do
        assert.is_nil((line.text or line):find "^commit")
      end
      given._ansible_check_mode = nil
      assert.is_true(call(given).changed)
      given._ansible_check_mode = true
      answer = call(given)
      assert.is_false(answer.failed)
      assert.is_false(answer.changed)
      assert.same({}, answer.diff)
    end)
  end)

  it("says where it cannot tell in check mode, and does nothing", function()
    labs.with_lab({ devices = 1, platform = "mikrotik_routeros" }, function(lab)
      local answer = call {
        host = fields_of(labs.device(lab)), config = "/system identity set name=x",
        _ansible_check_mode = true,
      }
      assert.is_true(answer.failed)
      assert.equal("unsupported", answer.results[1].kind)
    end)
  end)

  for words, given in pairs {
    ["missing required arguments: host or devices"] = { commands = "x" },
    ["host and devices: give one of them"] = {
      host = "r1", devices = { "r2" }, commands = "x",
    },
    ["missing required arguments: commands or config"] = { host = "r1" },
    ["commands and config: give one of them"] = {
      host = "r1", commands = "x", config = "y",
    },
    ["there is nothing to send: commands or config is empty"] = {
      host = "r1", commands = {},
    },
    ["devices: there is none"] = { devices = {}, commands = "x" },
    ["limit: must be at least 1"] = { host = "r1", commands = "x", limit = 0 },
    ["username: is missing"] = { host = "r1", commands = "x" },
    ["must be 1 to 65535"] = { host = "r1", commands = "x", port = "99999" },
  } do
    it("fails with words: " .. words, function()
      local answer = call(given)
      assert.is_true(answer.failed)
      assert.is_false(answer.changed)
      assert.matches(words, answer.msg, 1, true)
    end)
  end
end)
