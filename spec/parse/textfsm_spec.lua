local lfs = require "lfs"
local uv = require "luv"

local interface = require "moonwire.lab.cisco_ios.interface"
local session = require "moonwire.session"
local support = require "spec.support.lab"
local textfsm = require "moonwire.parse.textfsm"

local OWN = "lua/moonwire/parse/templates"

-- These find templates where nobody else has put some.
local outside

local function use(folder)
  if folder then
    uv.os_setenv("NET_TEXTFSM", folder)
  else
    uv.os_unsetenv "NET_TEXTFSM"
  end
end

local function with_folder(command, fn)
  local top = os.tmpname()
  os.remove(top)
  assert(lfs.mkdir(top))
  for name, text in pairs {
    index = "Template, Platform, Command\nt.textfsm, cisco_ios, " .. command .. "\n",
    ["t.textfsm"] = "Value LINE (.+)\n\nStart\n  ^${LINE} -> Record\n",
  } do
    local stream = assert(io.open(top .. "/" .. name, "w"))
    stream:write(text)
    stream:close()
  end
  local ok, message = pcall(fn, top)
  os.remove(top .. "/index")
  os.remove(top .. "/t.textfsm")
  os.remove(top)
  assert(ok, message)
end

describe("textfsm.compile", function()
  it("gives a template", function()
    local template = assert(textfsm.compile("Value A (a)\n\nStart\n  ^${A}\n", "t"))
    assert.same({ { A = "a" } }, template:parse "a")
  end)

  it("says what is wrong, with the line", function()
    local none, message, kind = textfsm.compile "Value A (a)\n\nStart\n  ^(\n"
    assert.is_nil(none)
    assert.equal("template:4: missing closing parenthesis in '^('", message)
    assert.equal("invalid", kind)
  end)

  it("takes a string only", function()
    assert.has_error(function()
      textfsm.compile(nil)
    end, "a template must be a string, not a nil")
  end)
end)

describe("textfsm.find", function()
  setup(function()
    outside = os.getenv "NET_TEXTFSM"
    use(nil)
  end)

  teardown(function()
    use(outside)
  end)

  after_each(function()
    use(nil)
  end)

  local function name_of(command, folder)
    local template = assert(textfsm.find("cisco_ios", command, folder))
    return template.name
  end

  it("looks into a folder, then where NET_TEXTFSM points, then at our own", function()
    with_folder("show (one|clock|version)", function(first)
      with_folder("show (two|clock)", function(second)
        use(second)
        assert.equal(first .. "/t.textfsm", name_of("show one", first))
        assert.equal(first .. "/t.textfsm", name_of("show clock", first))
        assert.equal(second .. "/t.textfsm", name_of("show two", first))
        assert.equal(second .. "/t.textfsm", name_of "show clock")
        assert.matches(OWN .. "/cisco_ios_show_version.textfsm",
          name_of "show version", 1, true)
        assert.matches(OWN .. "/cisco_ios_show_vlan.textfsm",
          name_of("show vlan", first), 1, true)
      end)
    end)
  end)

  it("does not care for an empty NET_TEXTFSM", function()
    use ""
    assert.matches(OWN, name_of "show clock", 1, true)
  end)

  it("knows the home folder", function()
    with_folder("show home", function(folder)
      local home = os.getenv "HOME"
      uv.os_setenv("HOME", folder)
      local template = textfsm.find("cisco_ios", "show home", "~/")
      uv.os_setenv("HOME", home)
      assert.is_table(template)
    end)
  end)

  it("says that there is none", function()
    local none, message, kind = textfsm.find("toaster", "show bread")
    assert.is_nil(none)
    assert.equal("there is no template for 'show bread' on toaster", message)
    assert.equal("missing", kind)
  end)

  it("does not pass over a folder that has nothing to look into", function()
    local none, message, kind = textfsm.find("cisco_ios", "show clock", "/nowhere")
    assert.is_nil(none)
    assert.equal("/nowhere: there is no index of templates", message)
    assert.equal("local", kind)
    use "/nowhere/else"
    none, message = textfsm.find("cisco_ios", "show clock")
    assert.is_nil(none)
    assert.matches("/nowhere/else: ", message, 1, true)
  end)

  it("takes strings only", function()
    assert.has_error(function()
      textfsm.find("cisco_ios", nil)
    end, "the platform and the command must be strings")
  end)
end)

