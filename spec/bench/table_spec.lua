local bench_table = require "moonwire.bench.table"
local json = require "moonwire.report.json"
local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"

local function sample()
  local commands = { "show clock" }
  local sync = { rows.run("sync", 8, 5, 0), rows.run("sync", 8.5, 5, 0) }
  return {
    measure.row("sync", sync, commands),
    measure.row("threads", { rows.run("threads", 2, 4, 1) }, commands),
  }
end

describe("the bench's table", function()
  it("compares with sync, and shows cost and failures", function()
    local text = bench_table.text(sample(), "ascii")
    assert.is_truthy(text:find "| sync +| +8.000 | 8.000 to 8.500 | +1.00x | +1 |")
    assert.is_truthy(text:find "| threads +| +2.000 | +one run | +4.00x | +4 |")
    assert.is_truthy(text:find "| +10 | +2.000 | +1 |\n")
  end)

  it("says nothing of speed-up without sync", function()
    local text = bench_table.text({ sample()[2] }, "ascii")
    assert.is_nil(text:find("4.00x", 1, true))
  end)
end)

describe("the bench's JSON", function()
  it("has the promised shape", function()
    local text = bench_table.json(sample(), { devices = 5, rtt = 0.15 })
    local document = assert(json.decode(text))
    assert.equal(0.15, document.lab.rtt)
    local mode = document.modes[2]
    assert.equal("threads", mode.mode)
    assert.equal("Total time: 0:00:02", mode.result)
    assert.same({ 2.0 }, setmetatable(mode.runs, nil))
    for _, name in ipairs { "devices", "commands", "ok", "failed", "peak_sessions",
      "threads", "max_rss_bytes" } do
      assert.equal("integer", math.type(mode[name]), name)
    end
    assert.equal(0.15, mode.phases.connect.p50)
    assert.equal(5, #mode.results)
    local failed = mode.results[5]
    assert.is_false(failed.ok)
    assert.equal("timeout", failed.kind)
    assert.equal("r5", failed.device)
    assert.equal("connect", failed.phase)
  end)

  it("has an empty lab when there was none", function()
    local document = assert(json.decode(bench_table.json({}, nil)))
    assert.is_true(json.is_object(document.lab))
    assert.is_true(json.is_array(document.modes))
  end)
end)

describe("the bench's bars", function()
  it("are as long as the modes take", function()
    local text = bench_table.bars(sample(), "ascii")
    local sync, threads = text:match "^sync     (#+) 8%.00 s\nthreads  (#+) 2%.00 s"
    assert.equal(#sync, 4 * #threads)
  end)
end)

describe("the bench's chart", function()
  it("has a bar for each mode, with its value and speed-up", function()
    local text = bench_table.svg(sample(), "five devices")
    assert.is_truthy(text:find(">8.00 s<", 1, true))
    assert.is_truthy(text:find(">2.00 s, 4.0× faster<", 1, true))
    assert.is_truthy(text:find(">five devices<", 1, true))
  end)
end)
