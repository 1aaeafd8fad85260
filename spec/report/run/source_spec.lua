local json = require "moonwire.report.json"
local sample = require "spec.report.run.sample"
local source = require "moonwire.report.run.source"

local function parse(value)
  return source.parse(json.encode(value), "x.json")
end

describe("source.parse", function()
  it("reads the JSON of the bench", function()
    local subject = assert(parse {
      modes = { sample.run("sync", 2, 1), sample.run("threads", 3, 0) },
      published = { { mode = "Ansible", document = 19 } },
    })
    assert.equal("x.json", subject.name)
    assert.equal(2, #subject.runs)
    local run = subject.runs[1]
    assert.equal("sync", run.mode)
    assert.same({ ok = 2, failed = 1 }, run.count)
    assert.same({ 1.9, 2, 2.1 }, run.runs)
    assert.equal("timeout", run.results[3].kind)
    assert.equal(0.1, run.results[1].phases.kex)
    assert.equal("show clock", run.results[1].output[1].command)
    assert.same({ { mode = "Ansible", document = 19 } }, subject.published)
  end)

  it("reads one run, an array of results, and lines of JSON", function()
    local run = sample.run("hybrid", 2, 0)
    assert.equal("hybrid", parse(run).runs[1].mode)
    assert.equal(2, parse(run.results).runs[1].count.ok)
    local lines = {}
    for i, result in ipairs(run.results) do
      lines[i] = json.encode(result, true)
    end
    local read = assert(source.parse(table.concat(lines), "x"))
    assert.equal("r2", read.runs[1].results[2].device)
    assert.equal(0.5 + 1.02, read.runs[1].seconds) -- the end of the last one
    assert.equal("r1", assert(source.parse(lines[1], "x")).runs[1].results[1].device)
  end)

  it("counts by itself", function()
    local run = sample.run("sync", 1, 1)
    run.ok, run.failed = 700, 0
    assert.same({ ok = 1, failed = 1 }, parse(run).runs[1].count)
  end)

  it("leaves out what has not its type", function()
    local subject = assert(parse { results = { {
      device = 7, host = {}, ok = "yes", kind = 3, message = {}, phase = true,
      started = -1, elapsed = "soon", phases = { kex = "x", auth = -1, shell = 1 },
      output = { "x", { command = 1, output = {} } },
    }, "no object" }, seconds = "long", mode = {}, runs = { "x" }, threads = {} })
    local run = subject.runs[1]
    assert.equal("x", run.mode) -- as its file
    assert.equal(0, run.seconds)
    assert.is_nil(run.threads)
    assert.equal(1, #run.results)
    assert.same({
      device = "device 1", host = "", ok = false, kind = "error",
      message = "no cause is known", phases = { shell = 1 },
      output = { { command = "", output = "" } },
    }, run.results[1])
  end)

  for _, text in ipairs {
    "", "x", "7", "null", "true", '"text"', "[]", "{}", '{"modes": []}',
    '{"modes": [{"results": []}]}', '{"results": 7}', "[1, 2]", '{"ok": true}\n7\n',
    '{"ok": true}\n{"ok":\n', "\0\255",
  } do
    it(("refuses %q"):format(text), function()
      local subject, message, kind = source.parse(text, "x.json")
      assert.is_nil(subject)
      assert.matches("^x.json: ", message)
      assert.equal("invalid", kind)
    end)
  end
end)

describe("source.read", function()
  it("says when it cannot", function()
    local subject, message, kind = source.read "/nowhere/x.json"
    assert.is_nil(subject)
    assert.matches("/nowhere/x.json", message)
    assert.equal("local", kind)
    assert.is_nil(source.read "/") -- a folder opens, and cannot be read
  end)
end)

describe("source.join", function()
  it("puts runs of several files beside each other", function()
    local one = parse(sample.run("sync", 1, 0))
    local other = parse(sample.run("hybrid", 1, 0))
    local joined = source.join { one, other }
    assert.equal("x.json, x.json", joined.name)
    assert.equal("hybrid", joined.runs[2].mode)
  end)
end)