describe("our own templates", function()
  setup(function()
    outside = os.getenv "NET_TEXTFSM"
    use(nil)
  end)

  teardown(function()
    use(outside)
  end)

  local function parse(switch, command)
    local template = assert(textfsm.find("cisco_ios", command))
    return assert(template:parse(assert(switch:send_command(command))))
  end

  -- each kind of switch: core, access, data center
  local function on_switches(fn)
    support.with_lab({ devices = 5 }, function(lab)
      for _, index in ipairs { 1, 3, 5 } do
        local switch <close> = assert(session.open(support.device(lab, index)))
        fn(switch, lab:device(index))
      end
    end)
  end

  local function by(key, rows)
    local found = {}
    for _, row in ipairs(rows) do
      found[row[key]] = row
    end
    return found
  end

  it("are all named in the index, which names no other", function()
    local listed = {}
    for line in io.lines(OWN .. "/index") do
      local name = line:match "^(%S+%.textfsm),"
      listed[name or ""] = true
    end
    listed[""] = nil
    local count = 0
    for name in lfs.dir(OWN) do
      if name:find "%.textfsm$" then
        count = count + 1
        assert.is_true(listed[name], name)
        listed[name] = nil
      end
    end
    assert.same({}, listed)
    assert.is_true(count >= 6)
  end)

  it("read show version", function()
    on_switches(function(switch, device)
      local rows = parse(switch, "show version")
      assert.equal(1, #rows)
      local row = rows[1]
      assert.equal(device:hostname(), row.HOSTNAME)
      assert.equal("SIM_L2-UNIVERSALK9-M", row.SOFTWARE_IMAGE)
      assert.equal("15.2(7)E4", row.VERSION)
      assert.equal("fc1", row.RELEASE)
      assert.equal("flash0:/sim_l2-universalk9-mz.152-7.E4.bin", row.RUNNING_IMAGE)
      assert.equal("power-on", row.RELOAD_REASON)
      assert.matches("minute", row.UPTIME, 1, true)
      assert.same({ "SIM-L2" }, row.HARDWARE)
      assert.equal(1, #row.SERIAL)
      assert.equal("0x2102", row.CONFIG_REGISTER)
    end)
  end)

  it("read show ip interface brief", function()
    on_switches(function(switch, device)
      local rows = parse(switch, "show ip int brief")
      local list = interface.list(device:configuration())
      assert.equal(#list, #rows)
      for i, item in ipairs(list) do
        assert.equal(item.name, rows[i].INTERFACE)
        local state = item.is_shut and "administratively down" or "up"
        assert.equal(state, rows[i].STATUS)
        assert.equal(item.is_shut and "down" or "up", rows[i].PROTO)
        assert.equal(item.address == nil, rows[i].IP_ADDRESS == "unassigned")
      end
      assert.matches("^10%.2%.0%.%d+$", by("INTERFACE", rows).Vlan99.IP_ADDRESS)
    end)
  end)

  it("read show interfaces description", function()
    on_switches(function(switch, device)
      local rows = parse(switch, "show interfaces description")
      local list = interface.list(device:configuration())
      assert.equal(#list, #rows)
      for i, item in ipairs(list) do
        assert.equal(item.short, rows[i].PORT)
        assert.equal(item.is_shut and "admin down" or "up", rows[i].STATUS)
        assert.equal(item.description, rows[i].DESCRIPTION)
      end
    end)
  end)

  it("read show interfaces status", function()
    on_switches(function(switch, device)
      local rows = by("PORT", parse(switch, "sh int status"))
      for _, item in ipairs(interface.list(device:configuration())) do
        local row = rows[item.short]
        assert.equal(item.is_physical, row ~= nil)
        if row then
          local name = item.description:sub(1, 18):gsub("%s+$", "")
          assert.equal(name, row.NAME)
          assert.equal(item.is_shut and "disabled" or "connected", row.STATUS)
          assert.equal(item.vlan, row.VLAN_ID)
          assert.equal("RJ45", row.TYPE)
        end
      end
    end)
  end)

  it("read show vlan and show vlan brief", function()
    on_switches(function(switch, device)
      local rows = parse(switch, "show vlan")
      assert.same(rows, parse(switch, "sh vl br"))
      local vlans = by("VLAN_ID", rows)
      assert.equal("act/unsup", vlans["1005"].STATUS)
      assert.same({}, vlans["1005"].INTERFACES)
      assert.equal("MANAGEMENT", vlans["99"].VLAN_NAME)
      local ports = {}
      for _, item in ipairs(interface.list(device:configuration())) do
        if item.is_physical and item.vlan:find "^%d" then
          ports[item.vlan] = ports[item.vlan] or {}
          table.insert(ports[item.vlan], item.short)
        end
      end
      for _, row in ipairs(rows) do
        assert.same(ports[row.VLAN_ID] or {}, row.INTERFACES)
      end
    end)
  end)

  it("read ports of a VLAN on as many lines as they need", function()
    support.with_lab({ devices = 3 }, function(lab)
      local switch <close> = assert(session.open(support.device(lab, 3)))
      local lines = { "configure terminal" }
      for port = 0, 7 do
        local name = ("GigabitEthernet%d/%d"):format(port // 4, port % 4)
        lines[#lines + 1] = "interface " .. name
        lines[#lines + 1] = "switchport mode access"
        lines[#lines + 1] = "switchport access vlan 20"
      end
      lines[#lines + 1] = "end"
      assert(switch:send_commands(lines))
      local vlans = by("VLAN_ID", parse(switch, "show vlan"))
      local expected = {
        "Gi0/0", "Gi0/1", "Gi0/2", "Gi0/3", "Gi1/0", "Gi1/1", "Gi1/2", "Gi1/3",
      }
      assert.same(expected, vlans["20"].INTERFACES)
      assert.same({}, vlans["10"].INTERFACES)
    end)
  end)

  it("read show inventory", function()
    on_switches(function(switch)
      local rows = parse(switch, "show inventory")
      assert.equal(3, #rows)
      assert.equal("simulated L2 switch chassis", rows[1].DESCR)
      assert.equal("SIM-L2", rows[1].PID)
      assert.equal("V01", rows[1].VID)
      assert.equal("GigabitEthernet1/0", rows[3].NAME)
      assert.equal(rows[1].SN .. "B", rows[3].SN)
      local version = parse(switch, "show version")
      assert.equal(version[1].SERIAL[1], rows[1].SN)
    end)
  end)

  it("read show clock", function()
    on_switches(function(switch)
      local rows = parse(switch, "show clock")
      assert.equal(1, #rows)
      assert.matches("^%d%d:%d%d:%d%d%.%d%d%d$", rows[1].TIME)
      assert.equal("UTC", rows[1].TIMEZONE)
      assert.matches("^20%d%d$", rows[1].YEAR)
    end)
  end)

  it("refuse what is none of theirs, but for show version", function()
    for _, command in ipairs {
      "show ip interface brief", "show interfaces description", "show vlan",
      "show interfaces status", "show inventory", "show clock",
    } do
      local template = assert(textfsm.find("cisco_ios", command))
      local rows, message, kind = template:parse "% Something went wrong\n"
      assert.is_nil(rows)
      assert.matches("(line 1: \"% Something went wrong\")", message, 1, true)
      assert.equal("parse", kind)
    end
  end)
end)
