local goal = require "moonwire.bench.goal"
local http = require "moonwire.bench.http"
local served = require "moonwire.bench.served"
local sessions = require "moonwire.session"
local uv = require "luv"

local function verdicts(figures)
  local list = {}
  for i, one in ipairs(goal.judge(figures, http.goals)) do
    list[i] = one.is_reached
  end
  return list
end

local Said = {}
Said.__index = Said

function Said:write(...)
  self[#self + 1] = table.concat { ... }
end

describe("moonwire.bench.http", function()
  it("judges what has to be at least so much, and at most", function()
    local figures = {
      run = { slower = 4.9, rate = 1000, p99 = 0.02 },
      ["run-near"] = { slower = 5.1, more_cpu = 4.9, rate = 999, p99 = 0.021 },
      slow = { calm = 0.001, slow = 0.0021 },
      warm = { own = 0.001, lent = 0.0019, borrowed = 0.0021 },
      memory = { bytes = 30e6 },
      ansible = { all = 4, plain = 2, little = 2 },
    }
    assert.same({
      true, true, true, false, false, false, true, false, true, false, true, true,
    }, verdicts(figures))
  end)

  it("says that nothing is reached where nothing was measured", function()
    for _, is_reached in ipairs(verdicts { run = { problem = "none" } }) do
      assert.is_false(is_reached)
    end
  end)

  it("names the tool that is missing, and measures nothing", function()
    local path, log = uv.os_getenv "PATH", setmetatable({}, Said)
    uv.os_setenv("PATH", "/nonexistent")
    local nowhere = { output = "/nonexistent/folder" }
    local status = http.run(nowhere, { out = log, log = log })
    uv.os_setenv("PATH", path)
    assert.equal(2, status)
    assert.same({ "moonwire bench: wrk is missing: make bench-http\n" }, log)
  end)
end)

describe("moonwire.bench.served", function()
  it("is a server with a lab, to be run on and borrowed from", function()
    local server <close> = served.open { devices = 2 }
    local run = server:run { "show version" }
    assert.equal(0, run.failed)
    assert.is_true(run.seconds > 0)
    assert.is_true(run.cpu_seconds >= 0)
    local session <close> = assert(sessions.open(server.devices[1], {
      via = server.socket,
    }))
    assert.is_true(session.client.is_loan)
    assert.is_true(server:usage().rss_bytes > 1e6)
  end)
end)
