local detect = require "moonwire.session.detect"
local platforms = require "moonwire.platform"
local session = require "moonwire.session"
local support = require "spec.support.lab"

local function names_of(list)
  local names = {}
  for i, platform in ipairs(list) do
    names[i] = platform.name
  end
  table.sort(names)
  return names
end

local function platform(name, rules, banner)
  rules.banner = banner
  return { name = name, detect = rules }
end

local A = platform("a", { { "show version", "^Alpha", 90 }, { "uname", "A", 99 } })
local B = platform("b", { { "show version", "Beta", 95 } }, "SSH%-2%.0%-B")
local C = platform("c", { { "display version", "Gamma", 99 } }, "SSH%-2%.0%-B")
local ALL = { A, B, C }

describe("detect", function()
  it("finds platforms by what their SSH servers are called", function()
    local found = detect.by_identification("SSH-2.0-B1", ALL)
    assert.same({ "b", "c" }, names_of(found))
    assert.same({}, detect.by_identification("SSH-2.0-OpenSSH_9.2", ALL))
    found = detect.by_identification "SSH-2.0-Cisco-1.25"
    assert.is_truthy(table.concat(names_of(found), " "):find "cisco_ios")
  end)

  it("asks first what tells most of them", function()
    local tried = {}
    assert.equal("show version", detect.next_command(ALL, tried))
    tried["show version"] = true
    assert.equal("uname", detect.next_command(ALL, tried))
    tried.uname, tried["display version"] = true, true
    assert.is_nil(detect.next_command(ALL, tried))
    assert.equal("display version", detect.next_command({ C }, {}))
  end)

  it("takes the platform with the highest score, by whole lines", function()
    local output = "show version\nAlpha 1\nwith Beta\n"
    assert.equal(B, (detect.match(ALL, "show version", output)))
    assert.equal(A, (detect.match({ A, C }, "show version", output)))
    assert.is_nil(detect.match(ALL, "show version", "an Alpha\nGamma\n"))
  end)

  it("knows every platform by the text that it has for it", function()
    for _, name in ipairs(platforms.names()) do
      local known = platforms.get(name)
      for _, rule in ipairs(known.detect or {}) do
        if rule.text then
          assert.equal(known, (detect.match({ known }, rule[1], rule.text)), name)
        end
      end
    end
  end)
end)

describe("session.open with autodetect", function()
  local function open(options, fn)
    support.with_lab(options, function(lab)
      local device = support.device(lab)
      device.device_type = "autodetect"
      fn(device, lab:device(1))
    end)
  end

  it("finds a Cisco IOS device with one command", function()
    open({}, function(device, simulated)
      local router <close> = assert(session.open(device))
      assert.equal("cisco_ios", router:device_type())
      assert.equal(1, simulated:sent "show version")
      assert.is_false(simulated:sent "uname -a")
      assert.matches("privilege", (router:send_command "show privilege"))
      assert.equal("SW-CORE_1#", router:find_prompt())
    end)
  end)

  -- the first prompt, and one command each
  local TRIPS = {
    checkpoint_gaia = 4, cumulus_linux = 3, f5_tmsh = 3, fortinet = 4, linux = 3,
    siemens_roxii = 4, siemens_scalance = 5, alcatel_aos = 3, paloalto_panos = 4,
    siemens_ros = 3, bird = 4,
  }

  for _, name in ipairs(platforms.names()) do
    if platforms.get(name).detect then
      local most = TRIPS[name] or 2
      it(("finds %s in %d round trips"):format(name, most), function()
        open({ devices = 1, platform = name, twin = true }, function(device)
          local found <close> = assert(session.open(device))
          assert.equal(name, found:device_type())
          local asked = found:detection()
          assert.is_true(1 + #asked <= most, table.concat(asked, ", "))
          assert.is_string((assert(found:find_prompt())))
        end)
      end)
    end
  end

  it("says what it has asked when nothing is known", function()
    open({}, function(device)
      device.device_type = "cisco_ios"
      local found <close> = assert(session.open(device))
      assert.same({}, found:detection())
    end)
  end)

  it("gets past a pager, and is not misled by a look-alike of the prompt", function()
    local faults = { { name = "lookalike", device = 1, seconds = 0.05 } }
    open({ faults = faults, privilege = 1 }, function(device)
      local router <close> = assert(session.open(device))
      assert.equal("cisco_ios", router:device_type())
      assert.is_true(router:enable())
    end)
  end)

  it("says in which phase it gave up", function()
    open({ faults = { { name = "hang", device = 1 } } }, function(device)
      local router, message, kind, detail = session.open(device, { timeout = 0.2 })
      assert.is_nil(router)
      assert.equal("timeout", kind)
      assert.equal("detect", detail.phase)
      assert.matches("autodetection", message, 1, true)
    end)
  end)
end)
