-- Faults of spec/README.md: N2, N10, S21.
-- Lines and addresses that are there, but not as good as they should be.
local child = require "spec.support.child"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local relays = require "spec.support.relay"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local RUN = "show running-config"

local function with_relay(options, fn)
  support.with_lab({ devices = 1 }, function(lab)
    local device = support.device(lab)
    local relay <close> = relays.open(device.host, device.port, options)
    device.host, device.port = options.address or "127.0.0.1", relay.port
    fn(device, relay, support.device(lab))
  end)
end

describe("a very slow line", function()
  local SLOW = 40 -- bytes in two milliseconds: 160 kbit/s

  it("N10: carries the same bytes", function()
    with_relay({ rate = SLOW }, function(device, _, direct)
      local fast <close> = assert(sessions.open(direct))
      local slow <close> = assert(sessions.open(device))
      assert.equal(assert(fast:send_command(RUN)), assert(slow:send_command(RUN)))
    end)
  end)

  it("N10: keeps what came until the deadline, and goes on behind it", function()
    with_relay({ rate = SLOW }, function(device, relay, direct)
      local fast <close> = assert(sessions.open(direct))
      local expected = assert(fast:send_command(RUN))
      local slow <close> = assert(sessions.open(device))
      relay.rate = 2 -- 8 kbit/s
      local output, message, kind = slow:send_command(RUN, { timeout = 0.5 })
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.matches('it said last: "', message, 1, true)
      local partial = slow.answers[#slow.answers]
      assert.is_true(partial.is_partial)
      local _, echo = partial.output:find(RUN .. "\n", 1, true)
      if echo then -- on a busy machine not even that may be there
        local said = partial.output:sub(echo + 1)
        assert.equal(expected:sub(1, #said), said)
      end
      relay.rate = 4000
      assert.equal(expected, assert(slow:send_command(RUN)))
    end)
  end)
end)

describe("a device with room for one session", function()
  it("S21: that ends the older one is told to who had it", function()
    with_relay({ is_single = true }, function(device)
      local older <close> = assert(sessions.open(device, { reconnect = false }))
      local before = assert(older:send_command(RUN))
      local newer <close> = assert(sessions.open(device, { reconnect = false }))
      local output, message, kind = older:send_command(RUN)
      assert.is_nil(output)
      assert.equal("dropped", kind)
      assert.matches("SW%-CORE_1: command", message)
      assert.equal(before, assert(newer:send_command(RUN)))
    end)
  end)
end)

describe("a name of several addresses", function()
  local SCRIPT = [[
local json, sessions = require "dkjson", require "moonwire.session"
local lfs, uv = require "lfs", require "luv"
local function count_sockets()
  local count = 0
  for name in lfs.dir "/proc/self/fd" do
    local target = uv.fs_readlink("/proc/self/fd/" .. name)
    count = count + (target and target:find("socket:", 1, true) and 1 or 0)
  end
  return count
end
local file <close> = assert(io.open(arg[1]))
local before = count_sockets()
local session, message, kind = sessions.open((json.decode(file:read "a")))
if not session then
  return print(kind .. ": " .. message)
end
print(assert(session:send_command "show privilege"))
print(("%d socket more"):format(count_sockets() - before))
]]
  local HOSTS = "127.0.0.1 two.example\n127.0.0.2 two.example\n"
    .. "127.0.0.3 four.example\n127.0.0.4 four.example\n127.0.0.5 four.example\n"
    .. "127.0.0.2 four.example\n"
  local IN_NAMESPACE = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'

  -- What a session says whose machine has the name in its own list of hosts.
  local function ask(device, name)
    local said
    files.with_folder(function(folder)
      local hosts, script, path =
        folder .. "/hosts", folder .. "/script.lua", folder .. "/device.json"
      device.host = name or "two.example"
      files.write(hosts, HOSTS)
      files.write(script, SCRIPT)
      files.write(path, json.encode(device))
      local running <close> = child.start {
        "unshare", "--mount", "sh", "-c", IN_NAMESPACE, "sh", hosts, uv.exepath(),
        script, path,
      }
      assert.equal(0, running:wait(), running.errors)
      said = running.output
    end)
    return said
  end

  it("N2: is reached by the second when the first is dead", function()
    with_relay({ address = "127.0.0.2" }, function(device, relay)
      local held = uv.new_tcp() -- it listens to nobody, and nobody else can
      assert(held:bind("127.0.0.1", relay.port))
      assert.matches("Current privilege level", ask(device), 1, true)
      held:close()
    end)
  end)

  -- An address where the port is open and nobody ever answers: its queue is full. The
  -- first of two connections is taken out of the queue, and the second stays in it.
  local function open_hole(address, port)
    local listener, taken, queued = uv.new_tcp(), uv.new_tcp(), uv.new_tcp()
    local sockets = { listener, taken, queued }
    assert(listener:bind(address, port))
    task.await(function(done)
      assert(listener:listen(0, done))
      taken:connect(address, port)
    end)
    assert(not task.await(function(done)
      queued:connect(address, port, done)
    end))
    return setmetatable(sockets, {
      __close = function()
        for _, socket in ipairs(sockets) do
          socket:close()
        end
      end,
    })
  end

  it("N2: is reached by the second when the first is silent", function()
    with_relay({ address = "127.0.0.2" }, function(device, relay)
      local hole <close> = open_hole("127.0.0.1", relay.port) -- luacheck: ignore
      local said = ask(device)
      assert.matches("Current privilege level", said, 1, true)
      assert.matches("1 socket more", said, 1, true)
    end)
  end)

  it("N2: is reached by the fourth when three are silent", function()
    with_relay({ address = "127.0.0.2" }, function(device, relay)
      local one <close> = open_hole("127.0.0.3", relay.port) -- luacheck: ignore
      local two <close> = open_hole("127.0.0.4", relay.port) -- luacheck: ignore
      local three <close> = open_hole("127.0.0.5", relay.port) -- luacheck: ignore
      local said = ask(device, "four.example")
      assert.matches("Current privilege level", said, 1, true)
      assert.matches("1 socket more", said, 1, true)
    end)
  end)

  it("N2: has the dead one in the error when the other is silent for good", function()
    for _, transport in ipairs { "ssh", "telnet" } do
      local held = uv.new_tcp()
      assert(held:bind("127.0.0.1", 0))
      local port = held:getsockname().port
      local hole <close> = open_hole("127.0.0.2", port) -- luacheck: ignore
      local said = ask {
        port = port,
        username = "u",
        password = "p",
        transport = transport,
        connect_timeout = 1,
      }
      assert.matches("^timeout: ", said)
      local refused = ("127.0.0.1:%d: connection refused"):format(port)
      assert.matches(refused, said, 1, true)
      held:close()
    end
  end)

  it("N2: has both in the error when both are dead", function()
    with_relay({ address = "127.0.0.2" }, function(device, relay)
      local held = uv.new_tcp()
      assert(held:bind("127.0.0.1", relay.port))
      relay.listener:close()
      relay.listener = uv.new_tcp()
      assert(relay.listener:bind("127.0.0.2", relay.port))
      local said = ask(device)
      for _, address in ipairs { "127.0.0.1", "127.0.0.2" } do
        local words = ("%s:%d: connection refused"):format(address, relay.port)
        assert.matches(words, said, 1, true)
      end
      held:close()
    end)
  end)
end)
