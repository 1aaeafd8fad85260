local labs = require "spec.support.lab"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local task = require "moonwire.task"
local vocabulary = require "moonwire.lab.twin.vocabulary"

local function with_session(name, fn)
  labs.with_lab({ devices = { { name = "tw1", platform = name } } }, function(lab)
    local session <close> = assert(sessions.open(labs.device(lab)))
    fn(session, lab:device(1))
  end)
end

local function row_of(rows, word)
  for _, row in ipairs(rows) do
    if row.word == word then
      return row
    end
  end
end

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
  local first = vocabulary.reading(session.platform)[1]:match "^%S+"
  return {
    first = first,
    words = assert(session:help ""),
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
        local row = row_of(rows, "version") or row_of(rows, "system")
        assert.is_truthy(row and row.help:find "%l", name)
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
