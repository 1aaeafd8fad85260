-- Faults of spec/README.md: I1.
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local secret = require "host.secret"
local uv = require "luv"

local HIDDEN = "hunter2-canary"

local function with_file(suffix, text, check)
  local name = os.tmpname()
  local path = name .. suffix
  local stream = assert(io.open(path, "wb"))
  stream:write(text)
  stream:close()
  assert(uv.fs_chmod(path, tonumber("600", 8)))
  local results = table.pack(pcall(check, path))
  os.remove(path)
  os.remove(name)
  assert(results[1], results[2])
  return table.unpack(results, 2, results.n)
end

local function load_text(suffix, text)
  return with_file(suffix, text, function(path)
    local loaded, message, kind = inventory.load(path)
    if message then
      message = message:gsub(path:gsub("%p", "%%%0"), "FILE"):gsub("(FILE):%d+:", "%1:")
    end
    return loaded, message, kind
  end)
end

-- a device as JSON, with some fields changed; json.null takes one away
local function seed(changes, commands)
  local one = {
    device_type = "cisco_ios",
    host = "192.0.2.1",
    username = "admin",
    password = HIDDEN,
  }
  for key, what in pairs(changes) do
    one[key] = what ~= json.null and what or nil
  end
  local list = commands or { commands = { "show vlan" } }
  return json.encode { devices = { one }, commands = list }
end

local function load_seed(changes, commands)
  return load_text(".json", seed(changes, commands))
end

