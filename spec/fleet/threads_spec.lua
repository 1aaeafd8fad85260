local lfs = require "lfs"
local task = require "moonwire.task"
local threads = require "moonwire.fleet.threads"
local uv = require "luv"

local folder, runners = nil, 0

-- A module for the threads in place of the one that logs in to a device.
local function runner(source)
  runners = runners + 1
  local name = "threads_spec_runner_" .. runners
  local file = assert(io.open(("%s/%s.lua"):format(folder, name), "w"))
  file:write(source)
  file:close()
  return name
end

local function devices_of(count)
  local devices = {}
  for i = 1, count do
    devices[i] = { name = "r" .. i, host = "127.0.0." .. i }
  end
  return devices
end

local function do_nothing() end

local CALL = [[
  local runner = {}
  function runner.run(device, job, options)
    return { device = device.name, ok = true, value = job(device, options) }
  end
  return runner
]]

-- How many devices this thread has had at once, most of all.
local COUNT = [[
  local task = require "moonwire.task"
  local runner, live, most = {}, 0, 0
  function runner.run(device)
    live = live + 1
    most = math.max(most, live)
    for _ = 1, 3 do
      task.sleep(0)
    end
    live = live - 1
    return { ok = true, value = most }
  end
  return runner
]]

-- Run, and give the results by index, the order they came in, and the statistics.
local function run(options)
  local results, order = {}, {}
  options.job = options.job or do_nothing
  local keep = options.on_result or do_nothing
  options.on_result = function(index, result)
    assert.is_nil(results[index], "two results for one device")
    results[index] = result
    order[#order + 1] = index
    keep(index, result)
  end
  local ok, statistics = threads.run(options)
  assert.is_true(ok)
  assert.equal(#options.devices, #order)
  return results, order, statistics
end

local function thread_count(prefix)
  local count = 0
  for id in lfs.dir "/proc/self/task" do
    local file = io.open("/proc/self/task/" .. id .. "/comm")
    local name = file and file:read "l" or ""
    if file then
      file:close()
    end
    count = count + (name:find(prefix, 1, true) == 1 and 1 or 0)
  end
  return count
end

describe("moonwire.fleet.threads", function()
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

  it("gives every device one result, with its own index", function()
    local suffix = { text = "!" }
    local results, _, statistics = run {
      devices = devices_of(500),
      workers = 4,
      options = { greeting = "hello " },
      runner = runner(CALL),
      job = function(device, options)
        return options.greeting .. device.name .. suffix.text
      end,
    }
    for i = 1, 500 do
      assert.equal("hello r" .. i .. "!", results[i].value)
    end
    assert.same({ workers = 4, peak = 4 }, statistics)
  end)

  it("gives a thread one device at a time", function()
    local results, _, statistics = run {
      devices = devices_of(40), workers = 7, runner = runner(COUNT),
    }
    for i = 1, 40 do
      assert.equal(1, results[i].value)
    end
    assert.equal(7, statistics.peak)
  end)

  it("gives a thread as many devices at a time as the limit, not one more", function()
    local results, _, statistics = run {
      devices = devices_of(100), workers = 2, limit = 5, runner = runner(COUNT),
    }
    local most = 0
    for i = 1, 100 do
      most = math.max(most, results[i].value)
    end
    assert.equal(5, most)
    assert.same({ workers = 2, peak = 10 }, statistics)
  end)

  it("gives results as they come, not in the order of devices", function()
    local _, order = run {
      devices = devices_of(2),
      workers = 2,
      runner = runner [[
        local lfs, task = require "lfs", require "moonwire.task"
        return { run = function(device, _, options)
          while device.name == "r1" and not lfs.attributes(options.path) do
            task.sleep(0)
          end
          return { ok = true }
        end }
      ]],
      options = { path = folder .. "/second-is-told" },
      on_result = function(index)
        if index == 2 then
          io.open(folder .. "/second-is-told", "w"):close()
        end
      end,
    }
    assert.same({ 2, 1 }, order)
  end)

  it("starts no more threads than there are devices", function()
    local _, _, statistics = run {
      devices = devices_of(2), workers = 8, limit = 1000000, runner = runner(COUNT),
    }
    assert.same({ workers = 2, peak = 2 }, statistics)
    local _, _, none = run { devices = {}, workers = 8 }
    assert.same({ workers = 0, peak = 0 }, none)
  end)

  it("looks at no device before its turn", function()
    local devices, done, ahead = devices_of(60), 0, 0
    local watched = setmetatable({}, {
      __len = function() return #devices end,
      __index = function(_, index)
        ahead = math.max(ahead, index - done)
        return devices[index]
      end,
    })
    run {
      devices = watched, workers = 3, limit = 2, runner = runner(COUNT),
      on_result = function() done = done + 1 end,
    }
    assert.equal(6, ahead)
  end)

  describe("when something is wrong", function()
    it("makes an error of the runner a result like any other", function()
      local results = run {
        devices = devices_of(10),
        workers = 2,
        runner = runner(CALL),
        job = function(device)
          return device.name == "r4" and error("lost", 0) or device.name
        end,
      }
      for i = 1, 10 do
        assert.equal(i ~= 4, results[i].ok)
      end
      assert.same({
        device = "r4", host = "127.0.0.4",
        ok = false, kind = "error", phase = "job", message = "lost",
      }, results[4])
    end)

    it("makes a value that cannot cross a failure of its device", function()
      local results = run {
        devices = devices_of(3),
        workers = 1,
        runner = runner(CALL),
        job = function(device)
          return device.name == "r2" and { callback = print } or 1
        end,
      }
      assert.is_true(results[1].ok and results[3].ok)
      assert.equal("value.callback is a function, which cannot be sent back from a "
        .. "thread", results[2].message)
    end)

    it("makes a device that cannot cross a failure of its own", function()
      local devices = devices_of(5)
      devices[1].check, devices[5] = print, print
      local results = run {
        devices = devices, workers = 2, runner = runner(CALL),
      }
      assert.equal("device.check is a function, which cannot be shipped to a thread",
        results[1].message)
      assert.equal("r1", results[1].device)
      assert.equal("device is a function, which cannot be shipped to a thread",
        results[5].message)
      for i = 2, 4 do
        assert.is_true(results[i].ok)
      end
    end)

    it("names what of the job or the options cannot be shipped", function()
      local socket = io.stdout
      local options = { devices = devices_of(1), workers = 1, on_result = do_nothing }
      options.job = function() return socket end
      local _, message = pcall(threads.run, options)
      assert.matches('^job at .*threads_spec.lua:%d+: upvalue "socket" is a '
        .. "userdata, which cannot be shipped to a thread$", message)
      options.job, options.options = do_nothing, { hooks = { before = print } }
      assert.error_matches(function() threads.run(options) end,
        "^options.hooks.before is a function, which cannot be shipped to a thread")
    end)

    it("refuses what makes no sense", function()
      local function misuse(pattern, changes)
        local options = { devices = {}, workers = 1, job = do_nothing }
        for name, value in pairs(changes) do
          options[name] = value
        end
        assert.error_matches(function() threads.run(options) end, pattern)
      end
      misuse("job must be a function", { job = "show version" })
      misuse("workers must be a whole number of at least 1", { workers = 0 })
      misuse("limit must be a whole number of at least 1", { limit = 1.5 })
      misuse("workers must be", { workers = "many" })
    end)

    it("fails what a dead thread had, and the others do the rest", function()
      local results = run {
        devices = devices_of(40),
        workers = 3,
        limit = 2,
        runner = runner [[
          local host = require "host.task"
          return { run = function(device)
            if device.name == "r7" then
              host.exit(1)
            end
            host.sleep(0)
            return { ok = true }
          end }
        ]],
      }
      local failed = 0
      for i = 1, 40 do
        if not results[i].ok then
          failed = failed + 1
          assert.equal("r" .. i, results[i].device)
          assert.matches("^its thread ended: it ended itself", results[i].message)
        end
      end
      assert.is_false(results[7].ok)
      assert.is_true(failed == 1 or failed == 2) -- the other one it had may be done
    end)

    it("fails all devices when no thread can do the job", function()
      package.loaded["threads_spec.gone"] = { name = "gone" }
      local gone = package.loaded["threads_spec.gone"]
      local results = run {
        devices = devices_of(20), workers = 2, runner = runner(CALL),
        job = function() return gone end,
      }
      package.loaded["threads_spec.gone"] = nil
      for i = 1, 20 do
        assert.is_false(results[i].ok)
        assert.equal("error", results[i].kind)
        assert.matches("module 'threads_spec.gone' not found", results[i].message)
      end
    end)
  end)

  describe("leaves no thread behind", function()
    -- a device that never ends, and says when it is given up
    local STUCK = [[
      return { run = function(device, _, options)
        local function mark(what)
          io.open(options.path .. what .. device.name, "w"):close()
        end
        mark "begun-"
        local marker <close> = setmetatable({}, { __close = function()
          mark "ended-"
        end })
        if device.name == "r1" then
          return { ok = true }
        end
        require("moonwire.task").sleep(1e6)
      end }
    ]]

    local function exists(name)
      return lfs.attributes(folder .. "/" .. name) ~= nil
    end

    local function start(prefix, on_result)
      return threads.run {
        devices = devices_of(9),
        workers = 4,
        limit = 2,
        job = do_nothing,
        runner = runner(STUCK),
        name = prefix,
        options = { path = ("%s/%s-"):format(folder, prefix) },
        on_result = on_result,
      }
    end

    it("when on_result raises", function()
      assert.error_matches(function()
        start("raise", function() error("enough", 0) end)
      end, "^enough$")
      assert.equal(0, thread_count "raise-")
      assert.is_true(exists "raise-ended-r1")
    end)

    it("when its task is cancelled, and unwinds what they were doing", function()
      local parent = task.spawn(function() start("cancel", do_nothing) end)
      local begun
      repeat
        task.sleep(0)
        begun = true
        for i = 1, 9 do
          begun = begun and exists("cancel-begun-r" .. i)
        end
      until begun
      parent:cancel()
      assert.is_false((parent:join()))
      assert.equal(0, thread_count "cancel-")
      for i = 1, 9 do
        assert.is_true(exists("cancel-ended-r" .. i))
      end
    end)
  end)
end)
