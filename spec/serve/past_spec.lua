local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local lfs = require "lfs"
local past = require "moonwire.serve.past"
local process = require "moonwire.bench.process"
local program = require "spec.support.program"
local state = require "moonwire.fleet.state"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

describe("moonwire.serve.past", function()
  local site

  before_each(function()
    site = web.start()
  end)

  after_each(function()
    site:close()
  end)

  local function get(path)
    return site:ask("GET", "/api/v1/runs" .. path)
  end

  local function create(names)
    lfs.mkdir(site.runs)
    local order = { mode = "threads", commands = { "show clock" } }
    return assert(journal.create({ verb = "send", order = order }, names, site.runs))
  end

  local function finish_one(out, i, name)
    out:append { type = "begin", i = i }
    out:append {
      type = "end", i = i, device = name, host = "h" .. i, ok = true, state = "done",
      elapsed = 0.5, output = { { command = "show clock", output = "noon " .. i } },
    }
  end

  local function finish_all(out, states)
    local tally = state.tally()
    for name, count in pairs(states) do
      tally[name] = count
    end
    assert(out:commit { type = "finish", states = tally, seconds = 2.5, ok = true })
    out:close()
  end

  -- a task, when the server is at it, that gives what was sent
  local function watch(out)
    local watching = task.spawn(get, ("/%s/events"):format(out.id))
    repeat
      task.sleep(0.002)
    until site.service.in_flight == 1
    return watching
  end

  it("shows a run of the command line among the server's own", function()
    local said = program.run {
      "send", "-i", "lab:2", "-q", "--runs", site.runs, "show version",
    }
    assert.equal(0, said.status, said.errors)
    local own = site:begin {}
    site:ask("GET", ("/api/v1/runs/%s/events"):format(own))
    local list = get("").json
    assert.equal(2, list.total)
    assert.equal(own, list.runs[1].id)
    local other = list.runs[2]
    assert.equal("done", other.state)
    assert.is_true(other.ok)
    assert.same({ ok = 2, failed = 0, cancelled = 0 }, other.count)
    assert.same({ "show version" }, other.commands)
    local document = get("/" .. other.id).json
    assert.equal(2, document.total)
    assert.matches("simulated", document.results[2].output[1].output)
    assert.equal(2, get(("/%s/devices"):format(other.id)).json.total)
    local second = get(("/%s/results/2"):format(other.id)).json
    assert.equal(document.results[2].device, second.device)
    assert.matches("simulated", second.output[1].output)
    assert.equal(409, site:ask("DELETE", "/api/v1/runs/" .. other.id).status)
  end)

  it("is shown a page at a time", function()
    for i = 1, 3 do
      local out = create { "a" }
      finish_one(out, 1, "a")
      finish_all(out, { done = 1 })
      assert.equal(i, get("?limit=1").json.total)
    end
    local all = get("").json.runs
    assert.equal(3, #all)
    local page = get("?offset=1&limit=1").json
    assert.equal(1, #page.runs)
    assert.equal(all[2].id, page.runs[1].id)
    assert.equal(422, get("?limit=1001").status)
    assert.equal(422, get("?offset=x").status)
  end)

  it("tells a run that another program has from one that broke off", function()
    local out = create { "a", "b", "c" }
    finish_one(out, 1, "a")
    out:commit { type = "begin", i = 2 }
    local running = get("/" .. out.id).json
    assert.equal("running", running.state)
    assert.same({ ok = 1, failed = 0, cancelled = 0 }, running.count)
    assert.equal(1, running.total)
    assert.equal(404, get(("/%s/results/2"):format(out.id)).status)
    local refusal = site:ask("DELETE", "/api/v1/runs/" .. out.id)
    assert.equal(409, refusal.status)
    assert.matches("another program", refusal.text)
    out:close()
    local broken = get("/" .. out.id).json
    assert.equal("broken", broken.state)
    assert.is_false(broken.ok)
    assert.equal(3, broken.total)
  end)

  it("is cancelled in the hands of another program", function()
    local slow <close> = web.start {
      inventory = { lab = { devices = 2, think = 300 } },
    }
    files.write(site.runs .. ".yaml", web.devices_of(slow))
    assert(uv.fs_chmod(site.runs .. ".yaml", tonumber("600", 8)))
    local sending = task.spawn(program.run, {
      "send", "-i", site.runs .. ".yaml", "-q", "--runs", site.runs,
      "--timeout", "300s", "show version",
    })
    local list
    repeat
      task.sleep(0.005)
      list = get("").json.runs
    until list[1] and list[1].state == "running"
      and get(("/%s/devices"):format(list[1].id)).json.total == 2
    local answer
    repeat -- it hears nothing before it has begun
      answer = site:ask("DELETE", "/api/v1/runs/" .. list[1].id)
    until answer.status == 200
    assert.equal("cancelled", answer.json.state)
    assert.equal(0, answer.json.count.ok)
    local _, said = sending:join()
    assert.equal(1, said.status)
    os.remove(site.runs .. ".yaml")
  end)

  it("is watched while another program writes it", function()
    local out = create { "a", "b" }
    finish_one(out, 1, "a")
    assert(out:await())
    local watching = watch(out)
    finish_one(out, 2, "b")
    finish_all(out, { done = 2 })
    local _, answer = watching:join()
    local names = {}
    for name in answer.body:gmatch "event: (%a+)\n" do
      names[#names + 1] = name
    end
    assert.same({ "run", "begin", "result", "begin", "result", "end" }, names)
    assert.is_nil(answer.body:find("noon", 1, true)) -- outputs stay where they are
    local last = json.decode(answer.body:match "event: end\ndata: ([^\n]*)\n")
    assert.equal("done", last.state)
    assert.same({ ok = 2, failed = 0, cancelled = 0 }, last.count)
  end)

  it("is watched until its folder is taken away, which nobody else minds", function()
    local out = create { "a", "b" }
    finish_one(out, 1, "a")
    assert(out:await())
    local watching = watch(out)
    process.run { "rm", "-rf", ("%s/%s"):format(site.runs, out.id) }
    local _, answer = watching:join()
    assert.equal(200, answer.status)
    assert.is_nil(answer.body:find("event: end", 1, true))
    assert.equal(404, get("/" .. out.id).status)
    assert.equal(200, site:ask("GET", "/health").status)
    out:close()
  end)

  it("counts every device of a run that was resumed", function()
    local out = create { "a", "b" }
    finish_one(out, 1, "a")
    finish_all(out, { done = 1, skipped = 1 })
    local _, again = assert(journal.resume(out.id, site.runs))
    again:append { type = "resume", pid = 1 }
    finish_one(again, 2, "b")
    finish_all(again, { done = 1 })
    local summary = assert(past.new(site.runs):summary(out.id))
    assert.same({ ok = 2, failed = 0, cancelled = 0 }, summary.count)
    assert.is_true(summary.ok)
  end)

  it("is not taken from what is no journal", function()
    lfs.mkdir(site.runs)
    lfs.mkdir(site.runs .. "/nonsense")
    local file <close> = io.open(site.runs .. "/nonsense/journal", "w")
    file:write "nonsense\n"
    file:flush()
    assert.equal(404, get("/nonsense").status)
    assert.equal(200, get("").status)
    assert.same({}, get("").json.runs)
  end)
end)
