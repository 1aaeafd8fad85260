-- Faults of spec/README.md: P2.
local session = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local function with_router(options, fn)
  support.with_lab(options, function(lab)
    local router <close> = assert(session.open(support.device(lab)))
    fn(router, lab:device(1), lab)
  end)
end

local function routes(count)
  local lines = {}
  for i = 1, count do
    lines[i] = ("ip route 10.%d.%d.0 255.255.255.0 192.0.2.1"):format(i >> 8, i & 255)
  end
  return lines
end

local function has_line(device, line)
  return device:running_config():find(line .. "\n", 1, true) ~= nil
end

local function is_sane(router)
  assert.equal("priv", router:mode())
  assert.matches("privilege", (router:send_command "show privilege"))
end

describe("session:send_config_set", function()
  it("applies all lines, in many windows, and leaves configuration mode", function()
    with_router({}, function(router, device)
      local lines = routes(300)
      local result = assert(router:send_config_set(lines))
      assert.equal(300, result.applied)
      assert.same({}, result.lines)
      for _, line in ipairs(lines) do
        assert.is_true(has_line(device, line))
        assert.equal(1, device:sent(line))
      end
      is_sane(router)
    end)
  end)

  it("takes a text with sections, comments and empty lines", function()
    with_router({}, function(router, device)
      local result = assert(router:send_config_set [[
! a comment
interface GigabitEthernet0/0
 description uplink

vlan 77
 name seventy-seven
]])
      assert.equal(4, result.applied)
      assert.is_true(has_line(device, " description uplink"))
      assert.is_true(has_line(device, " name seventy-seven"))
    end)
  end)

  it("goes up to configuration mode from user mode", function()
    with_router({ privilege = 1 }, function(router)
      assert.equal(1, assert(router:send_config_set(routes(1))).applied)
      assert.equal("priv", router:mode())
    end)
  end)

  it("stops at the first line that is rejected, and says which and why", function()
    with_router({}, function(router, device)
      local lines = routes(500)
      lines[50] = "ip route 10.0.0.0 255.255.255"
      local result, message, kind, detail = router:send_config_set(lines)
      assert.is_nil(result)
      assert.equal("rejected", kind)
      assert.equal(50, detail.line)
      assert.equal(lines[50], detail.text)
      assert.equal("syntax", detail.class)
      assert.matches("Invalid input", detail.answer, 1, true)
      assert.matches('line 50 "ip route 10.0.0.0 255.255.255"', message, 1, true)
      assert.matches("Invalid input", message, 1, true)
      -- what is told to be applied has been, and no more
      local _, count = device:running_config():gsub("ip route 10%.", "")
      assert.equal(count, detail.applied)
      assert.is_true(detail.sent < 500)
      assert.equal(detail.sent - 1, detail.applied)
      assert.is_false(has_line(device, lines[500]))
      is_sane(router)
    end)
  end)

  it("does not show the secret in a line that is rejected", function()
    with_router({}, function(router)
      -- a mode in which the line is not known at all
      local lines = { "interface Vlan1", " pre-shared-key s3cret" }
      local _, message, kind = router:send_config_set(lines)
      assert.equal("rejected", kind)
      assert.matches("line 2", message, 1, true)
      assert.not_matches("s3cret", message, 1, true)
    end)
  end)

  it("sends nothing behind a rejected line with a window of nothing", function()
    with_router({}, function(router, device)
      local lines = routes(5)
      lines[3] = "nonsense"
      local _, _, kind, detail = router:send_config_set(lines, { window = 0 })
      assert.equal("rejected", kind)
      assert.equal(2, detail.applied)
      assert.equal(3, detail.sent)
      assert.is_false(device:sent(lines[4]))
    end)
  end)

  it("goes on when it is told to, and lists what was rejected", function()
    with_router({}, function(router, device)
      local lines = routes(6)
      lines[2], lines[5] = "nonsense", "ip route 1.2.3.4"
      local result = assert(router:send_config_set(lines, { stop_on_error = false }))
      assert.equal(4, result.applied)
      assert.equal(2, #result.rejected)
      assert.equal(5, result.rejected[2].line)
      assert.matches("Incomplete", result.rejected[2].reason, 1, true)
      assert.is_true(has_line(device, lines[6]))
    end)
  end)

  it("takes answers for errors that only the caller knows as such", function()
    with_router({}, function(router)
      local lines = { "banner motd #", "hi", "#", "hostname X1" }
      local options = { error_pattern = "^Enter TEXT" }
      local _, message, kind, detail = router:send_config_set(lines, options)
      assert.equal("rejected", kind)
      assert.equal(1, detail.line)
      assert.matches("Enter TEXT", message, 1, true)
    end)
  end)

  it("relearns a prompt that its own lines change", function()
    with_router({}, function(router)
      local lines = routes(3)
      lines[2] = "hostname EDGE-9"
      assert.equal(3, assert(router:send_config_set(lines)).applied)
      assert.equal("EDGE-9#", router:find_prompt())
    end)
  end)

  it("sends a banner as one piece, whatever stands in it", function()
    with_router({}, function(router, device)
      local text = "banner motd #\nip route\n  who? (config) > *\n#\nhostname SW-2"
      local result = assert(router:send_config_set(text))
      assert.equal(5, result.applied)
      assert.matches("who? (config) > *", device:banner(), 1, true)
      assert.equal("SW-2#", router:find_prompt())
    end)
  end)

  it("answers no question, and leaves what was asked and the mode", function()
    with_router({}, function(router, device)
      local lines = { "hostname A1", "crypto key generate rsa", "hostname A2" }
      local result, message, kind, detail = router:send_config_set(lines)
      assert.is_nil(result)
      assert.equal("question", kind)
      assert.equal(2, detail.line)
      assert.equal(1, detail.applied)
      assert.matches("How many bits", message, 1, true)
      assert.is_false(device:sent "hostname A2")
      is_sane(router)
    end)
  end)

  it("sends nothing behind a line that leaves configuration mode", function()
    with_router({}, function(router, device)
      local result, _, kind, detail = router:send_config_set { "end", "reload" }
      assert.is_nil(result)
      assert.equal("mode", kind)
      assert.equal(2, detail.line)
      assert.is_false(device:sent "reload")
      assert.equal(1, assert(router:send_config_set { "end" }).applied)
    end)
  end)

  it("saves when all went well", function()
    with_router({}, function(router, device)
      assert.has_no_error(function()
        router:send_config_set({ "nonsense" }, { save = true })
      end)
      assert.is_false(device:sent "write memory")
      assert(router:send_config_set({ "vlan 99" }, { save = true }))
      assert.matches("\nvlan 99\n", device:startup_config(), 1, true)
    end)
  end)

  it("refuses what is no configuration before anything is sent", function()
    with_router({}, function(router, device)
      local before = device:count_lines()
      assert.has_error(function() router:send_config_set(7) end)
      assert.has_error(function() router:send_config_set { "vlan 1", 7 } end)
      assert.has_error(function() router:send_config_set("vlan 1", "save") end)
      for _, text in ipairs { "vlan 9\nvlan ?", "a\27b", "banner motd #\nhi" } do
        local result, message, kind = router:send_config_set(text)
        assert.is_nil(result)
        assert.equal("invalid", kind)
        assert.matches("line %d", message)
      end
      assert.equal(before, device:count_lines())
      router:close()
      assert.equal("closed", select(3, router:send_config_set "vlan 9"))
    end)
  end)

  it("leaves the mode that a cancelled push was torn out of", function()
    with_router({ think = 0.3 }, function(router, device)
      local lines = routes(200)
      table.insert(lines, 1, "do show clock") -- takes its time
      assert.is_nil(task.timeout(0.05, function()
        return router:send_config_set(lines)
      end))
      assert.is_string(router:find_prompt())
      is_sane(router)
      assert.is_false(device:sent(lines[200]))
    end)
  end)

  it("leaves the mode that it was about to enter when it was cancelled", function()
    with_router({}, function(router, device)
      assert.is_string(router:find_prompt())
      local crossing, forget_host = task.queue(1), router.dialogue.forget_host
      function router.dialogue.forget_host(dialogue) -- the next prompt will be another
        router.dialogue.forget_host = nil
        crossing:put(true)
        forget_host(dialogue)
      end
      task.group(function(group)
        group:spawn(function()
          router:send_config_set { "vlan 9" }
        end)
        crossing:get()
        group:cancel()
      end)
      assert.is_string(router:find_prompt())
      is_sane(router)
      assert.is_false(device:sent "vlan 9")
    end)
  end)
end)

describe("session:send_config_set with a device at fault", function()
  local MIXED = { "hostname B1", "do show ip interface brief", "vlan 88", "vlan 89" }

  for _, name in ipairs { "lookalike", "syslog", "dribble", "pager_stuck" } do
    it("applies everything with " .. name, function()
      local seconds = (name == "lookalike" or name == "dribble") and 0.0005 or nil
      if name == "lookalike" then
        seconds = 0.1
      end
      local faults = { { name = name, device = 1, seconds = seconds } }
      with_router({ faults = faults }, function(router, device)
        local result = assert(router:send_config_set(MIXED))
        assert.equal(4, result.applied)
        assert.equal(2, result.lines[1].line)
        assert.matches("GigabitEthernet1/3", result.lines[1].answer, 1, true)
        assert.is_true(has_line(device, "vlan 89"))
        assert.equal("B1#", router:find_prompt())
      end)
    end)
  end

  it("says how far it came when the connection drops", function()
    with_router({ faults = { { name = "drop", device = 1 } } }, function(router)
      local result, message, kind, detail = router:send_config_set(MIXED)
      assert.is_nil(result)
      assert.equal("dropped", kind)
      assert.equal(2, detail.line)
      assert.equal(1, detail.applied)
      assert.matches("applied: 1 of 4 lines", message, 1, true)
    end)
  end)

  it("gives up on a line that is never answered", function()
    with_router({ faults = { { name = "hang", device = 1 } } }, function(router)
      local _, _, kind, detail = router:send_config_set(MIXED, { timeout = 1 })
      assert.equal("timeout", kind)
      assert.equal(2, detail.line)
    end)
  end)
end)

describe("session:send_config_from_file", function()
  it("applies the lines of a file", function()
    with_router({}, function(router, device)
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "w"))
      file:write "vlan 66\r\n name six\r\n"
      file:flush()
      assert.equal(2, assert(router:send_config_from_file(path)).applied)
      os.remove(path)
      assert.is_true(has_line(device, " name six"))
    end)
  end)

  it("says that there is no such file", function()
    with_router({}, function(router)
      local result, message, kind = router:send_config_from_file "/nowhere/at.all"
      assert.is_nil(result)
      assert.equal("local", kind)
      assert.matches("/nowhere/at.all", message, 1, true)
      assert.has_error(function() router:send_config_from_file() end)
    end)
  end)
end)

describe("session:save_config", function()
  it("makes the running configuration outlive a restart", function()
    with_router({}, function(router, device)
      assert(router:send_config_set { "vlan 55" })
      assert.not_matches("\nvlan 55\n", device:startup_config(), 1, true)
      assert.matches("OK", router:save_config(), 1, true)
      assert.matches("\nvlan 55\n", device:startup_config(), 1, true)
    end)
  end)
end)

describe("session:commit", function()
  it("is an honest failure where there is none", function()
    with_router({}, function(router)
      local ok, message, kind = router:commit { confirm = 300, comment = "x" }
      assert.is_nil(ok)
      assert.equal("unsupported", kind)
      assert.matches("cisco_ios", message, 1, true)
      assert.has_error(function() router:commit { confirm = "5m" } end)
      assert.has_error(function() router:commit { comment = 'a "b"' } end)
      assert.has_error(function() router:commit(true) end)
    end)
  end)
end)
