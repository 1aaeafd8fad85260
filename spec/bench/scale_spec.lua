local json = require "moonwire.report.json"
local scale = require "moonwire.bench.scale"

local function recorder()
  return {
    text = "",
    write = function(self, ...)
      self.text = self.text .. table.concat { ... }
      return self
    end,
    flush = function() end,
  }
end

local function run(sizes, others)
  local folder = os.tmpname()
  os.remove(folder)
  local streams = { out = recorder(), log = recorder() }
  local options = { output = folder, json = "-" }
  local status = scale.run(options, streams, sizes, others)
  local stream = assert(io.open(folder .. "/scale.svg"))
  local picture = stream:read "a"
  stream:close()
  os.remove(folder .. "/scale.svg")
  os.remove(folder .. "/scale.json")
  os.remove(folder)
  return status, assert(json.decode(streams.out.text)), streams.log.text, picture
end

describe("moonwire bench --scale", function()
  it("measures each size all at once and held open, in fresh processes", function()
    local status, document, log, picture = run({ 2, 3 }, {})
    assert.equal(0, status)
    assert.equal(2, #document.points)
    assert.equal(3, document.points[2].devices)
    assert.equal(3, document.points[2].peak_sessions)
    assert.is_true(document.points[2].cpu_ms > 0)
    assert.is_true(document.points[2].client_mb > 0)
    assert.equal(3, document.figures["growth-3"].ok)
    assert.is_truthy(log:find("4/4", 1, true))
    assert.is_truthy(picture:find("<circle", 1, true))
  end)

  it("takes the middle one of what it measures several times", function()
    local spec = { lab = { devices = 2 }, commands = { "show version" } }
    local entry = { id = "x", title = "thrice", spec = spec, times = 3 }
    local _, document = run({}, { entry })
    local one = document.figures.x
    table.sort(one.costs)
    assert.equal(3, #one.costs)
    assert.equal(one.costs[2], one.cpu_seconds)
  end)

  it("leaves out what the limit of open files does not permit, and says so", function()
    local status, document, log = run({ 2, 1000000000 }, {})
    assert.equal(0, status)
    assert.equal(1, #document.points)
    assert.is_truthy(log:find("1000000000 devices left out", 1, true))
  end)

  it("counts a failure, and a measurement that could not be made", function()
    local broken = { devices = 2, faults = { { name = "refuse", device = 1 } } }
    local failing = { lab = broken, commands = { "show version" } }
    local entry = { id = "x", title = "failing", spec = failing }
    local status, document = run({}, { entry })
    assert.equal(1, status)
    assert.equal(1, document.figures.x.failed)
    local impossible = { lab = { devices = 0 }, commands = {} }
    status, document = run({}, { { id = "y", title = "none", spec = impossible } })
    assert.equal(1, status)
    assert.is_string(document.figures.y.problem)
  end)
end)
