local host_pool = require "host.pool"
local lfs = require "lfs"
local secret = require "host.secret"
local task = require "moonwire.task"
local uv = require "luv"

local folder, modules = nil, 0

-- A pool whose workers run this text, as the function of a module.
local function open(source, options)
  modules = modules + 1
  local name = "pool_spec_main_" .. modules
  local file = assert(io.open(folder .. "/" .. name .. ".lua", "w"))
  file:write(source)
  file:close()
  options = options or {}
  options.main = name
  return assert(host_pool.open(options))
end

local ECHO = [[
return function(port, number)
  while true do
    port:send { number = number, value = port:receive() }
  end
end
]]

local IDLE = "return function(port) port:receive() end"

-- the names of this process's threads, libuv's own left out
local function thread_names(prefix)
  local names = {}
  for id in lfs.dir "/proc/self/task" do
    local file = io.open("/proc/self/task/" .. id .. "/comm")
    local name = file and file:read "l"
    if file then
      file:close()
    end
    if name and name:find(prefix, 1, true) == 1 then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

-- wait for something that happens by itself
local function await(condition)
  repeat
    task.sleep(0)
  until condition()
end

describe("host.pool", function()
  local path

  setup(function()
    folder = assert(uv.fs_mkdtemp("/tmp/moonwire-spec-XXXXXX"))
    path = package.path
    package.path = folder .. "/?.lua;" .. path
  end)

  teardown(function()
    package.path = path
    for name in lfs.dir(folder) do
      os.remove(folder .. "/" .. name)
    end
    os.remove(folder)
  end)

  it("knows the cores that may be used", function()
    local cores = host_pool.cores()
    assert.equal("integer", math.type(cores))
    assert.is_true(cores >= 1)
  end)

  it("sends to each worker and receives from any", function()
    local pool <close> = open(ECHO, { workers = 3 })
    assert.equal(3, pool:size())
    for number = 1, 3 do
      assert.is_true(pool:send(number, { "hello", number }))
    end
    local seen = {}
    for _ = 1, 3 do
      local number, value = pool:receive()
      assert.same({ number = number, value = { "hello", number } }, value)
      seen[number] = true
    end
    assert.same({ true, true, true }, seen)
  end)

  it("gives each worker a thread with a name, and paths of its parent", function()
    local pool <close> = open([[
      return function(port, number)
        local file <close> = io.open "/proc/thread-self/comm"
        port:send { file:read "l", package.path, package.cpath }
        port:receive()
      end
    ]], { workers = 2, name = "a-long-name-of-a-thread" })
    local names = {}
    for _ = 1, 2 do
      local number, value = pool:receive()
      names[number] = value[1]
      assert.equal(package.path, value[2])
      assert.equal(package.cpath, value[3])
    end
    assert.same({ "a-long-name-o-1", "a-long-name-o-2" }, names)
  end)

  it("pins each thread to one core in turn", function()
    local pool <close> = open([[
      return function(port)
        for line in io.lines "/proc/thread-self/status" do
          local list = line:match "^Cpus_allowed_list:%s*(%S+)"
          if list then
            port:send(list)
          end
        end
      end
    ]], { workers = host_pool.cores(), pin = true })
    local lists = {}
    for _ = 1, pool:size() do
      local _, list = assert(pool:receive())
      assert.matches("^%d+$", list)
      assert.is_nil(lists[list], "one core twice")
      lists[list] = true
    end
  end)

  it("loses and doubles nothing with many workers and many messages", function()
    local WORKERS, MESSAGES = 8, 1000
    local pool <close> = open([[
      return function(port, number)
        local sum, count = 0, port:receive()
        for i = 1, count do
          local value = port:receive()
          assert(value.i == i, "out of order")
          sum = sum + value.i
          port:send { i = i, text = ("x"):rep(i % 100), sum = sum }
        end
      end
    ]], { workers = WORKERS })
    local sums, counts, wrong = {}, {}, 0
    for number = 1, WORKERS do
      sums[number], counts[number] = 0, 0
      assert(pool:send(number, MESSAGES))
    end
    local receiver = task.spawn(function()
      for _ = 1, WORKERS * MESSAGES do
        local number, value = pool:receive()
        counts[number] = counts[number] + 1
        sums[number] = sums[number] + value.i
        if counts[number] ~= value.i or sums[number] ~= value.sum
          or value.i % 100 ~= #value.text then
          wrong = wrong + 1
        end
      end
    end)
    for i = 1, MESSAGES do
      for number = 1, WORKERS do
        assert(pool:send(number, { i = i }))
      end
      if i % 100 == 0 then
        task.sleep(0)
      end
    end
    assert(receiver:join())
    assert.equal(0, wrong)
    for number = 1, WORKERS do
      assert.equal(MESSAGES, counts[number])
    end
    local ended, message, kind = pool:receive()
    assert.is_nil(ended)
    assert.equal("all workers have ended", message)
    assert.equal("closed", kind)
  end)

  it("tells a sender that the receiver does not keep up", function()
    local pool <close> = open([[
      return function(port)
        require("moonwire.task").sleep(1e6)
      end
    ]], { workers = 1, capacity = 4 })
    for i = 1, 4 do
      assert.is_true(pool:send(1, i))
    end
    local sent, message, kind = pool:send(1, 5)
    assert.is_nil(sent)
    assert.equal("worker 1 has too many messages waiting", message)
    assert.equal("limit", kind)
  end)

  it("tells a worker that its parent does not keep up", function()
    local pool <close> = open([[
      return function(port)
        local sent = 0
        local ok, message, kind
        repeat
          ok, message, kind = port:send "x"
          sent = sent + (ok and 1 or 0)
        until not ok
        io.open(port:receive(), "w"):close()
        port:receive() -- the parent has made room
        assert(port:send { sent = sent, message = message, kind = kind })
      end
    ]], { workers = 1, capacity = 5 })
    local full = folder .. "/full"
    pool:send(1, full)
    await(function() return lfs.attributes(full) end)
    for _ = 1, 5 do
      assert.same({ 1, "x" }, { pool:receive() })
    end
    pool:send(1, "room")
    assert.same({ 1, {
      sent = 5,
      message = "the pool has too many messages waiting",
      kind = "limit",
    } }, { pool:receive() })
  end)

  it("refuses what cannot cross, and a value that is too large", function()
    local pool <close> = open(ECHO, { workers = 1, limit = 1000 })
    assert.error_matches(function() pool:send(1, { job = { fn = print } }) end,
      "bad argument #2 to 'send' %(job.fn: a function cannot cross between threads%)")
    assert.error_matches(function() pool:send(1, ("x"):rep(1000)) end,
      "a value of more than 1000 bytes cannot cross")
    assert.error_matches(function() pool:send(1) end, "value expected")
    assert.error_matches(function() pool:send(2, 1) end, "no such worker")
    assert.error_matches(function() pool:send(0, 1) end, "no such worker")
    assert.error_matches(function() pool:send("one", 1) end, "number expected")
    assert.is_true(pool:send(1, nil))
    assert.same({ 1, { number = 1 } }, { pool:receive() })
  end)

  it("refuses options that make no sense", function()
    local function misuse(pattern, options)
      assert.error_matches(function() host_pool.open(options) end, pattern)
    end
    misuse("table expected", nil)
    misuse("main must be a string", {})
    misuse("workers must be an integer from 1 to 1024", { main = "m", workers = 0 })
    misuse("workers must be an integer", { main = "m", workers = 1.5 })
    misuse("capacity must be an integer", { main = "m", capacity = -1 })
    misuse("limit must be an integer", { main = "m", limit = "much" })
  end)

  describe("when a worker goes wrong", function()
    local function failure_of(source)
      local pool <close> = open(source, { workers = 1 })
      local number, value, message = pool:receive()
      assert.equal(1, number)
      assert.is_nil(value)
      local ended, _, kind = pool:receive()
      assert.is_nil(ended)
      assert.equal("closed", kind) -- it is told once
      return message
    end

    it("tells an error with its traceback, after all that was sent", function()
      local pool <close> = open([[
        return function(port, number)
          port:send "before"
          if number == 2 then
            error "out of luck"
          end
          port:receive()
        end
      ]], { workers = 3 })
      local sent, failed = {}, 0
      for _ = 1, 4 do
        local number, value, message = pool:receive()
        if value == "before" then
          sent[number] = true
        else
          failed = failed + 1
          assert.equal(2, number)
          assert.is_nil(value)
          assert.is_true(sent[2])
          assert.matches("main_%d+.lua:4: out of luck\nstack traceback:", message)
        end
      end
      assert.equal(1, failed)
      local value, message, kind = pool:send(2, "more")
      assert.is_nil(value)
      assert.equal("worker 2 has ended", message)
      assert.equal("closed", kind)
      assert.is_true(pool:send(1, "go on")) -- the others live
    end)

    it("tells an error that is an object", function()
      assert.equal("an object", failure_of [[
        return function()
          error(setmetatable({}, { __tostring = function() return "an object" end }))
        end
      ]])
      assert.is_string(failure_of [[
        return function()
          error(setmetatable({}, { __tostring = function() error "no text" end }))
        end
      ]])
    end)

    it("tells an error of a task in it, unwound through the groups", function()
      assert.matches("lost in a task", failure_of [[
        local task = require "moonwire.task"
        return function(port)
          task.group(function(group)
            group:spawn(function() task.sleep(0) error "lost in a task" end)
            group:spawn(function() task.sleep(1e6) end)
          end)
        end
      ]])
    end)

    it("tells a module that is missing, broken or no function", function()
      assert.matches("unfinished string", failure_of 'return "')
      assert.matches("is not a function", failure_of "return { }")
      local pool <close> = assert(host_pool.open { main = "no.such", workers = 1 })
      assert.matches("module 'no.such' not found", select(3, pool:receive()))
    end)

    it("tells a wait that cannot end", function()
      assert.matches("^stuck: ", failure_of [[
        return function() require("host.task").park() end
      ]])
    end)

    it("does not let it end the program", function()
      assert.matches("os.exit: a thread cannot end the program", failure_of [[
        return function() os.exit(7) end
      ]])
      assert.equal("it ended itself before its work was done", failure_of [[
        return function() require("host.task").exit(7) end
      ]])
    end)

    it("tells a value that cannot cross as an error of the worker", function()
      assert.matches("x.y: a function cannot cross between threads", failure_of [[
        return function(port) port:send { x = { y = print } } end
      ]])
    end)
  end)

  describe("receive", function()
    it("gives up after a while", function()
      local pool <close> = open(IDLE, { workers = 1 })
      local number, message, kind = pool:receive(0.01)
      assert.is_nil(number)
      assert.is_string(message)
      assert.equal("timeout", kind)
      assert.is_true(pool:send(1, "end"))
      assert.equal("closed", select(3, pool:receive(1e6)))
    end)

    it("is for one task at a time", function()
      local pool <close> = open(ECHO, { workers = 1 })
      local first = task.spawn(function() return pool:receive() end)
      task.sleep(0)
      assert.error_matches(function() pool:receive() end, "another task is receiving")
      pool:send(1, "x")
      assert.same({ true, 1, { number = 1, value = "x" } }, { first:join() })
    end)

    it("can be cancelled, and loses nothing", function()
      local pool <close> = open(ECHO, { workers = 1 })
      local first = task.spawn(function() return pool:receive() end)
      task.sleep(0)
      first:cancel()
      assert.is_false((first:join()))
      pool:send(1, "x")
      assert.same({ 1, { number = 1, value = "x" } }, { pool:receive() })
    end)

    it("is woken by a close", function()
      local pool <close> = open(ECHO, { workers = 1 })
      local first = task.spawn(function() return pool:receive() end)
      task.sleep(0)
      pool:close()
      assert.same({ true, nil, "the pool is closed", "closed" }, { first:join() })
      assert.equal("closed", select(3, pool:receive()))
      assert.equal("closed", select(3, pool:send(1, "x")))
    end)

    it("refuses to wait where nobody can", function()
      local pool <close> = open(IDLE, { workers = 1 })
      assert.error_matches(function()
        local text = ("x"):gsub("x", function() pool:receive() end)
        return text
      end, "cannot wait here")
    end)

    it("works in a worker too: deadline, one task at a time, cancel", function()
      local pool <close> = open([[
        local task = require "moonwire.task"
        return function(port)
          port:send { port:receive(0.01) }
          task.group(function(group)
            local waiting = group:spawn(function() return port:receive() end)
            task.sleep(0)
            port:send { pcall(port.receive, port) }
            waiting:cancel()
          end)
          port:send "ready"
          port:send { port:receive() }
        end
      ]], { workers = 1 })
      local _, late = pool:receive()
      assert.equal("timeout", late[3])
      local _, busy = pool:receive()
      assert.is_false(busy[1])
      assert.matches("another task is receiving", busy[2])
      assert.same({ 1, "ready" }, { pool:receive() })
      pool:send(1, "x")
      assert.same({ 1, { "x" } }, { pool:receive() })
    end)
  end)

  describe("close", function()
    local BUSY = [[
      local task = require "moonwire.task"
      return function(port, number)
        local path = port:receive()
        local marker <close> = setmetatable({}, { __close = function()
          io.open(path, "w"):close()
        end })
        task.group(function(group)
          for i = 1, 50 do
            group:spawn(function()
              while true do
                task.sleep(i % 2 == 0 and 0 or 1e6)
              end
            end)
          end
          port:send "busy"
        end)
      end
    ]]

    it("cancels busy workers, unwinds their tasks and ends their threads", function()
      local pool = open(BUSY, { workers = 3, name = "busy" })
      for number = 1, 3 do
        assert(pool:send(number, folder .. "/closed-" .. number))
        assert.equal("busy", select(2, pool:receive()))
      end
      assert.equal(3, #thread_names "busy-")
      pool:close()
      assert.same({}, thread_names "busy-")
      for number = 1, 3 do
        assert.is_truthy(lfs.attributes(folder .. "/closed-" .. number))
      end
      pool:close() -- again is harmless
    end)

    it("may be called by several tasks at once", function()
      local pool = open(IDLE, { workers = 4, name = "several" })
      task.group(function(group)
        for _ = 1, 3 do
          group:spawn(function()
            pool:close()
            assert.same({}, thread_names "several-")
          end)
        end
      end)
    end)

    it("comes right after open as well", function()
      for _ = 1, 20 do
        local pool <close> = open(ECHO, { workers = 4, name = "early" })
        pool:send(1, "x")
      end
      assert.same({}, thread_names "early-")
    end)

    it("happens when a block is left by an error", function()
      local ok, message = pcall(function()
        local pool <close> = open(IDLE, { workers = 2, name = "left" })
        error(("with %d workers"):format(pool:size()), 0)
      end)
      assert.is_false(ok)
      assert.equal("with 2 workers", message)
      assert.same({}, thread_names "left-")
    end)

    it("happens when the task is cancelled, and is waited for", function()
      local first = task.spawn(function()
        local pool <close> = open(IDLE, { workers = 2, name = "cancelled" })
        pool:receive()
      end)
      await(function() return #thread_names "cancelled-" == 2 end)
      first:cancel()
      first:join()
      assert.same({}, thread_names "cancelled-")
    end)

    it("drops what was not read, secrets included", function()
      local password = secret.from_string "hunter2"
      local before = secret.holders(password)
      local pool = open([[
        return function() require("moonwire.task").sleep(1e6) end
      ]], { workers = 2 })
      for number = 1, 2 do
        for _ = 1, 10 do
          assert(pool:send(number, { password, password, again = { password } }))
        end
      end
      assert.is_true(secret.holders(password) >= before + 20)
      pool:close()
      pool = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
      await(function() return secret.holders(password) == before end)
    end)
  end)

  describe("in a program of its own", function()
    -- Run this text as a script under these limits. Its output and how it ended.
    local function program(source, limits)
      local script = folder .. "/program.lua"
      local file = assert(io.open(script, "w"))
      file:write(("package.path = %q\n"):format(package.path), source)
      file:close()
      local exe = assert(uv.fs_readlink "/proc/self/exe")
      local command = ("prlimit %s %s %s 2>&1"):format(limits or "", exe, script)
      local pipe <close> = assert(io.popen(command))
      local output = pipe:read "a"
      return output, select(3, pipe:close())
    end

    -- with a gibibyte for each stack, a few threads fill this address space
    local function limits(mebibytes)
      return ("--stack=%d --as=%d"):format(1 << 30, mebibytes << 20)
    end

    local OPEN = [[
      local file = assert(io.open(%q, "w"))
      file:write "return function(port) port:send 'here' end"
      file:close()
      local pool, warning, kind = require("host.pool").open {
        main = "pool_spec_limited", workers = 8,
      }
      print(pool and pool:size(), warning, kind)
      for _ = 1, pool and pool:size() or 0 do
        print(select(2, pool:receive()))
      end
    ]]

    local function open_limited(mebibytes)
      local most = limits(mebibytes)
      if program("print 'alive'", most) ~= "alive\n" then
        pending "a sanitizer wants the whole address space"
      end
      return program(OPEN:format(folder .. "/pool_spec_limited.lua"), most)
    end

    it("has fewer threads, and says so, when the system refuses some", function()
      local output, status = open_limited(5 * 1024 + 600)
      local size, reason = output:match "^(%d)\t%d of 8 threads started: (.-)\tnil\n"
      assert.is_truthy(size, output)
      assert.is_true(tonumber(size) < 8)
      assert.not_equal("", reason)
      assert.equal(tonumber(size), select(2, output:gsub("here\n", "")))
      assert.equal(0, status)
    end)

    it("is no pool when the system refuses all", function()
      local output, status = open_limited(900)
      assert.matches("^nil\tcannot start threads: .+\tlocal\n$", output)
      assert.equal(0, status)
    end)

    it("ends with the program that left it open", function()
      local output, status = program [[
        local file = assert(io.open(arg[0]:gsub("program.lua$", "left_open.lua"), "w"))
        file:write "return function(port) port:send 'here' port:receive() end"
        file:close()
        left = require("host.pool").open { main = "left_open", workers = 2 }
        print(select(2, left:receive()))
        os.exit(7)
      ]]
      assert.equal("here\n", output)
      assert.equal(7, status)
    end)
  end)

  it("lets secrets cross as the same secret", function()
    local pool <close> = open([[
      local secret = require "host.secret"
      return function(port)
        local value = port:receive()
        port:send { value[1], secret.is_secret(value[1]), tostring(value[1]) }
      end
    ]], { workers = 1 })
    pool:send(1, { secret.from_string "hunter2" })
    local _, value = pool:receive()
    assert.is_true(secret.is_secret(value[1]))
    assert.is_true(value[2])
    assert.equal("secret: ********", value[3])
  end)

  it("may be collected while it is open", function()
    for _ = 1, 3 do
      local pool = open(ECHO, { workers = 3, name = "lost" })
      pool:send(1, { secret.from_string "hunter2" })
      pool = nil -- luacheck: ignore 311
      collectgarbage()
      collectgarbage()
    end
    await(function() return #thread_names "lost-" == 0 end)
  end)

  it("has workers that may have pools of their own", function()
    local inner = "pool_spec_inner"
    local file = assert(io.open(folder .. "/" .. inner .. ".lua", "w"))
    file:write(ECHO)
    file:close()
    local pool <close> = open(([[
      return function(port)
        local pool <close> = require("host.pool").open { main = %q, workers = 2 }
        pool:send(2, "deep")
        port:send { pool:receive() }
      end
    ]]):format(inner), { workers = 2 })
    for _ = 1, 2 do
      local _, value = pool:receive()
      assert.same({ 2, { number = 2, value = "deep" } }, value)
    end
  end)
end)
