local platform = require "moonwire.platform"

local prompts = dofile "spec/platform/prompts.lua"

-- as the session does it: the last line, and the one above it
local function mode_of(value, shown)
  local previous, line = shown:match "([^\n]*)\n([^\n]*)$"
  return platform.mode_of(value, line or shown, previous)
end

local function check_all(samples, value)
  for mode, shown in pairs(samples) do
    for _, one in ipairs(shown) do
      local expected = mode ~= "none" and mode or nil
      assert.equal(expected, mode_of(value, one), ("%q"):format(one))
    end
  end
end

describe("the prompts of", function()
  for _, name in ipairs(platform.names()) do
    it(name .. " resolve to their modes, and other lines to none", function()
      local value = assert(platform.get(name))
      check_all(value.samples, value)
      check_all(assert(prompts[name], "spec/platform/prompts.lua has none"), value)
    end)

    it(name .. " are there for each of its modes", function()
      local value = assert(platform.get(name))
      for _, mode in ipairs(value.modes_of) do
        assert.is_truthy(prompts[name][mode.name], mode.name)
      end
      assert.is_truthy(prompts[name].none)
    end)
  end
end)

describe("the table of prompts", function()
  it("is no smaller than what the patterns were tried with first", function()
    local prompt_count, other_count = 0, 0
    for _, samples in pairs(prompts) do
      for mode, shown in pairs(samples) do
        if mode == "none" then
          other_count = other_count + #shown
        else
          prompt_count = prompt_count + #shown
        end
      end
    end
    assert.is_true(prompt_count >= 249, prompt_count)
    assert.is_true(other_count >= 37, other_count)
  end)
end)

describe("the host name", function()
  local cases = {
    { "arista_eos", "dc1-leaf3a(s2)(config-mlag)#", "dc1-leaf3a" },
    { "aruba_os", "(mm-hq.01) ^[mynode] (config) #", "mm-hq.01" },
    { "aruba_os", "ap-cafe(config)#", "ap-cafe" },
    { "checkpoint_gaia", "[Expert@fw-a:4]#", "fw-a" },
    { "checkpoint_gaia", "fw-a:4>", "fw-a" },
    { "cisco_asa", "edge-fw/pri/act(config-if)#", "edge-fw" },
    { "cisco_wlc", "(wlc 5520.hq) config>", "wlc 5520.hq" },
    { "cisco_xr", "RP/0/RP0/CPU0:ncs.pop2(config-if)#", "ncs.pop2" },
    { "cisco_xr", "ncs540#", "ncs540" },
    { "ericsson_ipos", "[cust-7]ssr8020.pop(config-bgp)#", "ssr8020.pop" },
    { "extreme_exos", "* Slot-1 Stack.6 # ", "Stack" },
    { "extreme_exos", "! core_1.site.107 #", "core_1.site" },
    { "f5_tmsh", "ops@(ltm-1)(cfg-sync In Sync)(Active)(/Common)(tmos)# ", "ltm-1" },
    { "f5_tmsh", "[ops@ltm-1:Active:Standalone] ~ # ", "ltm-1" },
    { "fortinet", "fw-branch.7 (wan1) # ", "fw-branch.7" },
    { "huawei_vrp", "HRP_M<usg-1>", "usg-1" },
    { "juniper_junos", "ops@mx.re0> ", "mx.re0" },
    { "linux", "[ops@rocky ~]$ ", "rocky" },
    { "mikrotik_routeros", "[ops+ct511w4098h@hAP ac] /ip> ", "hAP ac" },
    { "nokia_srl", "A:ops@spine1# ", "spine1" },
    { "nokia_srl", "B:spine1# ", "spine1" },
    { "nokia_sros", "*A:sr-2>config>router$ ", "sr-2" },
    { "nokia_sros", "A:ops@sr-1# ", "sr-1" },
    { "ruckus_fastiron", "SSH@ICX7150.hall(config)#", "ICX7150.hall" },
    { "ubiquiti_edgeswitch", "(UBNT EdgeSwitch) (Config)#", "UBNT EdgeSwitch" },
    { "vyos", "ops@border:~$ ", "border" },
    { "zte_zxros", "zxr10-8905(config-if)#", "zxr10-8905" },
  }
  for _, case in ipairs(cases) do
    local name, prompt, host = table.unpack(case)
    it(("of %s in %q is %s"):format(name, prompt, host), function()
      assert.equal(host, platform.host_of(platform.get(name), prompt))
    end)
  end

  it("is not known where the prompt may lengthen it", function()
    local vrp = platform.get "huawei_vrp"
    assert.is_nil(platform.host_of(vrp, "[AR2220-Vlanif10]"))
    assert.is_nil(platform.host_of(platform.get "siemens_ros", ">"))
  end)
end)
