local await = require "spec.support.await"
local files = require "spec.support.files"
local host = require "host.task"
local line = require "host.line"
local log = require "moonwire.log"
local platforms = require "moonwire.platform"
local relays = require "spec.support.relay"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"
local via = require "moonwire.transport.via"
local warm = require "moonwire.warm"

local function copy(device, changes)
  local taken = {}
  for name, value in pairs(device) do
    taken[name] = value
  end
  for name, value in pairs(changes or {}) do
    taken[name] = value or nil
  end
  return taken
end

-- as those have it who have no credentials
local function borrowers(device, changes)
  local taken = copy(device, changes)
  taken.password, taken.secret = nil, nil
  return taken
end

-- A lab, and a door to sessions with its devices: fn(devices, path, door, lab).
-- `change` is given the devices before.
local function with_door(options, fn)
  files.with_folder(function(folder)
    support.with_lab(options.lab or { devices = 1 }, function(lab)
      local inventory = { devices = lab:inventory() }
      local relay <close> = options.change and options.change(inventory.devices)
      task.group(function(group)
        local path = folder .. "/socket"
        local door <close> = assert(warm.open(group, path, function()
          return inventory
        end, options.pool))
        local devices = {}
        for i, device in ipairs(inventory.devices) do
          devices[i] = borrowers(device)
        end
        fn(devices, path, door, lab, relay)
      end)
    end)
  end)
end

local function timeless(text)
  return (text:gsub("uptime[^\n]*", ""))
end

-- the sessions that rest, as many as there should be
local function await_resting(door, wanted)
  await(function()
    local count = 0
    for _, list in pairs(door.pool.resting) do
      count = count + #list
    end
    return count == wanted
  end)
end

local function ask(device, path, command, options)
  local own = copy(options or {}, { via = path })
  local session <close> = assert(sessions.open(device, own))
  return assert(session:send_command(command or "show version"))
end

local function behind_relay(devices)
  local device = devices[1]
  local relay = relays.open(device.host, device.port)
  device.host, device.port = "127.0.0.1", relay.port
  return relay
end

