local sample = require "spec.report.run.sample"
local timeline = require "moonwire.report.run.timeline"

local function results_of(...)
  return sample.subject(sample.run("sync", ...)).runs[1].results
end

local function count(text, plain)
  return select(2, text:gsub(plain:gsub("%p", "%%%0"), ""))
end

describe("timeline.stretches", function()
  it("lie behind each other from the device's start to its end", function()
    local result = results_of(2, 0)[2]
    local at = result.started
    for _, stretch in ipairs(timeline.stretches(result)) do
      assert.equal(at, stretch.from)
      at = stretch.to
    end
    assert.is_true(math.abs(at - result.started - result.elapsed) < 1e-9)
  end)

  it("show where a device failed", function()
    local failed = results_of(0, 1)[1]
    for _, stretch in ipairs(timeline.stretches(failed)) do
      assert.equal(6, stretch.part) -- behind its end there is nothing else
    end
    failed.phase = "job"
    local stretches = timeline.stretches(failed)
    assert.equal(6, stretches[#stretches].part)
    assert.equal(1, stretches[1].part)
  end)
end)

describe("timeline.surface", function()
  it("loses no device's time", function()
    local results, seconds, total = results_of(30, 10), 0, 0
    for _, result in ipairs(results) do
      seconds = math.max(seconds, result.started + result.elapsed)
      total = total + result.elapsed
    end
    local sum, buckets = 0, timeline.surface(results, seconds)
    for _, counts in ipairs(buckets) do
      for _, devices in ipairs(counts) do
        sum = sum + devices * seconds / #buckets
      end
    end
    assert.is_true(math.abs(sum - total) < 1e-6, ("%s, %s"):format(sum, total))
  end)
end)

describe("timeline.draw", function()
  it("has a row for each of a few devices", function()
    local drawing = assert(timeline.draw(results_of(3, 1)))
    for i = 1, 4 do
      assert.equal(1, count(drawing, (">r%d</text>"):format(i)))
    end
    assert.is_true(count(drawing, 'class="bad"') > 1) -- one is of the legend
  end)

  it("sums up many", function()
    local drawing = assert(timeline.draw(results_of(990, 10)))
    assert.equal(6, count(drawing, "<polygon"))
    assert.is_nil(drawing:find(">r7</text>", 1, true))
    assert.is_true(#drawing < 100000)
  end)

  it("says when a device had no turn, and when nothing is known", function()
    local results = results_of(2, 1)
    results[3].started = nil
    local drawing = assert(timeline.draw(results))
    assert.equal(1, count(drawing, "had no turn"))
    for _, result in ipairs(results) do
      result.started = nil
    end
    local none, why = timeline.draw(results)
    assert.is_nil(none)
    assert.matches("not known", why)
    none, why = timeline.draw { { ok = true, started = 0, phases = {} } }
    assert.is_nil(none)
    assert.matches("any time", why)
  end)
end)
