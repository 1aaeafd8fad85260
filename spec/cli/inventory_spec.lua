local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local uv = require "luv"

local HIDDEN = "hunter2-canary"
local CAMPUS = "inventory/campus.yaml"
local LOGIN = { "-d", "username=u", "-d", "device_type=ios", "-d", "password.env=NONE" }

describe("moonwire inventory", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-inventory-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function place(name, text)
    local path = folder .. "/" .. name
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    uv.fs_chmod(path, tonumber("600", 8))
    return path
  end

  local function run(words, input)
    local result = program.run({ "inventory", table.unpack(words) }, { input = input })
    assert.is_nil((result.output .. result.errors):find(HIDDEN, 1, true))
    return result
  end

  local function with_login(...)
    local words = { ... }
    return table.move(LOGIN, 1, #LOGIN, #words + 1, words)
  end

  local function is_error(result, text)
    assert.equal(2, result.status)
    assert.equal("", result.output)
    assert.is_truthy(result.errors:find(text, 1, true), result.errors)
  end

  local LITERAL = 'r1,u,"' .. HIDDEN .. '",ios,"=1+1"\n'
  local HEADER = "host,username,password,device_type,label.note\n"

  it("shows a table, with no password in it", function()
    local result = run { "show", CAMPUS }
    assert.equal(0, result.status)
    assert.is_truthy(result.output:find("env MOONWIRE_PASSWORD", 1, true))
    assert.is_truthy(result.output:find("rack=7 site=lon", 1, true))
    result = run { "show", place("a.csv", HEADER .. LITERAL) }
    assert.is_truthy(result.output:find("********", 1, true))
  end)

  it("shows JSON, with no password in it", function()
    local list = assert(json.decode(run({ "show", "--json", CAMPUS }).output))
    assert.equal(3, #list)
    assert.equal("env MOONWIRE_PASSWORD", list[1].password)
    assert.equal("cisco_nxos", list[1].device_type)
  end)

  it("shows names as a node set, chosen and not", function()
    assert.equal("core-[1-2],access-1\n", run({ "show", "--fold", CAMPUS }).output)
    local words = { "show", "--fold", CAMPUS, "-l", "site == lon", "-x", "*-2" }
    assert.equal("core-1\n", run(words).output)
    words = { "show", "--fold", CAMPUS, "--limit", "2", "--expect", "2" }
    assert.equal("core-[1-2]\n", run(words).output)
    words = with_login("show", "--fold", "sw[01-40]", "-l", "*!sw[03-40]")
    assert.equal("sw[01-02]\n", run(words).output)
  end)

  it("reads standard input, and sees what language it is", function()
    local rows = "host,username,password.env,device_type\nr1,u,NONE,ios\n"
    assert.equal("r1\n", run({ "show", "--fold", "-" }, rows).output)
    local text = "r1:\n  hostname: r9\n"
    assert.equal("r1\n", run(with_login("show", "--fold", "-"), text).output)
    text = '{"r2": {"host": "r9"}}'
    assert.equal("r2\n", run(with_login("show", "--fold", "-"), text).output)
    assert.equal("r3\n", run(with_login("show", "--fold", "-"), "[a]\nr3\n").output)
    text = 'return { r4 = { host = "r" } }'
    assert.equal("r4\n", run(with_login("show", "--fold", "-"), text).output)
    text = "r5 x=1\n"
    local words = with_login("show", "--fold", "-", "--format", "ini")
    assert.equal("r5\n", run(words, text).output)
  end)

  it("checks: counts, doubts and an exit status", function()
    local result = run { "check", CAMPUS }
    assert.equal(0, result.status)
    assert.equal(CAMPUS .. [[: 3 devices
  platforms  cisco_nxos 2, cisco_ios 1
  groups     core 2, access 1
  labels     site 3, rack 2
  passwords  by env 3
  commands   1
]], result.output)
    local path = place("a.yaml", "r1:\n  hostname: r1\n  data: {x: no}\n")
    result = run(with_login("check", path))
    assert.equal(0, result.status)
    assert.is_truthy(result.errors:find("warning: " .. path .. ":3:", 1, true))
    assert.equal(1, run(with_login("check", "--strict", path)).status)
    result = run { "check", "lab:5" }
    assert.equal("lab:5: a lab of 5 simulated devices\n", result.output)
  end)

  it("shows the devices of a lab as they are while it runs", function()
    local result = run { "show", "lab:3" }
    assert.equal(0, result.status)
    assert.matches("SW%-CORE_1 .- 127%.1%.0%.1 .- %d+ .- admin .- %*+ .- cisco_ios",
      result.output)
    assert.equal("SW-CORE_[1-2],SW-Bld_A\n", run({ "show", "lab:3", "--fold" }).output)
    assert.matches("other ports every time", result.errors)
  end)

  for _, language in ipairs { "json", "lua", "yaml", "csv" } do
    it("converts to " .. language .. " and back without a loss", function()
      local result = run { "convert", "--to", language, CAMPUS }
      assert.same({ 0, "" }, { result.status, result.errors })
      local path = place("a." .. language, result.output)
      local wanted = assert(inventory.load(CAMPUS, { resolve = false }))
      local loaded = assert(inventory.load(path, { resolve = false }))
      assert.same(wanted.devices, loaded.devices)
      assert.same(language ~= "csv" and wanted.commands or nil, loaded.commands)
      assert.equal(result.output, run({ "convert", "--to", language, path }).output)
    end)
  end

  it("converts no password that stood in a file, and no formula", function()
    local path = place("a.csv", HEADER .. LITERAL)
    local result = run { "convert", "--to", "csv", path }
    assert.equal(0, result.status)
    assert.is_truthy(result.output:find(",MOONWIRE_PASSWORD,", 1, true))
    assert.is_truthy(result.output:find(",'=1+1\n", 1, true))
    assert.is_truthy(result.errors:find("1 password", 1, true))
    for _, language in ipairs { "json", "lua", "yaml" } do
      result = run { "convert", "--to", language, path }
      assert.is_truthy(result.output:find("MOONWIRE_PASSWORD", 1, true))
    end
  end)

  it("starts nothing when something is wrong", function()
    is_error(run { "show", folder .. "/none.yaml" }, "none.yaml")
    local path = place("a.csv", HEADER .. "r1,,,ios,\n")
    is_error(run { "check", path }, "a.csv:2: username")
    is_error(run { "show", CAMPUS, "-l", "site == nowhere" }, "no device is wanted by")
    is_error(run { "show", CAMPUS, "-l", "siet == lon" }, 'did you mean "site"?')
    is_error(run { "show", CAMPUS, "--expect", "4" }, "4 devices were expected")
    is_error(run { "show", CAMPUS, "--limit", "x" }, "--limit wants a whole number")
    is_error(run { "show", CAMPUS, "-d", "username" }, "-d wants field=value")
    is_error(run { "show", CAMPUS, "--format", "xml" }, "must be one of")
    is_error(run { "convert", "lab:5" }, "it asks for a lab")
    is_error(run {}, "moonwire inventory")
    local empty = run { "check", place("b.json", '{"devices": []}') }
    assert.equal(2, empty.status)
    assert.is_truthy(empty.errors:find("there are no devices", 1, true))
  end)

  it("wants no password on the command line", function()
    is_error(run { "show", CAMPUS, "-d", "password=x" }, "for all to see")
  end)

  it("shows no control characters of a file", function()
    local path = place("a.json", json.encode {
      r1 = { host = "a\27[31mb", username = "u", password = "p", device_type = "ios" },
      r2 = {
        host = "b", username = "u", password = "p", device_type = "ios",
        ["\27[31m"] = 1,
      },
    })
    local result = run { "show", path }
    assert.equal(2, result.status)
    assert.is_nil((result.output .. result.errors):find "\27")
  end)

  it("explains itself", function()
    assert.equal(0, run({ "--help" }).status)
    assert.is_truthy(run({ "show", "-h" }).output:find("--fold", 1, true))
  end)
end)