describe("a warm session", function()
  local said

  before_each(function()
    said = {}
    log.redirect(function(text)
      said[#said + 1] = text
    end)
  end)

  after_each(function()
    log.redirect(nil)
  end)

  it("is logged in to once, for borrowers without credentials", function()
    with_door({}, function(devices, path, door, lab)
      local direct <close> = assert(sessions.open(lab:inventory()[1]))
      for _, command in ipairs { "show version", "show running-config" } do
        local expected = assert(direct:send_command(command))
        for _ = 1, 2 do
          assert.equal(timeless(expected), timeless(ask(devices[1], path, command)))
          await_resting(door, 1)
        end
      end
      assert.equal(1, door.pool.count.logins)
      assert.equal(4, door.pool.count.lent)
    end)
  end)

  it("needs nothing to be proved when it was only read from", function()
    with_door({}, function(devices, path, door)
      ask(devices[1], path)
      await_resting(door, 1)
      local entry = next(door.pool.resting) and select(2, next(door.pool.resting))[1]
      local marks = entry.session.dialogue.marks
      ask(devices[1], path)
      await_resting(door, 1)
      assert.equal(marks, entry.session.dialogue.marks)
    end)
  end)

  it("is brought back to its first mode, with its terminal prepared", function()
    local options = { lab = { devices = 1, privilege = 1 } }
    with_door(options, function(devices, path, door, lab)
      do
        local session <close> = assert(sessions.open(devices[1], { via = path }))
        assert.equal("exec", session:mode())
        assert(session:enable())
        assert.equal("priv", session:mode())
        assert(session:send_config_set { "interface Vlan1", "description warm" })
        assert(session:send_command "terminal length 24")
      end
      assert.matches("description warm", lab:device(1):running_config(), 1, true)
      await_resting(door, 1)
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      assert.equal("exec", session:mode())
      assert.equal(1, door.pool.count.logins)
      assert(session:enable())
      local shown = assert(session:send_commands { "show running-config" })
      assert.equal(0, shown[1].pages or 0)
    end)
  end)

  it("says that a password is wrong which only the lender knows", function()
    local options = { lab = { devices = 1, privilege = 1 } }
    function options.change(devices)
      devices[1].secret = "wrong"
    end
    with_door(options, function(devices, path)
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      local ok, message, kind = session:enable()
      assert.is_nil(ok)
      assert.equal("auth", kind)
      assert.is_nil(message:find("wrong", 1, true))
    end)
  end)

  it("is never lent again when a command in it was broken off", function()
    local faults = { { name = "hang", device = 1 } }
    with_door({ lab = { devices = 1, faults = faults } }, function(devices, path, door)
      for round, break_off in ipairs {
        function(session)
          local _, _, kind = session:send_command("show clock", { timeout = 0.1 })
          assert.equal("timeout", kind)
        end,
        function(session)
          task.group(function(group)
            local member = group:spawn(session.send_command, session, "show clock")
            await(function() return session.shell.is_waiting end)
            member:cancel()
          end)
        end,
        function() error "a mistake" end,
      } do
        pcall(function()
          local session <close> = assert(sessions.open(devices[1], { via = path }))
          break_off(session)
        end)
        await(function() return door.pool.count.doubted == round end)
        await_resting(door, 0)
      end
      assert.equal(3, door.pool.count.logins)
    end)
  end)

  it("is dropped with a borrower that goes without a word", function()
    with_door({}, function(devices, path, door)
      local loan = assert(via.borrow(path, devices[1], {}))
      loan.inner:write "show running-config\n"
      loan:close()
      await(function() return door.pool.count.doubted == 1 end)
      ask(devices[1], path)
      assert.equal(2, door.pool.count.logins)
    end)
  end)

  it("that has ended while it rested is replaced unseen", function()
    with_door({ change = behind_relay }, function(devices, path, door, _, relay)
      local expected = ask(devices[1], path, "show ip interface brief")
      await_resting(door, 1)
      relay:hang_up()
      assert.equal(expected, ask(devices[1], path, "show ip interface brief"))
      assert.equal(2, door.pool.count.logins)
      assert.equal(1, door.pool.count.lost)
    end)
  end)

  it("that ends between two commands is replaced for what reads", function()
    with_door({ change = behind_relay }, function(devices, path, door, _, relay)
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      local expected = assert(session:send_command "show ip interface brief")
      relay:hang_up()
      assert.equal(expected, assert(session:send_command "show ip interface brief"))
      assert.equal(1, session.reconnects)
      assert.equal(2, door.pool.count.logins)
      assert.is_true(session.client.is_loan)
    end)
  end)

  it("that ends is an error for what writes", function()
    with_door({ change = behind_relay }, function(devices, path, _, lab, relay)
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      relay:hang_up()
      local before = lab:device(1):running_config()
      local lines = { "interface Vlan1", "description lost" }
      local ok, message, kind = session:send_config_set(lines)
      assert.is_nil(ok)
      assert.equal("dropped", kind)
      assert.matches("SW%-CORE_1", message)
      assert.equal(before, lab:device(1):running_config())
    end)
  end)

  it("whose device falls silent while it rests is found out by SSH", function()
    local pool = { keepalive = 0.1 }
    local options = { change = behind_relay, pool = pool }
    with_door(options, function(devices, path, door, _, relay)
      ask(devices[1], path)
      await_resting(door, 1)
      local _, list = next(door.pool.resting)
      local client = list[1].session.client
      local answered, text = relay.answered, list[1].session.shell:text()
      await(function() return relay.answered >= answered + 2 end)
      assert.equal(text, list[1].session.shell:text())
      relay:fall_silent()
      await(function() return not client:is_open() end)
      door.pool:look()
      await_resting(door, 0)
      assert.equal(1, door.pool.count.lost)
    end)
  end)

  it("is lent to nobody who means another device or user", function()
    with_door({}, function(devices, path, door)
      for name, value in pairs {
        host = "127.1.0.2", port = 1, username = "other", device_type = "arista_eos",
        jump = "bastion", proxy_command = "nc %h %p", transport = "openssh",
      } do
        local other = copy(devices[1], { [name] = value })
        local loan, _, kind = via.borrow(path, other, {})
        assert.is_nil(loan, name)
        assert.equal("unknown", kind, name)
      end
      assert.equal(0, door.pool.count.logins)
      local pinned = copy(devices[1], { host_key = "SHA256:" .. ("x"):rep(43) })
      local loan, message, kind = via.borrow(path, pinned, {})
      assert.is_nil(loan)
      assert.equal("hostkey", kind)
      assert.matches("another host key", message, 1, true)
    end)
  end)

  it("that is not kept is logged in to from here, which is said", function()
    with_door({ lab = { devices = 2 } }, function(_, path, door, lab)
      local other = copy(lab:inventory()[1], { username = "nobody" })
      local ok, _, kind = sessions.open(other, { via = path })
      assert.is_nil(ok)
      assert.equal("auth", kind)
      assert.equal(0, door.pool.count.lent)
      assert.matches("not kept by the moonwire at " .. path, said[1], 1, true)
    end)
  end)

  it("is known to who does not know the platform", function()
    with_door({}, function(devices, path)
      local device = copy(devices[1], { device_type = "autodetect" })
      local session <close> = assert(sessions.open(device, { via = path }))
      assert.equal("cisco_ios", session:device_type())
    end)
  end)

  it("has one borrower at a time; the next waits, and is told when it takes too long",
    function()
      local pool = { per_device = 1, wait = 0.1 }
      with_door({ pool = pool }, function(devices, path, door)
        local first = assert(sessions.open(devices[1], { via = path }))
        local second, message, kind = sessions.open(devices[1], { via = path })
        assert.is_nil(second)
        assert.equal("busy", kind)
        assert.matches("lent, for longer than 0.1 s", message, 1, true)
        door.pool.wait = 3600
        task.group(function(group)
          local waiting = group:spawn(ask, devices[1], path)
          await(function() return #door.pool.waiters == 1 end)
          first:disconnect()
          local ok, output = waiting:join()
          assert.is_true(ok)
          assert.matches("uptime", output, 1, true)
        end)
        assert.equal(1, door.pool.count.logins)
      end)
    end)

  it("does not stand in the way of a login of its own", function()
    local pool = { per_device = 1, wait = 0.1 }
    with_door({ pool = pool }, function(devices, path, door)
      local first <close> = assert(sessions.open(devices[1], { via = path }))
      local own = { via = path, fresh = true }
      local probe <close> = assert(sessions.open(devices[1], own))
      assert(first:find_prompt() and probe:find_prompt())
      assert.equal(2, door.pool.count.logins)
    end)
  end)

  it("makes room for another when it was used least lately", function()
    local options = { lab = { devices = 3 }, pool = { limit = 2 } }
    with_door(options, function(devices, path, door)
      for _, i in ipairs { 1, 2, 1, 3 } do
        ask(devices[i], path)
        await(function()
          for key in pairs(door.pool.resting) do
            if key:find(devices[i].host, 1, true) then
              return true
            end
          end
        end)
      end
      assert.equal(1, door.pool.count.evicted)
      assert.equal(3, door.pool.count.logins)
      ask(devices[1], path)
      assert.equal(3, door.pool.count.logins)
      assert.equal(2, door.pool.total)
    end)
  end)

  it("is logged out when nobody wants it for long", function()
    with_door({ pool = { idle = 0 } }, function(devices, path, door, lab)
      door.watcher:cancel()
      ask(devices[1], path)
      await_resting(door, 1)
      door.pool:look()
      assert.equal(1, door.pool.count.expired)
      assert.equal(0, door.pool.total)
      await(function() return lab:open_sessions() == 0 end)
    end)
  end)

  it("is not logged in to again at once where that was refused", function()
    local options = {
      change = function(devices) devices[1].password = "wrong" end,
    }
    with_door(options, function(devices, path, door)
      local words
      for _ = 1, 3 do
        local ok, message, kind = sessions.open(devices[1], { via = path })
        assert.is_nil(ok)
        assert.equal("auth", kind)
        words = words or message
        assert.equal(words, message)
      end
      assert.equal(1, door.pool.count.lost)
      assert.matches("^SW%-CORE_1: 127", words)
    end)
  end)

  it("carries much as it is", function()
    local bulk = { { name = "bulk", bytes = 3 << 20, device = 1 } }
    with_door({ lab = { devices = 1, faults = bulk } }, function(devices, path, _, lab)
      local direct <close> = assert(sessions.open(lab:inventory()[1]))
      local expected = assert(direct:send_command "show running-config")
      assert.is_true(#expected > 2 << 20)
      assert.equal(expected, ask(devices[1], path, "show running-config"))
      local lines = 0
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      assert(session:stream("show running-config", function() lines = lines + 1 end))
      assert.equal(select(2, expected:gsub("\n", "\n")) + 1, lines)
    end)
  end)

  it("is recorded as any other, and nothing beside it", function()
    with_door({}, function(devices, path)
      files.with_folder(function(folder)
        do
          local own = { via = path, record = folder }
          local session <close> = assert(sessions.open(devices[1], own))
          assert(session:send_command "show clock")
        end
        local text = assert(files.read(folder .. "/SW-CORE_1.cast"))
        assert.matches("show clock", text, 1, true)
        assert.is_nil(text:find("attach", 1, true))
        assert.is_nil(text:find("token", 1, true))
      end)
    end)
  end)

  it("has files put and fetched by a login of the borrower's own", function()
    with_door({}, function(devices, path, _, lab)
      files.with_folder(function(folder)
        files.write(folder .. "/sent", "some text")
        local poor <close> = assert(sessions.open(devices[1], { via = path }))
        local ok, message, kind = poor:put(folder .. "/sent", "flash:text")
        assert.is_nil(ok)
        assert.equal("auth", kind)
        assert.matches("a borrowed session is a terminal only", message, 1, true)
        assert.is_nil(lab:device(1):files().text)
        local device = lab:inventory()[1]
        local session <close> = assert(sessions.open(device, { via = path }))
        assert.is_true(session.client.is_loan)
        assert(session:put(folder .. "/sent", "flash:text"))
        assert(session:get("flash:text", folder .. "/fetched"))
        assert.equal("some text", files.read(folder .. "/fetched"))
      end)
    end)
  end)

  it("has a terminal and no other channels, and says so", function()
    with_door({}, function(devices, path)
      local session <close> = assert(sessions.open(devices[1], { via = path }))
      local ok, message, kind = session.client:exec("show version", {})
      assert.is_nil(ok)
      assert.equal("channel", kind)
      assert.matches("a borrowed session has no channel", message, 1, true)
    end)
  end)

  it("is lent while others wait for a login that hangs", function()
    local faults = { { name = "slow_banner", device = 2 } }
    with_door({ lab = { devices = 2, faults = faults } }, function(devices, path)
      task.group(function(group)
        local slow = group:spawn(sessions.open, devices[2], { via = path })
        assert.matches("uptime", ask(devices[1], path), 1, true)
        slow:cancel()
      end)
    end)
  end)
end)

describe("the socket of warm sessions", function()
  it("is for its owner alone, and goes with its server", function()
    with_door({}, function(_, path, door)
      local status = assert(uv.fs_stat(path))
      assert.equal("socket", status.type)
      assert.equal(tonumber("600", 8), status.mode & tonumber("777", 8))
      door:close()
      assert.is_nil(uv.fs_stat(path))
    end)
  end)

  it("is not taken from somebody who listens there, nor in place of a file", function()
    with_door({}, function(_, path)
      local second, message, kind = line.listen(path)
      assert.is_nil(second)
      assert.equal("local", kind)
      assert.matches("in use", message)
      files.write(path .. "-file", "text")
      assert.is_nil((line.listen(path .. "-file")))
      assert.equal("text", files.read(path .. "-file"))
      assert.is_nil((line.listen(("x"):rep(200))))
    end)
  end)

  it("takes the place of one that was left behind", function()
    files.with_folder(function(folder)
      local path = folder .. "/socket"
      local dead = uv.new_pipe()
      assert(dead:bind(path))
      dead:listen(1, function() end)
      uv.fs_rename(path, path .. "2") -- so that closing does not take it away
      dead:close()
      uv.fs_rename(path .. "2", path)
      local listener <close> = assert(line.listen(path))
      assert.is_truthy(listener and line.connect(path))
    end)
  end)

  it("says where nobody listens", function()
    local device = { host = "r1", username = "u", device_type = "cisco_ios" }
    local ok, message, kind, detail = sessions.open(device, { via = "/no/socket" })
    assert.is_nil(ok)
    assert.equal("local", kind)
    assert.equal("start", detail.phase)
    assert.matches("/no/socket.*no moonwire serve %-%-warm listens there", message)
  end)

  for name, bytes in pairs {
    nothing = "", garbage = ("\255"):rep(100), long = string.pack(">I4", 1 << 30),
    half = "\0\0\0\9abc", ["no request"] = string.pack(">s4", "\1"),
  } do
    it("bears a guest who says " .. name, function()
      with_door({}, function(devices, path, door)
        local guest = assert(line.open(assert(line.connect(path)), {}))
        guest:write(bytes)
        guest:close()
        await(function() return door.count == 0 end)
        assert.matches("uptime", ask(devices[1], path), 1, true)
      end)
    end)
  end

  it("gives a session to nobody but the one whom it was promised", function()
    with_door({}, function(devices, path, door)
      local frame = require "moonwire.transport.frame"
      local loan = assert(via.borrow(path, devices[1], {}))
      local thief = frame.over(assert(line.open(assert(line.connect(path)), {})))
      thief:send { version = via.version, verb = "attach", token = ("x"):rep(16) }
      local bytes, _, kind = thief.shell:take()
      assert.is_nil(bytes)
      assert.equal("dropped", kind)
      thief:close()
      loan:close()
      await(function() return door.count == 0 end)
    end)
  end)

  it("carries no secret", function()
    with_door({}, function(devices, path, door)
      local loan = assert(via.borrow(path, devices[1], {}))
      local seen = {}
      local function look(value)
        if type(value) == "table" then
          for name, one in pairs(value) do
            seen[#seen + 1] = tostring(name)
            look(one)
          end
        else
          seen[#seen + 1] = tostring(value)
        end
      end
      look(loan.state)
      local text = table.concat(seen, "\n")
      assert.is_nil(text:find("admin", 1, true))
      assert.is_nil(text:find("enable", 1, true))
      loan:close()
      await(function() return door.count == 0 end)
      assert.is_truthy(platforms.get(loan.state.platform))
      assert.is_falsy(host.is_cancelled())
    end)
  end)
end)
