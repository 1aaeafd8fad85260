-- Faults of spec/README.md: P1, R11.
local broken = require "spec.support.broken_run"
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local uv = require "luv"

local DEVICES = 16

describe("moonwire runs", function()
  local folder, root, inventory

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-runs-XXXXXX")
    root, inventory = folder .. "/runs", folder .. "/lab.json"
    files.write(inventory, json.encode {
      lab = {
        devices = DEVICES, think = 0.05,
        faults = { { name = "auth_failure", device = 5 } },
      },
    })
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function runs(action, ...)
    return program.run { "runs", action, "--runs", root, ... }
  end

  -- Start a run as a program of its own.
  local function start(...)
    return broken.start({
      "send", "--runs", root, "-i", inventory, "show version", "-q", "--sessions", "3",
      "--workers", "3", "--format", "ndjson", "--output", folder .. "/texts", ...,
    }, { output = folder .. "/out" })
  end

  -- Until the journal tells of so many ends.
  local function await_ends(count)
    return broken.await(root, function(known)
      local ended = 0
      for _ in pairs(known.ends) do
        ended = ended + 1
      end
      return ended >= count
    end)
  end

  -- Every device has exactly one end that counts, and one file.
  local function is_complete(id)
    local ends = {}
    local known = assert(journal.read(id, {
      root = root,
      on_end = function(record)
        assert.is_nil(ends[record.i], "a device was done twice")
        ends[record.i] = record
      end,
    }))
    assert.equal(DEVICES, #known.names)
    local tally = known:tally()
    assert.equal(DEVICES - 1, tally.done)
    assert.equal(1, tally.failed)
    local names = files.list(folder .. "/texts")
    assert.equal(DEVICES, #names)
    for _, name in ipairs(names) do
      local text = files.read(folder .. "/texts/" .. name)
      assert.is_truthy(text:find("Configuration register is 0x2102\n", 1, true)
        or name == "SW-Data_Center.failed.txt", name)
    end
  end

  -- Every device has one line over the outputs of all programs, but for one that a
  -- program has named as doubtful.
  local function is_shown_once(texts, errors)
    local times, count = {}, 0
    for line in table.concat(texts, "\n"):gmatch "([^\n]*)\n" do
      local one = json.decode(line)
      if one then -- a program that is killed may leave a part of a line
        times[one.device] = (times[one.device] or 0) + 1
      end
    end
    local doubtful = errors:match "the result of (%S+) may have been shown before"
    for name, number in pairs(times) do
      assert.is_true(number == 1 or name == doubtful and number == 2, name)
      count = count + 1
    end
    assert.equal(DEVICES, count)
  end

  for seed = 1, 10 do
    it("resumes a run that was killed in the midst of it, no. " .. seed, function()
      local killed = start()
      local id = await_ends(1 + seed % 5)
      killed:kill()
      local tally = assert(journal.read(id, { root = root })):tally()
      assert.is_true(tally.planned + tally.handed > 0)
      local result = runs("resume", id)
      assert.is_true(result.status < 2, result.errors)
      is_complete(id)
      is_shown_once({ files.read(folder .. "/out"), result.output }, result.errors)
    end)
  end

  it("shows what a killed program has done, and not come to show", function()
    assert.equal(1, start():wait())
    local id = journal.find("last", root)
    local path = ("%s/%s/shown"):format(root, id)
    local marks = {}
    for line in files.read(path):gmatch "[^\n]+" do
      marks[#marks + 1] = line
    end
    assert.same({ DEVICES + 1, "." }, { #marks, marks[#marks] })
    files.write(path, table.concat(marks, "\n", 1, 6) .. "\n" .. marks[7]) -- torn
    local result = runs("resume", id)
    assert.equal(0, result.status, result.errors)
    local first = {}
    for line in files.read(folder .. "/out"):gmatch "[^\n]+" do
      first[#first + 1] = line
    end
    local again = {}
    for line in result.output:gmatch "[^\n]+" do
      again[#again + 1] = assert(json.decode(line)).device
    end
    assert.equal(DEVICES - 5, #again)
    for i, name in ipairs(again) do
      assert.equal(name, json.decode(first[5 + i]).device)
    end
    local doubtful = "the result of " .. again[1] .. " may have been shown"
    assert.is_truthy(result.errors:find(doubtful, 1, true))
    result = runs("resume", id)
    assert.same({ 0, "" }, { result.status, result.output })
    assert.matches("nothing is left to do", result.errors)
    is_complete(id)
  end)

  it("shows all of it where nothing was shown before its end", function()
    local killed = start("--fold")
    local id = await_ends(3)
    killed:kill()
    assert.equal("", files.read(folder .. "/out"))
    local result = runs("resume", id, "-q")
    assert.is_true(result.status < 2, result.errors)
    local names = result.output:gsub("SW%-Data_Center", "")
    assert.not_equal(result.output, names) -- the one that fails, too
    is_complete(id)
    local path = ("%s/%s/shown"):format(root, id)
    assert.equal(DEVICES, select(2, files.read(path):gsub("%d+\n", "")))
  end)

  it("resumes what two killed programs have left", function()
    local first = start()
    local id = await_ends(3)
    first:kill()
    assert.is_truthy(runs("list").output:find("broken off", 1, true))
    local second = broken.start { "runs", "resume", "--runs", root, id, "-q" }
    await_ends(9)
    second:kill()
    assert.is_true(runs("resume", id).status < 2)
    is_complete(id)
  end)

  it("ends a run: once for what has not begun, twice for all", function()
    files.write(inventory, json.encode { lab = { devices = DEVICES, think = 0.4 } })
    for _, words in ipairs { {}, { "--now" } } do
      local running = start()
      local id = await_ends(2)
      assert.equal(2, runs("resume", id).status) -- it is running
      assert.equal(0, runs("cancel", id, table.unpack(words)).status)
      assert.equal(1, running:wait())
      local known = assert(journal.read(id, { root = root }))
      local tally = known:tally()
      assert.is_true(tally.skipped > 0)
      assert.equal(0, tally.planned + tally.handed)
      assert.matches("interrupted", known.finish.reason)
      assert.equal(2, runs("cancel", id).status) -- it is over
      os.execute("rm -r " .. root)
    end
  end)

  it("pauses a run of another program, and lets it go on", function()
    files.write(inventory, json.encode { lab = { devices = DEVICES, think = 0.1 } })
    for _, mode in ipairs { "nonblocking", "threads" } do
      local running = start("--mode", mode)
      local id = await_ends(1)
      local paused = runs("pause", id)
      assert.equal(0, paused.status, paused.errors)
      broken.await(root, function(known) -- what was under way ends
        return next(known.handed) == nil
      end, running)
      local tally = assert(journal.read(id, { root = root })):tally()
      assert.is_true(tally.planned > 0)
      assert.equal("paused", json.decode(runs("list", "--json").output)[1].state)
      assert.equal(0, runs("pause", id).status) -- once more changes nothing
      assert.equal(0, runs("continue", id).status)
      assert.equal(0, running:wait())
      local known = assert(journal.read(id, { root = root }))
      assert.equal(DEVICES, known:tally().done)
      assert.is_nil(uv.fs_stat(("%s/%s/requests"):format(root, id)))
      local events = runs("tail", "-f", id).output
      assert.equal(1, select(2, events:gsub("  paused\n", "")))
      assert.equal(1, select(2, events:gsub("  goes on\n", "")))
      os.execute("rm -r " .. root)
    end
  end)

  it("can be cancelled while it is paused, and resumed without the pause", function()
    files.write(inventory, json.encode { lab = { devices = DEVICES, think = 0.1 } })
    local running = start()
    local id = await_ends(1)
    assert.equal(0, runs("pause", id).status)
    assert.equal(0, runs("cancel", id).status)
    assert.equal(1, running:wait())
    assert.is_true(assert(journal.read(id, { root = root })):tally().skipped > 0)
    assert.equal(2, runs("continue", id).status) -- it is over
    assert.equal(0, runs("resume", id, "-q").status)
    assert.equal(DEVICES, assert(journal.read(id, { root = root })):tally().done)
  end)

  it("does not do to a resumed run what was asked of the killed one", function()
    local killed = start()
    local id = await_ends(1)
    local asked = ("%s/%s/requests/1-1.drop"):format(root, id)
    uv.kill(killed.process:get_pid(), "sigstop")
    files.write(asked, "")
    killed:kill()
    assert.is_true(runs("resume", id, "-q").status < 2)
    assert.equal(0, assert(journal.read(id, { root = root })):tally().cancelled)
    is_complete(id)
  end)

  it("shows a run, its results and its events", function()
    assert.equal(1, start():wait())
    local shown = runs("show", "last")
    assert.equal(0, shown.status)
    assert.matches("failed %(auth%): SW%-Data_Center\n", shown.output)
    assert.matches("16: 15 done, 1 failed\n", shown.output)
    local row = assert(json.decode(runs("show", "last", "--json").output))
    assert.equal(15, row.states.done)
    assert.equal("failed", row.state)
    local results = runs("show", "last", "--format", "ndjson").output
    assert.equal(DEVICES, select(2, results:gsub("\n", "")))
    assert.is_truthy(results:find("SW-CORE_1 uptime is", 1, true))
    local events = runs("tail", "last").output
    assert.matches("16 devices\n", events)
    assert.matches("SW%-Data_Center is failed", events)
    assert.matches("not all is well\n$", events)
    assert.equal(1, #assert(json.decode(runs("list", "--json").output)))
  end)

  it("tries those again that failed, when it is told to", function()
    assert.equal(1, start():wait())
    local id = journal.find("last", root)
    files.write(inventory, json.encode { lab = { devices = DEVICES } })
    local result = runs("resume", id, "--failed", "-q", "--format", "ndjson")
    assert.equal(0, result.status, result.errors)
    assert.equal("SW-Data_Center", assert(json.decode(result.output)).device)
    assert.equal(DEVICES, assert(journal.read(id, { root = root })):tally().done)
  end)

  it("names devices that are gone from the inventory", function()
    local killed = start()
    local id = await_ends(1)
    killed:kill()
    files.write(inventory, json.encode { lab = { devices = 1 } })
    local result = runs("resume", id)
    assert.matches("are not in the inventory any more", result.errors)
    assert.not_equal(0, result.status)
  end)

  it("wants another inventory where the first one came by standard input", function()
    local text = files.read(inventory)
    local first = program.run({ "send", "--runs", root, "-i", "-", "show clock", "-q" },
      { input = text })
    assert.equal(1, first.status, first.errors)
    local result = runs("resume", "last", "--failed")
    assert.equal(2, result.status)
    assert.matches("came by standard input", result.errors)
    assert.equal(1, runs("resume", "last", "--failed", "-i", inventory).status)
  end)

  it("starts nothing when something is wrong", function()
    for _, words in ipairs {
      { "show", "none" }, { "resume", "none" }, { "cancel", "none" },
      { "tail", "none" }, { "pause", "none" }, { "continue", "none" },
      { "show" }, { "frobnicate" },
    } do
      local result = runs(table.unpack(words))
      assert.equal(2, result.status)
      assert.equal("", result.output)
    end
    assert.equal(0, runs("list").status)
    assert.equal(0, program.run({ "runs", "--help" }).status)
  end)
end)
