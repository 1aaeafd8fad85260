-- Faults of spec/README.md: I2, I3, I4, I5, I6, I8, I9.
local files = require "moonwire.report.file"
local inventory = require "moonwire.inventory"
local uv = require "luv"

local HIDDEN = "hunter2-canary"
local PRIVATE = tonumber("600", 8)

local function write(path, text, mode)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  uv.fs_chmod(path, mode or PRIVATE)
end

describe("an inventory on disk", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-inventory-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function place(name, text, mode)
    local path = folder .. "/" .. name
    local above = path:match "^(.*)/"
    assert(files.make_folder(above))
    write(path, text, mode)
    return path
  end

  local function load(name, text, options)
    local path = place(name, text)
    local loaded, message, kind = inventory.load(path, options)
    return loaded, message and message:gsub(folder:gsub("%p", "%%%0") .. "/", ""), kind
  end

  local function complaint(name, text)
    local loaded, message, kind = load(name, text)
    assert.is_nil(loaded)
    assert.equal("invalid", kind)
    assert.is_nil(message:find(HIDDEN, 1, true), message)
    return message
  end

  local LOGIN = { username = "u", password = "p", device_type = "cisco_ios" }

  it("is the same in all formats", function()
    uv.os_setenv("MOONWIRE_PASSWORD", HIDDEN)
    local wanted = assert(inventory.load "inventory/campus.json")
    assert.equal("core-1 core-2 access-1", wanted[1].name .. " " .. wanted[2].name
      .. " " .. wanted[3].name)
    assert.same({ site = "lon", rack = 7 }, wanted[1].labels)
    assert.equal("cisco_nxos", wanted[1].device_type)
    assert.same({ site = "par" }, wanted[3].labels)
    assert.equal(2222, wanted[3].port)
    local function plain(devices)
      local list = table.move(devices, 1, #devices, 1, {})
      table.sort(list, function(a, b) return a.name < b.name end)
      return list
    end
    for _, name in ipairs {
      "campus.yaml", "campus.lua", "campus.csv", "campus.ini", "campus-ansible.yaml",
      "nornir", "nornir/", "nornir/hosts.yaml",
    } do
      local loaded = assert(inventory.load("inventory/" .. name))
      assert.same(plain(wanted.devices), plain(loaded.devices), name)
      assert.same({}, loaded.warnings, name)
    end
  end)

  it("names file and line of what is wrong, in the words of the file", function()
    for _, case in ipairs {
      {
        "a.json",
        '{"devices": [\n{"host": "r",\n"port":\n"x"}]}',
        "a.json:3: devices[0].port",
      },
      { "a.yaml", "devices:\n- host: r\n  port: x\n", "a.yaml:3: devices[0].port" },
      { "a.csv", "host,port\nr1,22\n\nr2,x\n", "a.csv:4: port" },
      { "a.ini", "[g]\nr1\nr2 ansible_port=x\n", "a.ini:3: r2.ansible_port" },
      { "a.ini", "[g]\nr1\n[g:vars]\n\nansible_port=x\n", "a.ini:5: g.ansible_port" },
      {
        "a.yaml",
        "all:\n  hosts:\n    r1:\n      ansible_port: x\n",
        "a.yaml:4: all.hosts.r1.ansible_port",
      },
      {
        "a.yaml",
        "all:\n  hosts:\n    r1:\n  vars:\n    ansible_port: x\n",
        "a.yaml:5: all.vars.ansible_port",
      },
      {
        "a.yaml",
        "hosts:\n  r1: {hostname: r}\ngroups: {}\ndefaults:\n  port: x\n",
        "a.yaml:5: defaults.port",
      },
      { "a.yaml", "r1:\n  hostname: 'a b'\n", "a.yaml:2: r1.hostname" },
      { "a.lua", "return {\n}}\n", "a.lua:2: " },
      {
        "a.json",
        '{"devices": [{"host": "r", "groups":\n["g"]}],\n"groups": {"g":\n'
          .. '{"port": 0}}}',
        "a.json:4: groups.g.port",
      },
    } do
      local message = complaint(case[1], case[2])
      assert.is_truthy(message:find(case[3], 1, true), message)
    end
  end)

  it("may be empty where JSON allows it", function()
    assert.equal(0, #assert(load("a.json", '{"devices": [\n], "groups": { }}')))
  end)

  it("may have comments where JSON has none", function()
    local text = '{ // "devices" are "old"\n"devices": [\n/* "{ */ {"host": "r/1",\n'
      .. '"port": 1} // end'
    local message = complaint("a.json", text .. "\n]}")
    assert.is_truthy(message:find("a.json:3: devices[0].host", 1, true), message)
    text = '{"r": // "r":\n{"host": "a", "username": "u", "password": "p",\n'
      .. '"device_type": "ios"}}'
    assert.equal(1, #assert(load("b.json", text)))
  end)

  it("is accepted with CRLF, a mark at the beginning and no final newline", function()
    local rows = "host,username,password,device_type\r\nr1,u,p,ios\r\nr2,u,p,ios"
    assert.equal(2, #assert(load("a.csv", "\xEF\xBB\xBF" .. rows)))
    local text = "devices:\r\n- {host: r1, username: u, password: p, device_type: ios}"
    assert.equal("r1", assert(load("a.yaml", "\xEF\xBB\xBF" .. text))[1].name)
    text = "r1 ansible_user=u ansible_password=p ansible_network_os=ios"
    assert.equal("r1", assert(load("a.ini", "\xEF\xBB\xBF[g]\r\n" .. text))[1].name)
    text = '{"r1": {"host": "r", "username": "u",\r\n"password": "p",\r\n'
      .. '"device_type": "ios"}}'
    assert.equal("r1", assert(load("a.json", "\xEF\xBB\xBF" .. text))[1].name)
  end)

  local bad = {
    { "NUL", "holds a NUL byte", "a\0b" },
    { "Latin-1", "is not UTF-8", "\ncaf\xE9" },
    { "UTF-16", "is UTF-16", "\xFF\xFEa\0" },
  }
  for _, case in ipairs(bad) do
    for _, ending in ipairs { "json", "yaml", "csv", "ini", "lua" } do
      it(("names %s in .%s"):format(case[1], ending), function()
        local message = complaint("a." .. ending, case[3])
        local file, rest = message:match "^(a%.%l+):%d+: (.*)$"
        assert.equal("a." .. ending, file)
        assert.equal(case[2], rest:sub(1, #case[2]))
      end)
    end
  end

  for _, case in ipairs {
    { "a.yaml", "a: 1\na: 2\n", "a.yaml:2: a key is there twice" },
    { "a.json", '{"a": 1,\n"b": {"c": ":", "c": 1}}', "a.json:2: a key is there" },
    { "a.csv", "host,host\n", 'a.csv:1: column "host" is there twice' },
    { "a.csv", "hosst\nr1\n", 'unknown key "hosst"; did you mean "host"?' },
    { "a.csv", 'host\n"r1\n', "a.csv:2: a quote has no partner" },
    { "a.csv", 'host\n"r1"x\n', "a.csv:2: text behind a cell" },
    { "a.csv", "host\nr1,r2\n", "a.csv:2: 2 cells under 1 titles" },
    { "a.yaml", "a: !vault |\n  x\n", "a.yaml:1: tags" },
    { "a.yaml", "a: !include b.yaml\n", "a.yaml:1: tags" },
    { "a.yaml", "a:\n\tb: 1\n", "a.yaml:2: " },
    { "a.yaml", "a: 1\n---\nb: 1\n", "a.yaml:2: a second document" },
    { "a.yaml", ("["):rep(100000), "more than 64 levels deep" },
    { "a.json", ("["):rep(100000), "more than 64 levels deep" },
    { "a.json", ('{"a":'):rep(70) .. "1" .. ("}"):rep(70), "more than 64 levels deep" },
    { "a.json", '{"a": 1}\n\n7', "a.json:3: text behind" },
    { "a.ini", "[g:x]\n", "a.ini:1: a section is" },
    { "a.ini", "r1 'x\n", "a.ini:1: a quote has no partner" },
    { "a.ini", "r1 x\n", "a.ini:1: behind the host" },
    { "a.ini", "sw[1:999999999]\n", "a.ini:1: ranges stand for more than 100000" },
    { "a.ini", "\nt[1:99]b[a:f].x[1:99]b[a:f].y\n", "a.ini:2: ranges stand for more" },
    { "a.ini", "a[1:60000]\nb[1:60000]\n", "a.ini:2: ranges stand for more" },
    { "a.ini", "sw[f:a]\n", "a.ini:1: a range ends before it begins" },
    {
      "a.yaml",
      "all:\n  hosts:\n    sw[1:200000]: {}\n",
      "a.yaml:3: all.hosts.sw[1:200000]: ranges stand for more than 100000 names",
    },
    { "a.ini", "[a:children]\nb\n[b:children]\na\n[b]\nr1\n", "is in itself" },
    { "a.ini", "r1 ansible_user={{x}}\n", "templates are not evaluated" },
    { "a.yaml", "hosts: {r1: {groups: [g]}}\ngroups: {}\n", 'there is no group "g"' },
    {
      "a.yaml",
      "hosts: {r1: {groups: [g]}}\ngroups:\n  g: {groups: [h]}\n  h: {groups: [g]}\n",
      "is in itself",
    },
  } do
    it(("refuses %s: %s"):format(case[1], case[3]), function()
      local message = complaint(case[1], case[2])
      assert.is_truthy(message:find(case[3], 1, true), message)
    end)
  end

  it("refuses aliases of aliases that stand for too much", function()
    local lines = { "a0: &a0 [x,x,x,x,x,x,x,x,x,x]" }
    for i = 1, 9 do
      local ten = ("*a%d,"):format(i - 1):rep(10)
      lines[i + 1] = ("a%d: &a%d [%s]"):format(i, i, ten:sub(1, -2))
    end
    local message = complaint("a.yaml", table.concat(lines, "\n"))
    assert.is_truthy(message:find("aliases of aliases", 1, true))
  end)

  it("reads as text what YAML is often wrong about, and says so", function()
    local loaded = assert(load("a.yaml", [[
r1:
  hostname: r1
  username: no
  password: 010
  platform: ios
  data: {a: 1:20, b: 1e3, c: yes, d: "no", e: 7, f: true, g: 1.50}
]]))
    assert.equal("no", loaded[1].username)
    assert.same({
      a = "1:20", b = "1e3", c = "yes", d = "no", e = 7, f = true, g = "1.50",
    }, loaded[1].labels)
    assert.equal(5, #loaded.warnings)
    assert.is_truthy(loaded.warnings[1]:find("a.yaml:3: a word that some", 1, true))
    assert.is_truthy(loaded.warnings[2]:find("a.yaml:4: a number with", 1, true))
    assert.is_nil(table.concat(loaded.warnings):find("010", 1, true))
  end)

  it("takes anchors and merges, and its own keys win", function()
    local loaded = assert(load("a.yaml", [[
base: &base {hostname: r9, username: u, password: p, platform: ios}
r1: {<<: *base, hostname: r1}
]]))
    assert.equal("r1", loaded[2].host)
    assert.equal("u", loaded[2].username)
  end)

  it("refuses a password in a file that others can read, once", function()
    local text = "host,username,password,device_type\nr1,u,hunter2-canary,ios\n"
      .. "r2,u,hunter2-canary,ios\n"
    local path = place("a.csv", text, tonumber("644", 8))
    local loaded, message = inventory.load(path)
    assert.is_nil(loaded)
    local wanted = ("%s:2: password: a password in a file that others can read: "
      .. "chmod 600 %s"):format(path, path)
    assert.equal(wanted, message)
    uv.fs_chmod(path, tonumber("640", 8))
    assert.equal(2, #assert(inventory.load(path)))
  end)

  it("blames the file that the password stands in", function()
    place("hosts.yaml", "r1: {}\n", tonumber("644", 8))
    local text = "username: u\nplatform: ios\npassword: hunter2-canary\n"
    place("defaults.yaml", text, tonumber("644", 8))
    local loaded, message = inventory.load(folder)
    assert.is_nil(loaded)
    assert.is_truthy(message:find(folder .. "/defaults.yaml:3: password: ", 1, true))
    uv.fs_chmod(folder .. "/defaults.yaml", PRIVATE)
    assert.equal("r1", assert(inventory.load(folder))[1].host)
  end)

  it("inherits from groups of groups, the nearest first", function()
    local loaded = assert(load("a.yaml", [[
hosts:
  r1: {groups: [core], data: {own: 1}}
  r2: {groups: [core, lon], port: 22}
groups:
  core: {port: 1, groups: [all_sites], data: {own: 2, role: core}}
  all_sites: {port: 2, username: site, data: {role: any, site: none}}
  lon: {data: {site: lon}}
defaults: {username: u, password: p, platform: ios}
]]))
    assert.equal(1, loaded[1].port)
    assert.equal("site", loaded[1].username)
    assert.same({ own = 1, role = "core", site = "none" }, loaded[1].labels)
    assert.same({ "core", "all_sites" }, loaded[1].groups)
    assert.equal(22, loaded[2].port)
    assert.same({ "core", "all_sites", "lon" }, loaded[2].groups)
  end)

  it("reads Ansible's ranges, groups of groups and files of variables", function()
    place("group_vars/all.yml", "ansible_user: u\nansible_password: p\n")
    place("group_vars/leaf.yaml", "ansible_network_os: eos\nrole: leaf\n")
    place("host_vars/sw03.yml", "role: odd\n")
    place("hosts", [[
[leaf]
sw[01:03]   site='lon a' # the first ones
sw[a:b]x:2222 n=7

[dc:children]
leaf

[dc:vars]
site = par
role = none
]])
    local loaded = assert(inventory.load(folder))
    local names = {}
    for i, one in ipairs(loaded) do
      names[i] = one.name
    end
    assert.equal("sw01 sw02 sw03 swax swbx", table.concat(names, " "))
    assert.same({ site = "lon a", role = "leaf" }, loaded[1].labels)
    assert.equal("odd", loaded[3].labels.role)
    assert.equal("arista_eos", loaded[1].device_type)
    assert.same({ "leaf", "dc" }, loaded[1].groups)
    assert.equal(2222, loaded[4].port)
    assert.same({ site = "par", role = "leaf", n = 7 }, loaded[4].labels)
  end)

  it("reads Ansible's folders of variables, of which the last file wins", function()
    place("group_vars/all/10-user.yml", "ansible_user: v\nansible_password: p\n")
    place("group_vars/all/20-secret.json", '{"ansible_user": "u", "from": "json"}')
    place("group_vars/all/deep/vars", "ansible_network_os: eos\n")
    place("group_vars/all/notes.txt", "from: a note\n")
    place("group_vars/all/vars.yml~", "from: a backup\n")
    place("group_vars/all/.vars.yml", "from: what is hidden\n")
    place("group_vars/all.yml", "from: a file behind the folder\n")
    place("host_vars/sw1/empty.yml", "---\n")
    place("host_vars/sw1/site.yaml", "site: lon\n")
    place("hosts", "sw1\nsw2\n")
    local loaded = assert(inventory.load(folder))
    assert.equal("u", loaded[1].username)
    assert.equal("arista_eos", loaded[2].device_type)
    assert.same({ from = "json", site = "lon" }, loaded[1].labels)
    assert.same({ from = "json" }, loaded[2].labels)
  end)

  it("names the file of such a folder that is wrong, and follows no circle", function()
    place("group_vars/all/a.yml", "- one\n")
    place("hosts", "r1\n")
    assert(uv.fs_symlink("../all", folder .. "/group_vars/all/again"))
    local loaded, message = inventory.load(folder)
    assert.is_nil(loaded)
    assert.is_truthy(message:find("group_vars/all/a.yml: must be variables", 1, true),
      message)
  end)

  it("takes a range in two groups for the same hosts", function()
    local loaded = assert(load("a.ini", "[all:vars]\nansible_user=u\n"
      .. "ansible_password=p\nansible_network_os=ios\n"
      .. "[a]\nsw[1:60000]\n[b]\nsw[1:60000]\n"))
    assert.equal(60000, #loaded)
    assert.same({ "b", "a" }, loaded[1].groups)
  end)

  it("says what is wrong with a group once, and where that stands", function()
    local message = complaint("a.ini", "r1\nr2\n[g]\nr[1:3]\n[g:vars]\n"
      .. "ansible_user=u\nansible_password=p\nansible_network_os=ios\nansible_port=0\n")
    assert.equal("a.ini:9: g.ansible_port: must be 1 to 65535, not 0", message)
  end)

  it("lets a host say better what is wrong in its group", function()
    local loaded = assert(load("a.yaml", "all:\n  vars: {ansible_port: 0,"
      .. " ansible_user: u, ansible_password: p, ansible_network_os: ios}\n"
      .. "  hosts: {r1: {ansible_port: 22}, r2: {ansible_port: 23}}\n"))
    assert.equal(23, loaded[2].port)
  end)

  it("gives what devices share to each, and their own to one", function()
    local loaded = assert(load("a.yaml", "defaults:"
      .. " {username: u, password: p, platform: ios, data: {site: lon, rack: 1}}\n"
      .. "groups: {}\nhosts:\n"
      .. "  r1: {data: {rack: 2}}\n  r2: {username: v}\n  r3: {port: null}\n"))
    assert.same({ site = "lon", rack = 2 }, loaded[1].labels)
    assert.same({ site = "lon", rack = 1 }, loaded[2].labels)
    assert.equal("v", loaded[2].username)
    assert.equal("u", loaded[3].username)
    assert.equal(22, loaded[3].port)
  end)

  it("says which file of variables is wrong", function()
    place("group_vars/all.yml", "a: [\n")
    place("hosts", "r1\n")
    local loaded, message = inventory.load(folder)
    assert.is_nil(loaded)
    assert.is_truthy(message:find("group_vars/all.yml:2: ", 1, true), message)
  end)

  it("reads cells with quotes, semicolons and breaks of lines", function()
    local head = "host;username;password;device_type;label.note\n"
    local rows = 'r1;u;p;ios;"a ""b""; c\nd"\nr2; u ;p;ios;\n'
    local loaded = assert(load("a.csv", head .. rows))
    assert.equal('a "b"; c\nd', loaded[1].labels.note)
    assert.equal("u", loaded[2].username)
    assert.is_nil(loaded[2].labels)
    local message = complaint("b.csv", 'host;port\n"r\n1";1\nr2;x')
    assert.is_truthy(message:find("b.csv:4: port: must be 1 to", 1, true), message)
  end)

  it("has to do with a line of a megabyte", function()
    local loaded = assert(load("a.csv", "host,username,password,device_type,label.x\n"
      .. "r1,u,p,ios," .. ("x"):rep(1 << 20)))
    assert.equal(1 << 20, #loaded[1].labels.x)
  end)

  it("may be a node set, with the caller's defaults", function()
    local loaded = assert(inventory.load("sw[01-03],r1", { defaults = LOGIN }))
    assert.equal(4, #loaded)
    assert.equal("sw02", loaded[2].host)
    local none, message, kind = inventory.load("sw[01-03]")
    assert.is_nil(none)
    assert.is_truthy(message:find("node set: sw01.username: is missing", 1, true))
    assert.equal("invalid", kind)
    assert.is_nil((inventory.load("sw[1-999999999]", { defaults = LOGIN })))
  end)

  it("may be the hosts of an ssh_config, no patterns", function()
    local path = place("config", "Host core-1 *.lab !x core-2\n  User u\nHost *\n")
    local loaded = assert(inventory.load("ssh_config:" .. path, { defaults = LOGIN }))
    assert.equal(2, #loaded)
    assert.equal("core-2", loaded[2].host)
    assert.equal(path, loaded[2].ssh_config_file)
    local none, message = inventory.load("ssh_config:" .. folder .. "/none")
    assert.is_nil(none)
    assert.is_truthy(message:find(folder .. "/none", 1, true))
  end)

  it("takes defaults from the caller, behind all that it says itself", function()
    local text = "hosts: {r1: {groups: [g]}, r2: {}}\ngroups: {g: {username: g}}\n"
    local loaded = assert(load("a.yaml", text, { defaults = LOGIN }))
    assert.equal("g", loaded[1].username)
    assert.equal("u", loaded[2].username)
    local _, message = load("a.yaml", text:gsub("username: g", "port: 0"), {
      defaults = LOGIN,
    })
    assert.is_truthy(message:find("a.yaml:2: groups.g.port", 1, true), message)
  end)

  it("can be told its language", function()
    local rows = "host,username,password,device_type\nr1,u,p,ios\n"
    assert.equal(1, #assert(load("a.txt", rows)))
    assert.equal(1, #assert(load("a.yaml", rows, { format = "csv" })))
    assert.has_error(function() inventory.load("x", { format = "xml" }) end)
  end)

  it("warns of two names for one login", function()
    local rows = "name,host,username,password,device_type\na,r1,u,p,ios\nb,r1,u,p,ios\n"
    local loaded = assert(load("a.csv", rows))
    assert.equal(1, #loaded.warnings)
    assert.is_truthy(loaded.warnings[1]:find("a.csv:3: host: the same host", 1, true))
  end)

  it("chooses by filter, limit and expectation", function()
    local function chosen(options)
      options.defaults = LOGIN
      local loaded, message, kind = inventory.load("sw[01-10]", options)
      return loaded and #loaded, message, kind
    end
    assert.equal(2, chosen { filter = "sw[02-03]" })
    assert.equal(3, chosen { limit = 3 })
    assert.equal(2, chosen { filter = "*", limit = 2, expect = 2 })
    local none, message, kind = chosen { filter = "sw99" }
    assert.is_nil(none)
    assert.equal("invalid", kind)
    assert.equal("no device is wanted by sw99", message)
    assert.equal("5 devices were expected, and there are 10",
      select(2, chosen { expect = 5 }))
  end)

  it("survives what is no inventory at all", function()
    math.randomseed(11)
    local pieces = {
      "{", "}", "[", "]", ":", ",", '"', "'", "\n", "  ", "host", "r1", "&a", "*a", "-",
      "<<", "|", "[x:vars]", "=", "\t", "#", "all", "devices", "null", "\\", "é",
    }
    for i = 1, 400 do
      local parts = {}
      for j = 1, math.random(1, 30) do
        parts[j] = pieces[math.random(#pieces)]
      end
      local ending = ({ "json", "yaml", "csv", "ini" })[i % 4 + 1]
      local loaded, message, kind = load("a." .. ending, table.concat(parts))
      assert.is_true(loaded ~= nil or kind == "invalid", message)
    end
  end)
end)
