local labs = require "spec.support.lab"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local support = require "spec.support.twin"
local task = require "moonwire.task"
local vocabulary = require "moonwire.lab.twin.vocabulary"

local row_of, with_session = support.row_of, support.with_session

local function names_with_help()
  local names = {}
  for _, name in ipairs(platforms.names()) do
    local platform = assert(platforms.get(name))
    local is_own = name == "cisco_ios" -- has a command language of its own
    names[#names + 1] = platform.help and not is_own and name or nil
  end
  return names
end

-- To a mode that has help, where the login does not lead to one.
local function go_where_help_is(session)
  local modes = session.platform.help.modes
  if not platforms.help_in(session.platform, session:mode()) then
    assert(session:enter_mode(modes[1] == "exec" and modes[2] or modes[1]))
  end
end

-- What the client learns of a device.
local function learn(device)
  local session <close> = assert(sessions.open(device))
  go_where_help_is(session)
  local reading = table.concat(vocabulary.reading(session.platform), "\n")
  local first, second = reading:match "(%S+) (%S+)"
  return {
    first = first,
    second = second,
    has_words = session.platform.help.rows ~= "words",
    words = assert(session:help ""),
    begun = assert(session:help(first:sub(1, -2))),
    following = assert(session:help(first .. " ")),
    unknown = assert(session:help "nonsense "),
  }
end

describe("the help of a twin", function()
  it("is asked for by the client, on every platform that has it", function()
    local names, devices = names_with_help(), {}
    for i, name in ipairs(names) do
      devices[i] = { name = ("tw%d"):format(i), platform = name }
    end
    labs.with_lab({ devices = devices }, function(lab)
      local found = task.map(lab:inventory(), #names, learn)
      for i, name in ipairs(names) do
        local rows = found[i].following
        assert.is_table(row_of(found[i].words, found[i].first), name)
        assert.is_table(row_of(found[i].begun, found[i].first), name)
        local row = row_of(rows, found[i].second)
        assert.equal(found[i].has_words, row and row.help:find "%l" ~= nil, name)
        assert.same({}, found[i].unknown, name)
        assert.is_falsy(lab:device(i):sent(found[i].first .. " "), name)
      end
    end)
  end)

  it("speaks of nothing that the twin does not show", function()
    for _, name in ipairs(names_with_help()) do
      local platform = assert(platforms.get(name))
      for _, command in ipairs(vocabulary.reading(platform)) do
        assert.is_true(platforms.is_read_only(platform, command), name .. command)
        assert.is_string(output.topic(command), name .. ": " .. command)
      end
    end
  end)

  it("knows the lines of a configuration, and those of an interface", function()
    with_session("arista_eos", function(session)
      assert(session:enter_mode "config")
      local rows = assert(session:help "")
      assert.is_table(row_of(rows, "hostname"))
      assert.is_nil(row_of(rows, "shutdown"))
      assert.is_string(session:send_command "interface Ethernet1")
      rows = assert(session:help "")
      assert.is_table(row_of(rows, "shutdown"))
      assert.is_nil(row_of(rows, "hostname"))
    end)
  end)

  it("is not had in a shell below", function()
    with_session("juniper_junos", function(session)
      assert(session:enter_mode "shell")
      local rows, _, kind = session:help "show "
      assert.is_nil(rows)
      assert.equal("unsupported", kind)
    end)
  end)
end)

-- what a stock client sees of it
local SEEN = {
  hp_comware = {
    prompt = "<tw1>",
    { "display ip ?", "display ip ?\r\n  routing-table  The routing table\r\n\0<tw1>" },
    { "\24disp?", "disp?\r\n  display\r\n\0<tw1>disp" },
    { "\24disp\t", "disp\r\n\0<tw1>display " },
    { "\24xyz ?", "% Unrecognized command found" },
  },
  juniper_junos = {
    prompt = "admin@tw1>",
    {
      "show system ?",
      "Possible completions:\r\n"
        .. "  uptime               Show for how long it has been up\r\n"
        .. "  users                Show who is logged in\r\n",
    },
    { "\21show version ?", "  <[Enter]>            Execute this command\r\n" },
    { "\21sho\t", "\radmin@tw1>show " },
    { "syste\t", "\radmin@tw1>show system " },
    { "u\t", "\r\nPossible completions:\r\n  uptime " },
  },
  arista_eos = {
    prompt = "tw1>",
    { "show ip ?", "\r\n  interface  IP state of the ports\r\n  route " },
    { "\21sh?", "sh?\r\n  show  Show running system information\r\ntw1>sh" },
    { "\21sho\t", "\rtw1>show " },
  },
  cisco_nxos = {
    prompt = "tw1#",
    { "show ip ?", "show ip ?\r\n\r\r\n  interface  IP state of the ports\r\r\n" },
    { "\21show clock ?", "  <cr>\r\r\n\r\r\ntw1#show clock " },
  },
  cisco_xr = {
    prompt = "tw1#",
    { "show c?", "show c?\r\nclock\r\n\r\n" },
    { "\21show clo\t", "\r\nRP/0/RP0/CPU0:tw1#show clock " },
  },
  bird = {
    prompt = "bird> ",
    {
      "show ?",
      "?\r\nshow interfaces                                Show network interfaces",
    },
    {
      "\21sho?", -- of a word it knows only all
      "show ...                                       Show status information\r\n",
    },
    { "\21sh\t", "\rbird> show " },
  },
  fortinet = {
    prompt = "tw1 # ",
    { "get system ?", "\r\narp           ARP table.\r\ninterface     Interfaces.\r\n" },
    { "\21get sys\t", "\rtw1 # get system " },
  },
  mikrotik_routeros = {
    prompt = "] > ",
    { "/ip r?", "/ip r?" }, -- a letter
    { "\8\27OP", "\r\nroute -- Routes\r\n" },
    { "o\t", "] > /ip route " },
    { "\1\11\27OP", "\r\nexport -- Print the configuration as commands\r\n" },
  },
  checkpoint_gaia = {
    prompt = "tw1> ",
    { "show ?", "  arp             - ARP settings\r\n" },
    { "\21show arp dynamic a?", "  all             - All of them\r\n" },
  },
  f5_tmsh = {
    prompt = "(tmos)# ",
    { "show sys ?", "Components:\r\n  clock             System clock\r\n" },
  },
  cisco_wlc = {
    prompt = "login as: ",
    { "admin\r", "Password:" },
    { "admin\r", ") >" },
    { "show ?", "show ?\r\n\r\narp             Displays the ARP table.\r\n" },
  },
  siemens_roxii = {
    prompt = "tw1#",
    { "show ?", "completions:\r\n  chassis         Hardware and software\r\n" },
  },
  alcatel_aos = {
    prompt = "> ",
    { "show ip ?", "^\r\n" },
    { "", "INTERFACE ROUTES\r\n" },
    { "\21SHOW l?", " LLDP LOG\r\n" },
  },
  extreme_exos = {
    prompt = "tw1.1 # ",
    { "show version ?", "  <cr>            Execute the command\r\ntw1.1 # show ver" },
  },
  siemens_ros = {
    prompt = "Main Menu",
    { "\19", ">" },
    { "ver?\t", "ver?" }, -- letters, and nothing
    { "\13", "nknown command" },
  },
  vyos = {
    prompt = "vyos@tw1:~$ ",
    { "show ip ?", "completions:\r\n  route          Show the routing table\r\n" },
    { "\21show ip ro\t", "show ip route " },
  },
}

describe("the help of a twin, as it is typed", function()
  for name, steps in pairs(SEEN) do
    it("is that of its vendor: " .. name, function()
      labs.with_lab({ devices = { { name = "tw1", platform = name } } }, function(lab)
        local terminal <close> = labs.ssh(lab)
        terminal:expect(steps.prompt)
        for _, step in ipairs(steps) do
          terminal:type(step[1])
          terminal:expect(step[2])
        end
      end)
    end)
  end
end)
