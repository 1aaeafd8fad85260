local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"
local words = require "moonwire.bench.words"

describe("the bench's words", function()
  it("say what was measured", function()
    local devices = { {}, {}, lab = { rtt = 0.15, think = 0, kex_delay = 2 } }
    local options = { commands = { "show clock" }, runs = 3, dwell = 5 }
    assert.equal("2 devices, 1 command each, 150 ms round trip, 2 s before the key "
      .. "exchange, 5 s of staying open; 3 runs of each",
      words.circumstances(devices, options))
    assert.equal("1 device, 1 command each; 1 run of each",
      words.circumstances({ {} }, { commands = { "show clock" }, runs = 1 }))
  end)

  it("name who failed and why", function()
    local good = measure.row("sync", { rows.run("sync", 2, 3, 0) }, { "a" })
    local bad = measure.row("threads", { rows.run("threads", 2, 1, 2) }, { "a" })
    assert.equal("", words.failures { good })
    local text = words.failures { good, bad }
    assert.equal(2, select(2, text:gsub("\n", "")))
    assert.matches("^threads +failed +r2 +1%.600 s +timeout in connect: no answer\n",
      text)
  end)
end)
