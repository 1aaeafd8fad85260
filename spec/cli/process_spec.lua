-- Faults of spec/README.md: P12, R9, R13, R14.
local child = require "spec.support.child"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local memory = require "spec.support.memory"
local program = require "spec.support.program"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local NAP = [[
local held <close> = setmetatable({}, { __close = function() print "closed" end })
print "ready"
io.stdout:flush()
require("moonwire.task").queue():get(require("moonwire.task").sleep(3600))
]]

local function with_script(text, fn)
  files.with_folder(function(folder)
    local path = folder .. "/script.lua"
    files.write(path, text)
    fn(path, folder)
  end)
end

-- A spec that does not end, and says when it began.
local function with_spec(loop, fn)
  files.with_folder(function(folder)
    local path = folder .. "/endless_spec.lua"
    files.write(path, ([[
      local task, uv = require "moonwire.task", require "luv"
      it("goes on", function()
        local file = io.open(%q, "w")
        file:write(uv.os_getpid())
        file:close()
        io.stdout:write "begun\n"
        io.stdout:flush()
        %s
      end)
    ]]):format(folder .. "/pid", loop))
    fn(path, folder)
  end)
end

-- Once more and once more, as somebody does who wants it to end: how long it takes
-- until it is found that it does not listen is not ours to say.
local function insist(running, name)
  repeat
    running.process:kill(name)
    task.sleep(0.05)
  until running.status
end

local function when_there(path)
  while (files.read(path) or "") == "" do
    task.sleep(0.01)
  end
  return files.read(path)
end

local HEALTH = { "test", "-o", "TAP", "-i", "lab:2", "scripts/health_spec.lua" }

-- a shell line in which "$@" is moonwire with its words
local function shell(line, ...)
  local running <close> = child.start { "sh", "-c", line, "sh", uv.exepath(), ... }
  running:wait()
  return running
end

describe("a signal", function()
  for name, number in pairs { sigint = 2, sigterm = 15, sighup = 1 } do
    it(name .. " ends a program in order, and its exit status says so", function()
      with_script(NAP, function(path)
        local running <close> = child.start { uv.exepath(), path }
        running:expect "ready"
        running.process:kill(name)
        assert.equal(128 + number, running:wait())
        assert.equal("ready\nclosed\n", running.output)
        assert.equal("", running.errors)
      end)
    end)
  end

  it("that is ignored from the beginning stays ignored", function()
    with_script(NAP, function(path)
      local line = "trap '' HUP; exec \"$@\""
      local running <close> = child.start { "sh", "-c", line, "sh", uv.exepath(), path }
      running:expect "ready"
      running.process:kill "sighup"
      running.process:kill "sigterm"
      assert.equal(128 + 15, running:wait())
    end)
  end)

  it("asked for twice leaves what does not end", function()
    with_script([[
      local task = require "moonwire.task"
      local slow <close> = setmetatable({}, { __close = function()
        require("host.task").shield(true)
        print "closing"
        io.stdout:flush()
        task.sleep(3600)
      end })
      print "ready"
      io.stdout:flush()
      task.sleep(3600)
    ]], function(path)
      local running <close> = child.start { uv.exepath(), path }
      running:expect "ready"
      running.process:kill "sigterm"
      running:expect "closing"
      running.process:kill "sigterm"
      assert.equal(-15, running:wait())
    end)
  end)

  for what, loop in pairs {
    ["never waits"] = "while true do end",
    ["catches what ends it"] = "while true do pcall(task.sleep, 3600) end",
  } do
    it("that comes twice ends a spec that " .. what, function()
      with_spec(loop, function(path)
        local running <close> = child.start { uv.exepath(), "test", path }
        running:expect "begun"
        insist(running, "sigterm")
        assert.equal(-15, running:wait())
      end)
    end)
  end

  it("leaves no spec behind, of several that run beside each other", function()
    with_spec("while true do end", function(path, folder)
      files.write(folder .. "/b_spec.lua", "it('is well', function() end)")
      local running <close> = child.start {
        uv.exepath(), "test", "--jobs", "2", path, folder .. "/b_spec.lua",
      }
      local pid = math.tointeger(when_there(folder .. "/pid"))
      running.process:kill "sigterm"
      assert.equal(128 + 15, running:wait())
      assert.is_nil((uv.kill(pid, 0)))
    end)
  end)

  it("stops specs at the one that runs", function()
    files.with_folder(function(folder)
      local path = folder .. "/slow_spec.lua"
      files.write(path, [[
        for i = 1, 3 do
          it("waits", function()
            io.stdout:write("begun\n")
            io.stdout:flush()
            require("moonwire.task").sleep(3600)
          end)
        end
      ]])
      local running <close> = child.start { uv.exepath(), "test", path }
      running:expect "begun"
      running.process:kill "sigterm"
      assert.equal(128 + 15, running:wait())
      assert.equal(1, select(2, running.output:gsub("begun", "")))
    end)
  end)
end)

describe("standard streams", function()
  it("may be closed", function()
    for _, line in ipairs {
      'exec "$@" <&-', 'exec "$@" >&-', 'exec "$@" 2>&-', 'exec "$@" <&- >&- 2>&-',
    } do
      local ran = shell(line, table.unpack(HEALTH))
      assert.equal(0, ran.status, line)
      assert.equal("", ran.errors)
    end
  end)

  it("that cannot be written are a failure", function()
    local words = { "inventory", "show", "inventory/campus.yaml" }
    local ran = shell('exec "$@" >/dev/full', table.unpack(words))
    assert.equal(1, ran.status)
    assert.matches("standard output cannot be written", ran.errors, 1, true)
  end)

  it("that nobody reads end it quietly", function()
    local line = '{ "$@"; echo $? >&2; } | :'
    local ran = shell(line, table.unpack(HEALTH))
    assert.equal("141\n", ran.errors)
  end)
end)

