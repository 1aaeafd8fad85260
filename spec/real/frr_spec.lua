-- FRRouting as Debian ships it: daemons, vtysh, and OpenSSH before it.
local frr = require "spec.support.frr"
local machine = require "spec.support.machine"
local mixture = require "spec.support.mixture"
local session = require "moonwire.session"
local step = require "moonwire.verify.step"

local function with(fields, device)
  return setmetatable(fields, { __index = device })
end

-- Routes pass from one daemon to another, and on to the kernel, in their own time:
-- one that is only queued for it has no star yet.
local function routes_with(router, route)
  local text
  repeat
    text = assert(router:send_command "show ip route static")
  until text:find("S>* " .. route, 1, true)
  return text
end

local obstacle = machine.obstacle()
if obstacle then
  pending("FRR's vtysh: " .. obstacle)
  return
end

describe("FRR's vtysh", function()
  local system, router

  setup(function() system = assert(frr.start()) end)
  teardown(function() system:stop() end)

  before_each(function()
    router = assert(session.open(system.device))
  end)
  after_each(function() router:disconnect() end)

  it("shows its version", function()
    assert.equal("priv", router:mode())
    local text = assert(router:send_command "show version")
    assert.matches("^FRRouting 8%.", text)
    assert.matches("PYTHON=python3'$", text)
  end)

  it("tells what may follow, and enters nothing", function()
    local function words_behind(prefix)
      local words = {}
      for _, row in ipairs(assert(router:help(prefix))) do
        words[row.word] = row.help
      end
      return words
    end
    assert.equal("IP routing table", words_behind("show ip ro").route)
    assert.is_string(words_behind("show ").version)
    assert.is_string(words_behind("show version ")["<cr>"])
    assert.same({}, words_behind "nonsense ")
    assert.matches("^FRRouting 8%.", assert(router:send_command "show version"))
  end)

  it("takes a route and shows it", function()
    local report = assert(router:send_config_set { "ip route 203.0.113.0/24 Null0" })
    assert.equal(1, report.applied)
    assert.equal("priv", router:mode())
    assert.matches("S>%* 203%.0%.113%.0/24 .*blackhole",
      routes_with(router, "203.0.113.0/24"))
  end)

  it("changes its name in mid-session", function()
    assert.equal("lab1#", (router:find_prompt():gsub("%s", "")))
    assert(router:send_config_set { "hostname R1", "ip route 198.51.100.0/24 Null0" })
    assert.equal("R1#", (router:find_prompt():gsub("%s", "")))
    assert.matches("hostname R1\n", assert(router:send_command "show running-config"))
    routes_with(router, "198.51.100.0/24")
    assert(router:send_config_set { "hostname lab1" })
    assert.matches("^lab1#", router:find_prompt())
  end)

  it("stops a configuration at the line that it rejects", function()
    local report, message, kind = router:send_config_set {
      "ip route 203.0.114.0/24 Null0",
      "ip route 203.0.114.0/33 Null0",
      "ip route 203.0.115.0/24 Null0",
    }
    assert.is_nil(report)
    assert.equal("rejected", kind)
    for _, words in ipairs {
      'line 2 "ip route 203.0.114.0/33 Null0" was rejected',
      "% Unknown command: ip route 203.0.114.0/33",
    } do
      assert.matches(words, message, 1, true)
    end
    assert.equal("priv", router:mode())
    routes_with(router, "203.0.114.0/24")
  end)

  it("rejects lines that are well formed", function()
    local report, message, kind = router:send_config_set {
      "router bgp 65001",
      "neighbor 192.0.2.9 peer-group EDGE",
    }
    assert.is_nil(report)
    assert.equal("rejected", kind)
    assert.matches("line 2", message, 1, true)
    assert.matches("% Configure the peer-group first", message, 1, true)
    report, message, kind = router:send_config_set {
      "router bgp 65001",
      "neighbor 192.0.2.9 activate",
    }
    assert.is_nil(report)
    assert.equal("rejected", kind)
    assert.matches("% Specify remote-as or peer-group commands first", message, 1, true)
    assert(router:send_config_set { "no router bgp 65001" })
  end)

  it("saves its configuration", function()
    assert(router:send_config_set { "ip route 203.0.116.0/24 Null0" })
    assert.matches("%[OK%]$", assert(router:save_config()))
    local shell <close> = assert(session.open(system.shell_device))
    assert.matches("\nip route 203.0.116.0/24 Null0\n",
      assert(shell:send_command "cat /etc/frr/frr.conf"), 1, true)
  end)

  it("is known by what it says", function()
    for _, device in ipairs { system.device, system.shell_device } do
      local found <close> =
        assert(session.open(with({ device_type = "autodetect" }, device)))
      assert.equal(device == system.device and "frr_vtysh" or "linux",
        found:device_type())
    end
  end)

  it("keeps apart what was asked at once", function()
    local questions = {
      "show version", "show interface v0", "show running-config",
      "show ip route summary",
    }
    mixture.keeps_apart(router, questions, 60)
  end)

  it("runs a command on a channel of its own", function()
    assert.matches("^FRRouting 8", assert(router:exec "show version"))
    local text, _, kind = router:exec "shwo version"
    assert.is_nil(text)
    assert.equal("rejected", kind)
  end)

  it("switches the pager off that the login brings", function()
    local shell <close> = assert(session.open(system.shell_device))
    assert.equal("less", shell:send_command "echo $VTYSH_PAGER")
    assert(shell:enter_mode "priv")
    assert.equal(router:send_command "show version", shell:send_command "show version")
  end)

  it("passes what its twin does: every mode, rejection, logout", function()
    local starts = { priv = system.device, linux = system.shell_device }
    for start, device in pairs(starts) do
      local opened <close> = assert(session.open(device))
      local platform = opened.platform
      local edges = {}
      for _, edge in ipairs(platform.edges) do
        -- where vtysh is the login's shell, there is none around it
        if start == "linux" or (edge[1] ~= "linux" and edge[2] ~= "linux") then
          edges[#edges + 1] = edge
        end
      end
      local trial = {
        start = start, session = opened, crossed = {},
        platform = with({ edges = edges }, platform),
      }
      for _, name in ipairs { "login", "edges", "rejection", "logout" } do
        local ok, message = step[name](trial)
        assert(ok, ("%s from %s: %s"):format(name, start, message))
      end
      for _, edge in ipairs(edges) do
        assert.is_true(trial.crossed[edge], edge[1] .. " to " .. edge[2])
      end
    end
  end)
end)
