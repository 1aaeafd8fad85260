local fleet = require "moonwire.fleet"
local process = require "spec.support.process"
local session = require "moonwire.session"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local NC = "nc %h %p"

local function with_lab(command, count, fn)
  support.with_lab({ devices = count }, function(here)
    local devices = here:inventory()
    for _, device in ipairs(devices) do
      device.proxy_command = command
    end
    fn(devices)
  end)
end

-- Wait until no child is left but those that were there before.
local function await_children(count)
  while #process.children() > count do
    task.sleep(0.005)
  end
end

local function exists(pid)
  return uv.kill(pid, 0) == 0
end

describe("a proxy command", function()
  it("is a child for each device, and none is left", function()
    local before = #process.children()
    with_lab(NC, 20, function(devices)
      local gate, missing, children = task.semaphore(0), #devices, nil
      local run = fleet.run(devices, {
        job = function(opened)
          missing = missing - 1
          if missing == 0 then
            children = #process.children()
            gate:release()
          end
          gate:acquire()
          gate:release()
          return opened:send_command "show version"
        end,
      })
      assert.is_true(run.ok)
      assert.equal(before + 20, children)
      for i, result in ipairs(run.results) do
        assert.matches(devices[i].name, result.value, 1, true)
        assert.is_number(result.phases.jump)
      end
      await_children(before)
    end)
  end)

  it("may be OpenSSH's", function()
    local server = sshd.start "MaxSessions 1"
    local ssh = ("ssh -F none -i %s -p %d -o StrictHostKeyChecking=no "
      .. "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -W %%h:%%p %s@127.0.0.1")
      :format(server.ed25519, server.port, server.user)
    with_lab(ssh, 3, function(devices)
      assert.is_true(fleet.run(devices, {
        job = function(opened) return opened:send_command "show version" end,
      }).ok)
    end)
    server:stop()
  end)

  for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
    it("runs in mode " .. mode, function()
      local before = #process.children()
      with_lab(NC, 4, function(devices)
        local run = fleet.run(devices, {
          mode = mode,
          workers = 2,
          job = function(opened) return opened:send_command "show version" end,
        })
        assert.is_true(run.ok)
        await_children(before)
      end)
    end)
  end

  it("ends with its session, with all that it started", function()
    local before = #process.children()
    local path = os.tmpname()
    -- the group: a shell that waits for two others, one of which does not listen
    local command = ("sh -c 'trap \"\" TERM; sleep 1000 & echo $! >%s; "
      .. "nc %%h %%p; wait'"):format(path)
    with_lab(command, 1, function(devices)
      local opened = assert(session.open(devices[1]))
      local pid = tonumber(assert(io.open(path)):read "a")
      assert.is_true(exists(pid))
      opened:disconnect()
      await_children(before)
      while exists(pid) do -- it is init's child now
        task.sleep(0.005)
      end
      os.remove(path)
    end)
  end)

  it("ends when the session is thrown away, or its task cancelled", function()
    local before = #process.children()
    with_lab(NC, 1, function(devices)
      task.group(function(group)
        local one = group:spawn(function()
          local opened <close> = assert(session.open(devices[1])) -- luacheck: ignore
          task.sleep(1000)
        end)
        while #process.children() == before do
          task.sleep(0.005)
        end
        one:cancel()
      end)
      await_children(before)
    end)
  end)

  it("that fails is told with its status and its last words", function()
    local command = "sh -c 'echo hello >&2; echo no \27[31mway >&2; exit 7'"
    with_lab(command, 2, function(devices)
      local before = #process.children()
      local run = fleet.run(devices, { job = function() return true end })
      for _, result in ipairs(run.results) do
        assert.equal("jump", result.kind)
        assert.equal("jump", result.phase)
        assert.matches("status 7: no .*way", result.message)
        assert.matches("^the proxy command ended with status 7", result.root)
      end
      await_children(before)
    end)
  end)

  it("that cannot be found, or is killed, is told as such", function()
    with_lab("/nonexistent/proxy", 1, function(devices)
      local _, message, kind = session.open(devices[1])
      assert.equal("jump", kind)
      assert.matches("status 127: .*not found", message)
    end)
    with_lab("kill -9 $$", 1, function(devices)
      local _, message, kind = session.open(devices[1])
      assert.equal("jump", kind)
      assert.matches("by signal 9", message)
    end)
  end)

  it("that says nothing ends at its deadline", function()
    local before = #process.children()
    with_lab("sleep 1000", 1, function(devices)
      local opened, message, kind, detail =
        session.open(devices[1], { timeouts = { jump = 0.05 } })
      assert.is_nil(opened)
      assert.equal("timeout", kind)
      assert.equal("jump", detail.phase)
      assert.matches("did not get through", message)
      await_children(before)
    end)
  end)

  it("is not run for a host that a shell would take for more", function()
    with_lab("echo %h >&2; exit 1", 1, function(devices)
      devices[1].host = "$(reboot)"
      local opened, message, kind = session.open(devices[1])
      assert.is_nil(opened)
      assert.equal("invalid", kind)
      assert.matches("not run", message)
    end)
  end)
end)
