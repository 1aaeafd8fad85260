local uv = require "luv"
local floor = require "moonwire.bench.floor"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"

local function measure(spec)
  local text, status = process.run {
    uv.exepath(), "bench", "--client", json.encode(spec, true),
  }
  assert.equal(0, status)
  return assert(json.decode(text))
end

describe("moonwire bench --client", function()
  it("measures a fresh process and its lab", function()
    local figures = measure { lab = { devices = 4 }, commands = { "show version" } }
    assert.equal(4, figures.ok)
    assert.equal(0, figures.failed)
    assert.equal(1, figures.threads)
    assert.is_true(figures.cpu_seconds > 0)
    assert.is_true(figures.max_rss_bytes > 0)
    assert.is_true(figures.lab.max_rss_bytes > 0)
    assert.is_true(figures.seconds > 0)
  end)

  it("holds every session open until all are", function()
    local figures = measure {
      lab = { devices = 30 },
      commands = { "show version" },
      hold = true,
    }
    assert.equal(30, figures.ok)
    assert.equal(30, figures.peak_sessions)
    assert.equal(1, figures.threads)
    assert.is_true(figures.rss_bytes > 0)
    assert.is_true(figures.lab.rss_bytes > 0)
  end)

  it("does not wait for a session that will never come", function()
    local figures = measure {
      lab = { devices = 5, faults = { { name = "refuse", device = 2 } } },
      commands = { "show version" },
      hold = true,
    }
    assert.equal(4, figures.ok)
    assert.equal(1, figures.failed)
    assert.is_truthy(figures.failures[1]:find("refused", 1, true))
  end)

  it("logs in more often than there are devices", function()
    local figures = measure {
      lab = { devices = 3 },
      commands = { "show version" },
      logins = 20,
      limit = 4,
    }
    assert.equal(20, figures.ok)
    assert.equal(20, figures.logins)
    assert.equal(3, figures.devices)
    assert.is_true(figures.peak_sessions <= 4)
  end)

  it("can measure threads", function()
    local figures = measure {
      lab = { devices = 3 },
      commands = { "show version" },
      mode = "threads",
    }
    assert.equal(3, figures.ok)
    assert.is_true(figures.threads > 1)
  end)

  it("says why a floor is missing", function()
    local figures = measure {
      lab = { devices = 1 },
      commands = { "show version" },
      floor = "/nowhere/floor",
    }
    assert.is_truthy(figures.floor.problem:find("/nowhere/floor", 1, true))
  end)

  it("runs a floor before and behind, and adds both up", function()
    if not floor.find() then
      pending "`make floor` has not been run"
      return
    end
    local spec = { lab = { devices = 3 }, commands = { "show version" } }
    spec.floor = floor.find()
    local bare = measure(spec).floor
    assert.same({ 6, 0 }, { bare.ok, bare.failed })
    assert.is_true(bare.cpu_seconds > 0 and bare.seconds > 0)
    spec.hold = true -- where memory is what counts
    assert.equal(3, measure(spec).floor.ok)
  end)
end)