describe("an odd environment", function()
  local ODD = {
    TERM = "dumb", LC_ALL = "tr_TR.UTF-8", TZ = "Asia/Kathmandu", HOME = false,
  }

  for name, words in pairs {
    ["an inventory"] = { "inventory", "convert", "inventory/campus.csv" },
    ["a list"] = { "platform", "list" },
    ["specs"] = HEALTH,
  } do
    it("changes nothing for " .. name, function()
      local usual, odd = program.run(words), program.run(words, { environment = ODD })
      assert.equal("", usual.errors)
      assert.equal(0, usual.status)
      assert.same({ usual.output, usual.errors }, { odd.output, odd.errors })
      assert.equal(0, odd.status)
    end)
  end
end)

describe("memory", function()
  it("is shown to no other process and written to no core file", function()
    with_script([[
      print(require("luv").fs_stat("/proc/self/environ").uid)
      print(io.open("/proc/self/limits"):read("a"):match "core file size%s+(%d+)")
    ]], function(path, folder)
      local words = { uv.exepath(), path }
      if uv.getuid() == 0 then -- root's files are root's, dumpable or not
        uv.fs_chmod(folder, tonumber("755", 8))
        words = { "setpriv", "--reuid=65534", "--clear-groups", table.unpack(words) }
      end
      local running <close> = child.start(words)
      assert.equal(0, running:wait(), running.errors)
      assert.equal("0\n0\n", running.output)
    end)
  end)
end)

local CANARY = "Tr0ubadour Canary 7f3a"

-- logs in everywhere, then waits with and without its secrets
local LOGIN = [[
local moonwire = require "moonwire"
local devices = assert(moonwire.inventory.load(arg[1]))
for _, mode in ipairs { "sync", "nonblocking", "threads", "hybrid" } do
  local run = moonwire.fleet.run(devices, { mode = mode, job = function(session)
    assert(session:enable())
    return session:send_command "show clock"
  end })
  for _, result in ipairs(run.results) do
    print(result.ok and "logged in" or result.message)
  end
  assert(run.ok)
end
collectgarbage()
print "holding"
io.stdout:flush()
io.read()
devices:close()
devices = nil
collectgarbage()
collectgarbage()
print "dropped"
io.stdout:flush()
io.read()
]]

local function assert_only_locked(found)
  assert.is_true(#found > 0) -- or the search would be blind
  for _, mapping in ipairs(found) do
    local where = ("%s: %d times"):format(mapping.name, mapping.count)
    assert.is_truthy(mapping.flags:find(" dd ", 1, true), where)
    assert.is_truthy(mapping.flags:find(" wf ", 1, true), where)
  end
end

describe("a password", function()
  local LAB = { devices = 1, password = CANARY, enable = CANARY }

  -- how the inventory refers to it, and what must be there for that
  local REFERENCES = {
    env = function()
      return { env = "MOONWIRE_CANARY" }
    end,
    file = function(folder)
      files.write(folder .. "/word", CANARY .. "\n")
      uv.fs_chmod(folder .. "/word", tonumber("600", 8))
      return { file = folder .. "/word" }
    end,
    command = function(folder)
      files.write(folder .. "/word", CANARY .. "\n")
      return { command = { "cat", folder .. "/word" } }
    end,
  }

  local function inventory_for(lab, reference)
    local device = support.device(lab)
    return {
      {
        name = "r1", host = device.host, port = device.port,
        username = device.username, device_type = device.device_type,
        known_hosts = device.known_hosts, host_key = device.host_key,
        password = reference, secret = reference,
      },
    }
  end

  for way, prepare in pairs(REFERENCES) do
    it("by " .. way .. " is nowhere but in locked memory, then nowhere", function()
      if uv.getuid() ~= 0 then
        return pending "only root can look into the memory of another process"
      elseif memory.has_shadow(uv.os_getpid()) then
        return pending "a sanitizer keeps what is freed, in memory without end"
      end
      with_script(LOGIN, function(path, folder)
        support.with_lab(LAB, function(lab)
          local inventory = folder .. "/devices.json"
          local devices = inventory_for(lab, prepare(folder))
          files.write(inventory, json.encode { devices = devices })
          local env = { "PATH=" .. os.getenv "PATH" }
          env[2] = way == "env" and "MOONWIRE_CANARY=" .. CANARY or nil
          local logged = folder .. "/log"
          local words = {
            uv.exepath(), "-vv", "--log", logged, "--log-level", "debug", path,
            inventory,
          }
          local running <close> = child.start(words, env)
          running:expect "holding"
          assert_only_locked(memory.find(running.pid, CANARY))
          running:say ""
          running:expect "dropped"
          local left = memory.find(running.pid, CANARY)
          if way == "env" then -- a variable is read once, and may be wanted again
            assert_only_locked(left)
          else
            assert.same({}, left)
          end
          running:say ""
          assert.equal(0, running:wait(), running.errors)
          local said = running.output .. running.errors .. files.read(logged)
          assert.is_truthy(said:find("event=done", 1, true))
          assert.is_nil(said:find(CANARY, 1, true))
        end)
      end)
    end)
  end
end)
