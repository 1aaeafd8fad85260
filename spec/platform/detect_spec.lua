local platform = require "moonwire.platform"

-- what of a platform's rules a text that a command gave speaks for, as a score
local function score_of(value, command, text)
  local best = 0
  for _, rule in ipairs(value.detect or {}) do
    if rule[1] == command and text:find(rule[2]) then
      best = math.max(best, rule[3])
    end
  end
  return best
end

local function best_for(command, text)
  local best, names = 0, {}
  for _, name in ipairs(platform.names()) do
    local score = score_of(platform.get(name), command, text)
    if score > best then
      best, names = score, {}
    end
    if score == best and score > 0 then
      names[#names + 1] = name
    end
  end
  return names
end

describe("by what it says of itself", function()
  for _, name in ipairs(platform.names()) do
    for _, rule in ipairs(platform.get(name).detect or {}) do
      it(("%q is %s and no other"):format(rule.text, name), function()
        assert.same({ name }, best_for(rule[1], rule.text))
      end)
    end
  end

  it("a Cumulus switch is no plain Linux", function()
    local cumulus = "Linux cumulus 4.19.0-cl-1-amd64 #1 SMP Cumulus 4.4.0 x86_64"
    assert.same({ "cumulus_linux" }, best_for("uname -a", cumulus))
    local debian = "Linux db-2 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian x86_64"
    assert.same({ "linux" }, best_for("uname -a", debian))
  end)

  it("Cisco's systems are told apart", function()
    for text, name in pairs {
      ["Cisco IOS Software, C2960X Software"] = "cisco_ios",
      ["Cisco IOS XE Software, Version 16.12.04"] = "cisco_ios",
      ["Cisco IOS XR Software, Version 6.6.3"] = "cisco_xr",
      ["Cisco Nexus Operating System (NX-OS) Software"] = "cisco_nxos",
      ["Cisco Adaptive Security Appliance Software Version 9.8"] = "cisco_asa",
    } do
      assert.same({ name }, best_for("show version", text))
    end
  end)

  -- each command more is a round trip more for a device that nothing else tells
  it("takes nine commands for most, and six for the rest", function()
    local known, others = {}, {}
    for _, command in ipairs {
      "show version", "display version", "show system info", "get system status",
      "uname -a", "show sys version", "show inventory", "/system resource print",
      "show system",
    } do
      known[command] = true
    end
    for _, name in ipairs(platform.names()) do
      for _, rule in ipairs(platform.get(name).detect or {}) do
        if not known[rule[1]] then
          known[rule[1]] = true
          others[#others + 1] = rule[1]
        end
      end
    end
    table.sort(others)
    assert.same({
      "echo $0", "show chassis", "show device information", "show status",
      "show version all", "version",
    }, others)
  end)
end)
