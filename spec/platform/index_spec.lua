local index = require "moonwire.platform.index"
local lfs = require "lfs"
local platform = require "moonwire.platform"

local FOLDER = "lua/moonwire/platform"

-- the names of the files that define a platform
local function names_of_files()
  local names = {}
  for file in lfs.dir(FOLDER) do
    local name = file:match "^([%w_]+)%.lua$"
    local handle <close> = name and assert(io.open(FOLDER .. "/" .. file))
    local defined = handle and
      handle:read "a":match 'return require%("moonwire%.platform"%)%.define "([%w_]+)"'
    if defined then
      assert.equal(name, defined, "the file is named for what it defines")
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function loaded_platforms()
  local names = {}
  for _, entry in ipairs(index) do
    if package.loaded["moonwire.platform." .. entry[1]] then
      names[#names + 1] = entry[1]
    end
  end
  return names
end

describe("the index of platforms", function()
  it("names every file, in order", function()
    local listed = {}
    for i, entry in ipairs(index) do
      listed[i] = entry[1]
    end
    assert.same(names_of_files(), listed)
  end)

  for _, entry in ipairs(index) do
    it("has the aliases of " .. entry[1], function()
      local value = require("moonwire.platform." .. entry[1])
      assert.same(value.aliases or {}, table.move(entry, 2, #entry, 1, {}))
    end)
  end

  it("gives no name to two", function()
    local seen = {}
    for _, entry in ipairs(index) do
      for _, name in ipairs(entry) do
        assert.is_nil(seen[name], name)
        seen[name] = true
      end
    end
  end)

  -- what people type who come from Netmiko
  for name, expected in pairs {
    alcatel_aos = "alcatel_aos", alcatel_sros = "nokia_sros", arista_eos = "arista_eos",
    aruba_aoscx = "aruba_aoscx", aruba_os = "aruba_os", aruba_osswitch = "hp_procurve",
    aruba_procurve = "hp_procurve", brocade_fastiron = "ruckus_fastiron",
    brocade_netiron = "ruckus_fastiron", brocade_vyos = "vyos",
    checkpoint_gaia = "checkpoint_gaia", cisco_asa = "cisco_asa",
    cisco_ios = "cisco_ios", cisco_nxos = "cisco_nxos", cisco_wlc = "cisco_wlc",
    cisco_xe = "cisco_ios", cisco_xr = "cisco_xr", cumulus_linux = "cumulus_linux",
    dell_os10 = "dell_os10", dell_sonic = "dell_sonic", ericsson_ipos = "ericsson_ipos",
    extreme = "extreme_exos", extreme_exos = "extreme_exos",
    extreme_netiron = "ruckus_fastiron", f5_ltm = "f5_tmsh", f5_tmsh = "f5_tmsh",
    fortinet = "fortinet", h3c_comware = "hp_comware", hp_comware = "hp_comware",
    hp_procurve = "hp_procurve", huawei = "huawei_vrp", huawei_vrp = "huawei_vrp",
    huawei_vrpv8 = "huawei_vrp", juniper = "juniper_junos",
    juniper_junos = "juniper_junos", linux = "linux",
    mikrotik_routeros = "mikrotik_routeros", nokia_srl = "nokia_srl",
    nokia_sros = "nokia_sros", paloalto_panos = "paloalto_panos",
    ruckus_fastiron = "ruckus_fastiron", ubiquiti_edge = "ubiquiti_edgeswitch",
    ubiquiti_edgerouter = "ubiquiti_edgerouter",
    ubiquiti_edgeswitch = "ubiquiti_edgeswitch", vyatta_vyos = "vyos", vyos = "vyos",
    zte_zxros = "zte_zxros",
  } do
    it(("finds %s by %s"):format(expected, name), function()
      assert.equal(expected, assert(platform.get(name)).name)
    end)
  end
end)

-- The modules are loaded anew, and what was there before is put back.
describe("loading a platform", function()
  local before

  before_each(function()
    before = {}
    for name, module in pairs(package.loaded) do
      if name:find "^moonwire%.platform" then
        before[name] = module
        package.loaded[name] = nil
      end
    end
  end)

  after_each(function()
    for name in pairs(package.loaded) do
      if name:find "^moonwire%.platform" then
        package.loaded[name] = before[name]
      end
    end
    for name, module in pairs(before) do
      package.loaded[name] = module
    end
  end)

  it("does not happen before one is asked for", function()
    local fresh = require "moonwire.platform"
    assert.is_true(#fresh.names() >= 35)
    assert.same({}, loaded_platforms())
  end)

  it("does not load the others", function()
    local fresh = require "moonwire.platform"
    assert.equal("juniper_junos", fresh.get("junos").name)
    assert.same({ "juniper_junos" }, loaded_platforms())
  end)

  it("loads the one it is like", function()
    local fresh = require "moonwire.platform"
    assert.equal("cumulus_linux", fresh.get("cumulus").name)
    assert.same({ "cumulus_linux", "linux" }, loaded_platforms())
  end)

  it("does not happen for a name that nobody has", function()
    local fresh = require "moonwire.platform"
    assert.is_nil(fresh.get "toaster")
    assert.same({}, loaded_platforms())
  end)
end)
