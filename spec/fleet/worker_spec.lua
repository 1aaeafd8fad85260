local ship = require "moonwire.fleet.ship"
local task = require "moonwire.task"
local worker = require "moonwire.fleet.worker"

local RUNNER = "worker_spec.runner"

-- A port that gives these messages, then ends like this, and keeps what is sent.
local function new_port(messages, why, kind)
  local port = { sent = {} }
  function port:receive()
    task.sleep(0)
    local message = table.remove(messages, 1)
    if message == nil then
      return nil, why, kind
    end
    return message
  end
  function port:send(value)
    self.sent[#self.sent + 1] = value
    return true
  end
  return port
end

local function do_nothing() end

-- What a worker sends for these devices, by index.
local function results_of(run, devices, job)
  package.loaded[RUNNER] = { run = run }
  local messages = {
    { job = ship.pack(job or do_nothing), options = { dwell = 1 }, runner = RUNNER },
  }
  for index, device in ipairs(devices) do
    messages[#messages + 1] = { index = index, device = device }
  end
  local port = new_port(messages, "the pool is closed", "closed")
  worker(port)
  package.loaded[RUNNER] = nil
  local results = {}
  for _, reply in ipairs(port.sent) do
    results[reply.index] = reply.result
  end
  return results
end

describe("moonwire.fleet.worker", function()
  it("runs each device with the job and the options", function()
    local results = results_of(function(device, job, options)
      return { ok = true, value = job(device.name), dwell = options.dwell }
    end, { { name = "r1" }, { name = "r2" } }, function(name) return name .. "!" end)
    assert.same({
      { ok = true, value = "r1!", dwell = 1 },
      { ok = true, value = "r2!", dwell = 1 },
    }, results)
  end)

  -- What comes of a result that cannot be sent the first so many times.
  local function after_failed_sends(failures, kind)
    package.loaded[RUNNER] = { run = function() return { ok = true, value = 7 } end }
    local port = new_port({
      { job = ship.pack(do_nothing), options = {}, runner = RUNNER },
      { index = 1, device = { name = "r1" } },
    }, "the pool is closed", "closed")
    local send = port.send
    function port:send(value)
      failures = failures - 1
      if failures >= 0 then
        return nil, "not enough memory", kind
      end
      return send(self, value)
    end
    local ok, message = pcall(worker, port)
    package.loaded[RUNNER] = nil
    return port.sent, ok, message
  end

  it("tells that a result cannot be sent, in a smaller one", function()
    local sent, ok = after_failed_sends(1, "local")
    assert.is_true(ok)
    assert.equal(1, #sent)
    assert.same({ ok = false, kind = "local", phase = "job",
      message = "not enough memory" }, sent[1].result)
  end)

  it("ends when nothing can be sent, so that nobody waits for it", function()
    local sent, ok, message = after_failed_sends(2, "local")
    assert.is_false(ok)
    assert.matches("a result cannot be sent back: not enough memory", message)
    assert.same({}, sent)
  end)

  it("sends nothing more to a pool that is closed", function()
    local sent, ok = after_failed_sends(9, "closed")
    assert.is_true(ok)
    assert.same({}, sent)
  end)

  it("runs devices beside each other", function()
    local live, most = 0, 0
    results_of(function()
      live = live + 1
      most = math.max(most, live)
      for _ = 1, 10 do
        task.sleep(0)
      end
      live = live - 1
      return { ok = true }
    end, { {}, {}, {} })
    assert.equal(3, most)
  end)

  it("makes a failure of a value that cannot cross, and keeps the rest", function()
    local results = results_of(function()
      return { device = "r1", ok = true, value = { callback = print }, elapsed = 2 }
    end, { {} })
    assert.same({ {
      device = "r1",
      ok = false,
      elapsed = 2,
      kind = "error",
      phase = "job",
      message = "value.callback is a function, which cannot be sent back from a thread",
    } }, results)
  end)

  it("makes a failure of a result that cannot cross at all", function()
    local results = results_of(function()
      return { ok = true, value = print, extra = print }
    end, { {} })
    assert.is_false(results[1].ok)
    assert.matches("cannot be sent back", results[1].message)
    assert.is_nil(results[1].extra)
  end)

  it("does not go on when a device is lost on the way to it", function()
    package.loaded[RUNNER] = { run = do_nothing }
    local order = { job = ship.pack(do_nothing), runner = RUNNER }
    local port = new_port({ order }, "not enough memory", "local")
    assert.has_error(function() worker(port) end, "not enough memory")
    package.loaded[RUNNER] = nil
  end)

  it("makes a failure of a runner that raises or gives nothing", function()
    local results = results_of(function(device)
      if device.raises then
        error("lost", 0)
      end
    end, { { raises = true }, {} })
    local function failure(message)
      return { ok = false, kind = "error", phase = "job", message = message }
    end
    assert.same({ failure "lost", failure "its runner gave no result" }, results)
  end)
end)