describe("a seed-shaped inventory", function()
  local environment

  setup(function()
    environment = os.getenv "SSH_AUTH_SOCK"
    uv.os_unsetenv "SSH_AUTH_SOCK"
  end)

  after_each(function()
    uv.os_unsetenv "SSH_AUTH_SOCK"
  end)

  teardown(function()
    if environment then
      uv.os_setenv("SSH_AUTH_SOCK", environment)
    end
  end)

  it("gives devices with defaults filled in, and commands", function()
    local loaded = assert(load_seed {})
    assert.equal(1, #loaded)
    assert.equal("192.0.2.1", loaded[1].name)
    assert.equal(22, loaded[1].port)
    assert.equal("strict", loaded[1].host_key_policy)
    assert.same({ "show vlan" }, loaded.commands)
    assert.equal(loaded.devices[1], loaded[1])
  end)

  it("works as a list", function()
    local loaded = assert(inventory.load {
      { host = "a", username = "u", password = HIDDEN, device_type = "cisco_ios" },
      { host = "b", username = "u", password = HIDDEN, device_type = "cisco_ios" },
    })
    local hosts = {}
    for i, one in ipairs(loaded) do
      hosts[i] = one.host
    end
    assert.same({ "a", "b" }, hosts)
  end)

  it("turns passwords into secrets", function()
    local loaded = assert(load_seed { secret = HIDDEN })
    assert.is_true(secret.is_secret(loaded[1].password))
    assert.is_true(secret.is_secret(loaded[1].secret))
    assert.is_nil(tostring(loaded[1].password):find(HIDDEN, 1, true))
  end)

  it("keeps a password that many devices share only once", function()
    local list = {}
    for i = 1, 3 do
      list[i] = { host = "r" .. i, username = "u", device_type = "ios" }
      list[i].password = i < 3 and HIDDEN or HIDDEN .. "2"
    end
    local loaded = assert(inventory.load(list))
    assert.equal(loaded[1].password, loaded[2].password)
    assert.are_not.equal(loaded[1].password, loaded[3].password)
  end)

  local good = {
    { "a port in digits", { port = "2222" }, "port", 2222 },
    { "a port that is null", { port = json.null }, "port", 22 },
    { "an address of the newer kind", { host = "2001:db8::1" }, "host", "2001:db8::1" },
    { "a link-local address", { host = "fe80::1%eth0" }, "host", "fe80::1%eth0" },
    { "a length of time in words", { timeout = "60s" }, "timeout", 60 },
    { "an alias of a platform", { device_type = "ios" }, "device_type", "cisco_ios" },
    { "no platform", { device_type = "autodetect" }, "device_type", "autodetect" },
    { "a name of its own", { name = "core 1" }, "name", "core 1" },
    { "groups", { groups = { "a", "b" } }, "groups", { "a", "b" } },
    { "labels", { labels = { site = "east" } }, "labels", { site = "east" } },
    { "a fingerprint", { host_key = "SHA256:a+/b" }, "host_key", { "SHA256:a+/b" } },
    { "an absolute path", { known_hosts = "/k" }, "known_hosts", "/k" },
  }
  for _, case in ipairs(good) do
    it("takes " .. case[1], function()
      local loaded = assert(load_seed(case[2]))
      assert.same(case[4], loaded[1][case[3]])
    end)
  end

  -- what is wrong, in which field, with which value, and how the complaint begins
  local bad = {
    { "a missing host", "host", json.null, "is missing" },
    { "a missing user", "username", json.null, "is missing" },
    { "a missing password", "password", json.null, "is missing" },
    { "a missing platform", "device_type", json.null, "is missing" },
    { "an empty host", "host", "", "must not be empty" },
    { "an empty password", "password", "", "must not be empty" },
    { "a host that is a number", "host", 7, "must be text, not a number" },
    { "a host with a user", "host", "a@b", "must be a host name or an address" },
    { "a host with a space", "host", "a b", "must be a host name or an address" },
    { "a host like an option", "host", "-oX", "must be a host name or an address" },
    { "port 0", "port", 0, "must be 1 to 65535, not 0" },
    { "a great port", "port", 99999, "must be 1 to 65535, not 99999" },
    { "a negative port", "port", -1, "must be 1 to 65535, not -1" },
    { "half a port", "port", 22.5, "must be 1 to 65535, not 22.5" },
    { "a port in words", "port", "ssh", 'must be 1 to 65535, not "ssh"' },
    { "an unknown platform", "device_type", "cisco_oss", "there is no platform" },
    { "a timeout in words", "timeout", "soon", "must be seconds or" },
    { "a group that is none", "groups", "all", "must be a list of texts" },
    { "a wrong fingerprint", "host_key", "aa:bb", 'must be "SHA256:"' },
    { "a wrong policy", "host_key_policy", "off", 'must be "strict" or "accept-new"' },
    { "a wrong reference", "password", { evn = "X" }, 'must be text, { env =' },
    { "a control character", "username", "a\27b", "must not contain control" },
  }
  for _, case in ipairs(bad) do
    it("refuses " .. case[1], function()
      local loaded, message, kind = load_seed { [case[2]] = case[3] }
      assert.is_nil(loaded)
      assert.equal("invalid", kind)
      local expected = ("FILE: devices[0].%s: %s"):format(case[2], case[4])
      assert.equal(expected, message:sub(1, #expected))
      assert.is_nil(message:find(HIDDEN, 1, true), message)
    end)
  end

  it("misses no password where there is an agent, unless it is not wanted", function()
    uv.os_setenv("SSH_AUTH_SOCK", "/run/agent")
    assert.is_nil(assert(load_seed { password = json.null })[1].password)
    assert.is_nil((load_seed { password = json.null, agent = "none" }))
    local text = seed { password = json.null, agent = "none" }
    assert.is_nil((load_text(".json", (text:gsub('"none"', "false")))))
  end)

  it("names unknown keys, and what was probably meant", function()
    local _, message = load_seed { usrename = HIDDEN }
    local expected = 'devices[0]: unknown key "usrename"; did you mean "username"?'
    assert.equal("FILE: " .. expected, message)
    _, message = load_seed { colour = HIDDEN }
    assert.equal('FILE: devices[0]: unknown key "colour"', message)
    _, message = load_seed { device_type = "cisco_oss" }
    assert.is_truthy(message:find("did you mean 'cisco_ios'?", 1, true))
  end)

  it("refuses commands that are a bare list, and empty commands", function()
    local _, message = load_seed({}, { "show vlan" })
    assert.is_truthy(message:find("commands.commands: must be a list", 1, true))
    _, message = load_seed({}, { commands = { "show vlan", "" } })
    assert.is_truthy(message:find("commands.commands[1]: must not be empty", 1, true))
    _, message = load_seed({}, { commands = { "show vlan\nreload" } })
    assert.is_truthy(message:find("must not contain control characters", 1, true))
  end)

  it("refuses devices that are no list", function()
    local _, message = load_text(".json", '{"devices": {"r1": {}}}')
    assert.is_truthy(message:find("devices: must be a list of devices", 1, true))
    _, message = load_text(".json", '{"devices": ["r1"]}')
    assert.is_truthy(message:find("devices[0]: must be a table", 1, true))
    _, message = load_text(".json", '[{"host": "r1"}]')
    assert.is_truthy(message:find("must be an object", 1, true))
  end)

  it("takes no devices at all", function()
    assert.equal(0, #assert(load_text(".json", '{"devices": []}')))
  end)

  it("names all that is wrong at once, but not for ever", function()
    local wrong = {}
    for i = 1, 30 do
      wrong[i] = { host = "r" .. i, port = 0 }
    end
    local loaded, message = inventory.load { devices = wrong }
    assert.is_nil(loaded)
    assert.equal(10, select(2, message:gsub("\n", "")))
    assert.is_truthy(message:find("and 110 more", 1, true))
  end)

  it("names duplicates", function()
    local one = { host = "r1", username = "u", password = "p", device_type = "ios" }
    local loaded, message = inventory.load { devices = { one, one } }
    assert.is_nil(loaded)
    local text = 'devices[2].name: "r1" is the name of devices[1] already'
    assert.is_truthy(message:find(text, 1, true))
  end)

  it("tells two devices behind one address apart by their ports", function()
    local one = { host = "r", username = "u", password = "p", device_type = "ios" }
    local other = { port = 2022 }
    for key, what in pairs(one) do
      other[key] = what
    end
    local loaded = assert(inventory.load { one, other })
    assert.equal("r", loaded[1].name)
    assert.equal("r:2022", loaded[2].name)
  end)
end)

describe("devices by name", function()
  it("become a list in the order of their names", function()
    local text = json.encode {
      r2 = { host = "b", username = "u", password = "p", device_type = "cisco_ios" },
      r1 = { host = "a", username = "u", password = "p", device_type = "cisco_ios" },
    }
    local loaded = assert(load_text(".json", text))
    assert.equal("r1", loaded[1].name)
    assert.equal("a", loaded[1].host)
    assert.equal("r2", loaded[2].name)
  end)

  it("are named in messages", function()
    local _, message = load_text(".json", '{"vmx1_site1": {"host": "a", "port": 0}}')
    assert.is_truthy(message:find("FILE: vmx1_site1.port: must be 1 to", 1, true))
  end)
end)

describe("a password elsewhere", function()
  local function load_password(reference)
    return inventory.load {
      { host = "r", username = "u", password = reference, device_type = "cisco_ios" },
    }
  end

  it("can be in a file that only its owner reads, beside the inventory", function()
    with_file(".secret", HIDDEN .. "\n", function(path)
      os.execute("chmod 600 " .. path)
      assert(load_password { file = path })
      local folder, name = path:match "^(.*)/([^/]*)$"
      local beside = folder .. "/beside.lua"
      local text = 'return { r = { host = "r", username = "u", device_type = "ios",'
        .. ("password = { file = %q } } }"):format(name)
      local stream = assert(io.open(beside, "w"))
      stream:write(text)
      stream:close()
      local loaded, message = inventory.load(beside)
      os.remove(beside)
      assert.is_truthy(loaded, message)
    end)
  end)

  it("is refused from a file that others can read", function()
    with_file(".secret", HIDDEN, function(path)
      os.execute("chmod 644 " .. path)
      local loaded, message = load_password { file = path }
      assert.is_nil(loaded)
      assert.is_truthy(message:find("chmod 600", 1, true))
    end)
  end)

  it("is missed by name when the environment does not have it", function()
    local loaded, message = load_password { env = "MOONWIRE_SPEC_NOT_SET" }
    assert.is_nil(loaded)
    local place = "inventory: [1].password: "
    assert.equal(place, message:sub(1, #place))
    assert.is_truthy(message:find("MOONWIRE_SPEC_NOT_SET", 1, true))
  end)

  it("is read from the environment once, for all who refer to it", function()
    uv.os_setenv("MOONWIRE_SPEC_PASSWORD", HIDDEN)
    local first = assert(load_password { env = "MOONWIRE_SPEC_PASSWORD" })
    assert.is_nil(os.getenv "MOONWIRE_SPEC_PASSWORD")
    local second = assert(load_password { env = "MOONWIRE_SPEC_PASSWORD" })
    assert.is_true(secret.is_secret(second[1].password))
    assert.equal(first[1].password, second[1].password)
  end)
end)

describe("an inventory in Lua", function()
  it("may compute its devices", function()
    local loaded = assert(load_text(".lua", [[
      local devices = {}
      for i = 1, 300 do
        devices[i] = {
          name = ("r%03d"):format(i),
          host = ("10.0.%d.%d"):format(i // 250, i % 250 + 1),
          username = "admin", password = "p", device_type = "cisco_ios",
        }
      end
      return { devices = devices, commands = { "show version" } }
    ]]))
    assert.equal(300, #loaded)
    assert.equal("10.0.1.51", loaded[300].host)
    assert.same({ "show version" }, loaded.commands)
  end)

  local refused = {
    { "files", 'io.open("/etc/passwd")' },
    { "modules", 'require "luv"' },
    { "globals", "print(1)" },
    { "the way around them", 'getmetatable("").__index.rep("x", 9)' },
    { "endless text", 'return { ("x"):rep(1e9) }' },
    { "endless searching", 'return { ("x"):find(("x*"):rep(30)) }' },
    { "endless loops", "while true do end" },
    { "all the memory", "local t = {} for i = 1, 1e9 do t[i] = { i } end" },
    { "binary chunks", "\27Lua" },
    { "no table", "return 7" },
    { "nothing", "" },
  }
  for _, case in ipairs(refused) do
    it("gives no " .. case[1], function()
      local loaded, message, kind = load_text(".lua", case[2])
      assert.is_nil(loaded)
      assert.equal("invalid", kind)
      assert.equal(1, (message:find("FILE", 1, true)))
    end)
  end

  it("leaves strings as they were, whatever happened in it", function()
    load_text(".lua", "error()")
    assert.equal("xx", ("x"):rep(2))
  end)

  local leaks = {
    'return { password = "%s" "x" }',
    'return { password = "%s',
    'return { "%s" + {} }',
    'return { ("%s")() }',
    'local a <const> = "%s" return a.b.c',
    'return { ["%s"] = nil } .. "%s"',
    'return { { host = "r", password = { "%s" } } }',
  }
  for i, leak in ipairs(leaks) do
    it("quotes nothing of a broken file, case " .. i, function()
      local loaded, message = load_text(".lua", (leak:gsub("%%s", HIDDEN)))
      assert.is_nil(loaded)
      assert.is_nil(message:find(HIDDEN, 1, true), message)
    end)
  end
end)

describe("inventory.load", function()
  it("says which file is not there, and which it cannot read", function()
    local loaded, message, kind = inventory.load "/nowhere/devices.json"
    assert.is_nil(loaded)
    assert.equal("local", kind)
    assert.is_truthy(message:find("/nowhere/devices.json", 1, true))
    loaded, message, kind = inventory.load "/etc/apt"
    assert.is_nil(loaded)
    assert.equal("invalid", kind)
    assert.is_truthy(message:find("/etc/apt: a folder holds hosts.yaml", 1, true))
  end)

  it("raises for what is neither a path nor a table", function()
    assert.has_error(function() inventory.load(7) end)
  end)

  it("reads the sample inventory", function()
    uv.os_setenv("MOONWIRE_PASSWORD", HIDDEN)
    uv.os_setenv("MOONWIRE_ENABLE", HIDDEN)
    local loaded = assert(inventory.load("inventory/devices.json"))
    assert.equal(2, #loaded)
    assert.same({ "show ip int brief", "show vlan" }, loaded.commands)
  end)
end)

describe("an inventory that asks for a lab", function()
  local child, started, stopped

  before_each(function()
    child = package.loaded["moonwire.lab.child"]
    started, stopped = {}, 0
    package.loaded["moonwire.lab.child"] = {
      start = function(options)
        started[#started + 1] = options
        return {
          devices = {
            { name = "r1", host = "127.0.0.1", port = 2200, password = HIDDEN },
          },
          stop = function() stopped = stopped + 1 end,
        }
      end,
    }
  end)

  after_each(function()
    package.loaded["moonwire.lab.child"] = child
  end)

  it("has the lab's devices, and stops the lab once", function()
    do
      local loaded <close> = assert(inventory.load "inventory/lab.lua")
      assert.equal(1, #loaded)
      assert.equal("r1", loaded[1].name)
      assert.is_true(secret.is_secret(loaded[1].password))
      assert.equal(2, #loaded.commands)
      assert.equal(5, started[1].devices)
      assert.equal(0.15, started[1].rtt)
      assert.equal(0.2, started[1].think)
      assert.equal(0, stopped)
      loaded:close()
    end
    assert.equal(1, stopped)
  end)

  it("can be as short as lab:N", function()
    local loaded <close> = assert(inventory.load "lab:3")
    assert.equal(3, started[1].devices)
    assert.equal(1, #loaded)
  end)

  it("is refused when its options are wrong, before anything starts", function()
    for _, wrong in ipairs { { devices = 0 }, { devices = 5, rtt = -1 }, { rt = 5 } } do
      assert.is_nil((inventory.load { lab = wrong }))
    end
    assert.is_nil((inventory.load "lab:many"))
    assert.is_nil((inventory.load { lab = { devices = 1 }, devices = {} }))
    assert.equal(0, #started)
  end)

  it("passes on why there is no lab", function()
    package.loaded["moonwire.lab.child"] = {
      start = function() return nil, "no port is free", "local" end,
    }
    local loaded, message, kind = inventory.load "lab:3"
    assert.is_nil(loaded)
    assert.equal("no port is free", message)
    assert.equal("local", kind)
  end)
end)
