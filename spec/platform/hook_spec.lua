local platform = require "moonwire.platform"

-- the session's side of a hook, by answers to commands
local function new_cli(answers)
  return {
    sent = {},
    kept = {},
    run = function(self, command)
      self.sent[#self.sent + 1] = command
      local answer = answers[command] or ""
      if answer == "lost" then
        return nil, "the connection is gone", "dropped"
      end
      return answer
    end,
    press = function(self, keys)
      self.sent[#self.sent + 1] = keys
      return true
    end,
  }
end

describe("FortiOS", function()
  local hooks = platform.get("fortinet").hooks
  local PAGING = {
    ["get system status"] = "Version: FortiGate-60F v7.2.5\n"
      .. "Virtual domain configuration: disable\n",
    ["get system console"] = "login        : enable\noutput       : more \n",
  }

  it("is put to no paging, and back on leaving", function()
    local cli = new_cli(PAGING)
    assert.is_true(hooks.arrive(cli))
    assert.same({
      "get system status", "get system console", "config system console",
      "set output standard", "end",
    }, cli.sent)
    cli.sent = {}
    assert.is_true(hooks.leave(cli))
    assert.same({ "config system console", "set output more", "end" }, cli.sent)
  end)

  it("is left alone where paging is off already", function()
    local cli = new_cli {
      ["get system status"] = PAGING["get system status"],
      ["get system console"] = "output              : standard\n",
    }
    assert.is_true(hooks.arrive(cli))
    assert.is_true(hooks.leave(cli))
    assert.same({ "get system status", "get system console" }, cli.sent)
  end)

  it("is left alone where one may not look at it", function()
    local cli = new_cli { ["get system console"] = "Command fail. Return code -37\n" }
    assert.is_true(hooks.arrive(cli))
    assert.is_true(hooks.leave(cli))
    assert.equal(2, #cli.sent)
  end)

  for _, word in ipairs { "multiple", "enable", "split-task" } do
    it("is changed in its global part with domains: " .. word, function()
      local cli = new_cli {
        ["get system status"] = "Virtual domain configuration: " .. word .. "\n",
        ["get system console"] = PAGING["get system console"],
      }
      assert.is_true(hooks.arrive(cli))
      assert.same({
        "get system status", "config global", "get system console", "end",
        "config global", "config system console", "set output standard", "end", "end",
      }, cli.sent)
    end)
  end

  it("hands a lost connection on", function()
    local lost = { ["get system status"] = "lost" }
    local ok, message, kind = hooks.arrive(new_cli(lost))
    assert.is_nil(ok)
    assert.equal("the connection is gone", message)
    assert.equal("dropped", kind)
    local cli = new_cli {
      ["get system console"] = PAGING["get system console"],
      ["set output standard"] = "lost",
    }
    ok, message, kind = hooks.arrive(cli)
    assert.is_nil(ok)
    assert.equal("the connection is gone", message)
    assert.equal("dropped", kind)
    assert.is_true(hooks.leave(cli), "nothing is put back that was not changed")
  end)
end)

describe("RUGGEDCOM ROS", function()
  it("is led from its menu to the command line by Ctrl-S", function()
    local cli = new_cli {}
    assert.is_true(platform.get("siemens_ros").hooks.open(cli))
    assert.same({ "\19" }, cli.sent)
  end)
end)

describe("EXOS", function()
  local exos = platform.get "extreme_exos"

  it("shows the same prompt however often it has counted", function()
    for _, prompt in ipairs {
      "X440.1 # ", "X440.2 # ", "* X440.117 # ", "! X440.3 # ", "*! X440.4 # ",
    } do
      assert.equal("X440 # ", platform.plain(exos, prompt))
    end
    assert.equal("Slot-1 X440 # ", platform.plain(exos, "* Slot-1 X440.5 # "))
  end)

  it("shows another prompt to a user, and on another switch", function()
    assert.equal("X440 > ", platform.plain(exos, "X440.8 > "))
    assert.equal("core.2.site # ", platform.plain(exos, "core.2.site.8 # "))
  end)
end)

describe("a platform without functions", function()
  it("shows its prompt as it is", function()
    assert.equal("r1.2 # ", platform.plain(platform.get "cisco_ios", "r1.2 # "))
  end)
end)

describe("RouterOS", function()
  it("is told about the terminal behind the name to log in with", function()
    local routeros = platform.get "mikrotik_routeros"
    assert.equal("ops+ct511w4098h", platform.login_name(routeros, "ops"))
    assert.equal("ops+c80w", platform.login_name(routeros, "ops+c80w"))
    assert.equal("ops", platform.login_name(platform.get "cisco_ios", "ops"))
  end)
end)

describe("AireOS", function()
  it("asks for name and password again, once each", function()
    local asked = {}
    for _, rule in ipairs(platform.get("cisco_wlc").login) do
      assert.is_true(rule.once)
      asked[rule.text] = rule.secret
    end
    assert.equal("username", asked["User: "])
    assert.equal("password", asked["Password:"])
  end)

  it("has its paging put back", function()
    local wlc = platform.get "cisco_wlc"
    assert.is_true(wlc.paging.restore)
    assert.same({ "config paging enable" }, platform.action(wlc, "paging_on").run)
  end)
end)

describe("PAN-OS", function()
  it("is logged in to by keyboard-interactive, agreeing to its banner", function()
    local ssh = platform.get("paloalto_panos").ssh
    assert.equal("keyboard-interactive", ssh.methods[1])
    assert.equal("yes", ssh.ask[1].say)
  end)
end)
