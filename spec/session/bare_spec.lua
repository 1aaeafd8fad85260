-- Platforms that have no comments, and a preparation that wants a mode: the same
-- device, talked to in another way.
local platforms = require "moonwire.platform"
local session = require "moonwire.session"
local support = require "spec.support.lab"

local BARE = platforms.define "bare_ios" {
  like = "cisco_ios",
  status = "lab",
  sentinel = "double_prompt",
  type_ahead = false,
  prep = { { "terminal length 0", mode = "priv" }, "terminal width 511" },
}

describe("a session without marks", function()
  local get = platforms.get

  setup(function()
    platforms.get = function(name)
      if name == "bare_ios" then
        return BARE
      end
      return get(name)
    end
  end)

  teardown(function()
    platforms.get = get
  end)

  local function with_router(options, fn)
    support.with_lab(options, function(lab)
      local device = support.device(lab)
      local plain <close> = assert(session.open(device))
      device.device_type = "bare_ios"
      local router <close> = assert(session.open(device))
      fn(router, plain, lab:device(1))
    end)
  end

  it("gives the same outputs, and sends no comments", function()
    with_router({}, function(router, plain, device)
      for _, command in ipairs { "show version", "show running-config", "show vlan" } do
        assert.equal(plain:send_command(command), router:send_command(command))
      end
      local before = #device:lines()
      assert.matches("privilege", (router:send_command "show privilege"))
      for i = before + 1, #device:lines() do
        assert.not_matches("!", device:lines()[i], 1, true)
      end
      assert.equal("SW-CORE_1#", router:find_prompt())
    end)
  end)

  it("takes a step of its preparation as soon as it is in its mode", function()
    with_router({ privilege = 1 }, function(router, _, device)
      assert.equal("exec", router:mode())
      assert.equal(1, device:sent "terminal length 0") -- the other session's
      assert.is_true(router:enable())
      assert.equal(2, device:sent "terminal length 0")
      local terminal = router:send_command "show terminal"
      assert.matches("Length: 0 lines, Width: 511", terminal, 1, true)
      assert.is_true(router:enter_mode "exec")
      assert.is_true(router:enable())
      assert.equal(2, device:sent "terminal length 0")
    end)
  end)

  it("turns pages as long as that step waits", function()
    with_router({ privilege = 1 }, function(router, plain)
      assert.equal(plain:send_command "show vlan", router:send_command "show vlan")
    end)
  end)

  it("walks through modes, configures and streams", function()
    with_router({ privilege = 1 }, function(router, plain, device)
      local result = assert(router:send_config_set {
        "hostname B-7", "banner motd #", "x", "#", "vlan 70", " name seventy",
      })
      assert.equal(6, result.applied)
      assert.equal("B-7#", router:find_prompt())
      assert.matches(" name seventy\n", device:running_config(), 1, true)
      local lines = { "vlan 71", "nonsense", "vlan 72" }
      local _, _, kind, detail = router:send_config_set(lines)
      assert.equal("rejected", kind)
      assert.equal(2, detail.line)
      assert.is_false(device:sent "vlan 72")
      assert(plain:enable())
      lines = {}
      assert(router:stream("show running-config", function(line)
        lines[#lines + 1] = line
      end))
      assert.equal(plain:send_command "show running-config", table.concat(lines, "\n"))
      assert.matches("OK", router:save_config(), 1, true)
    end)
  end)

  it("never answers a question with its empty line", function()
    with_router({}, function(router, _, device)
      local _, _, kind = router:send_command("reload", { confirm = true })
      assert.equal("question", kind)
      assert.equal(0, device.reloads)
      assert.equal("SW-CORE_1#", router:find_prompt())
      local questions = { { "reload", "" } }
      assert.is_nil(router:send_interactive("reload", questions, { confirm = true }))
      assert.equal(1, device.reloads)
    end)
  end)

  for _, name in ipairs { "lookalike", "syslog", "dribble", "pager_stuck" } do
    it("gives the whole output with " .. name, function()
      local seconds = name == "dribble" and 0.0005 or nil
      seconds = name == "lookalike" and 0.2 or seconds
      local faults = { { name = name, device = 1, seconds = seconds } }
      with_router({ faults = faults }, function(router, plain)
        local command = name == "dribble" and "show privilege" or "show vlan brief"
        assert.equal(plain:send_command(command), router:send_command(command))
        assert.matches("privilege", (router:send_command "show privilege"))
      end)
    end)
  end
end)

-- It shows pages until it was asked whether it does: a prompt in the midst of that
-- answer, and a pager that takes the empty line behind it for its key.
describe("a session without marks, at a pager", function()
  it("asks once more where its empty line was swallowed", function()
    local faults = { { name = "lookalike", device = 1, seconds = 0.1 } }
    local options = { platform = "fortinet", devices = 1, faults = faults }
    support.with_lab(options, function(lab)
      local firewall <close> = assert(session.open(support.device(lab)))
      local output = assert(firewall:send_command "get system status")
      assert.matches("\nSW%-CORE_1 # ?\n", output)
      assert.equal(output, firewall:send_command "get system status")
    end)
  end)
end)
