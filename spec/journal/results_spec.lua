local journal = require "moonwire.journal"
local observer = require "moonwire.journal.observer"
local results = require "moonwire.journal.results"
local source = require "moonwire.report.run.source"
local uv = require "luv"

describe("the results of a journal", function()
  local root

  before_each(function()
    root = assert(uv.fs_mkdtemp "/tmp/moonwire-results-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. root)
  end)

  -- Four devices: one done, one failed and then done, one in doubt, one without a turn.
  local function write()
    local names = { "a", "b", "c", "d" }
    local head = { verb = "send", order = { mode = "hybrid" } }
    local out <close> = assert(journal.create(head, names, root))
    local watcher = observer.new(out, {})
    local good = { device = "a", host = "h1", ok = true, state = "done", elapsed = 0.5,
      phases = { kex = 0.25, auth = 0.12345678901 },
      output = { { command = "show clock", output = "12:00", elapsed = 0.1 } } }
    local bad = { device = "b", host = "h2", ok = false, state = "failed",
      elapsed = 0.25, kind = "timeout", phase = "connect", message = "no answer" }
    watcher:ended(1, good, {})
    watcher:ended(2, bad, {})
    bad.ok, bad.state, bad.message = true, "done", nil
    watcher:ended(2, bad, {})
    assert(out:commit { type = "begin", i = 3 })
    return out.id
  end

  it("are a run with every device of the plan", function()
    local run = assert(results.read(write(), root))
    assert.equal("hybrid", run.mode)
    local subject = source.of(run, "x")
    local list = subject.runs[1].results
    assert.equal(4, #list)
    assert.same({ ok = 2, failed = 2 }, subject.runs[1].count)
    assert.equal("show clock", list[1].output[1].command)
    assert.equal(0.25, list[1].phases.kex)
    assert.equal(0.123457, list[1].phases.auth)
    assert.is_true(list[1].started >= 0)
    assert.is_true(list[2].ok)
    assert.equal("handed", list[3].kind)
    assert.matches("not known what came of it", list[3].message)
    assert.equal("c", list[3].device)
    assert.equal("planned", list[4].kind)
    assert.is_nil(list[4].started)
  end)

  it("keep the cause that devices share", function()
    local out = assert(journal.create({ verb = "send" }, { "a" }, root))
    observer.new(out, {}):ended(1, { device = "a", ok = false, kind = "jump",
      message = "gone", root = "the jump host", elapsed = 0 }, {})
    assert(out:await())
    out:close()
    local run = assert(results.read(out.id, root))
    assert.equal("nonblocking", run.mode)
    assert.equal("the jump host", source.of(run).runs[1].results[1].root)
  end)

  it("say when there is no such run", function()
    local run, message, kind = results.read("20000101-000000-0000", root)
    assert.is_nil(run)
    assert.is_string(message)
    assert.is_string(kind)
  end)
end)
