-- Faults of spec/README.md: R1, R4.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local lfs = require "lfs"
local reader = require "moonwire.journal.reader"
local task = require "moonwire.task"
local uv = require "luv"
local writer = require "moonwire.journal.writer"

describe("moonwire.journal", function()
  local root

  before_each(function()
    root = assert(uv.fs_mkdtemp "/tmp/moonwire-journal-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. root)
  end)

  local function path_of(id)
    return ("%s/%s/journal"):format(root, id)
  end

  -- A run of three devices: one done, one begun, one not.
  local function half_done()
    local names = { "a", "b", "c" }
    local out <close> = assert(journal.create({ verb = "send" }, names, root))
    out:append { type = "begin", i = 1 }
    out:append { type = "end", i = 1, device = "a", state = "done", ok = true }
    assert(out:commit { type = "begin", i = 2 })
    return out.id
  end

  it("knows which timers run on devices", function()
    local names = { "a", "b", "c" }
    local out <close> = assert(journal.create({ verb = "push" }, names, root))
    for i = 1, 3 do
      out:append { type = "begin", i = i }
      out:append { type = "event", i = i, event = "armed", seconds = 60 }
    end
    out:append { type = "event", i = 1, event = "confirmed" }
    out:append { type = "end", i = 1, state = "changed", ok = true }
    out:append { type = "end", i = 2, state = "unknown", ok = false }
    assert(out:await())
    local timers = assert(journal.read(out.id, { root = root })).timers
    assert.is_nil(timers[1])
    assert.is_number(timers[2]) -- it was dropped, and its timer runs
    assert.is_number(timers[3])
  end)

  it("is there from the first byte on, and for its owner only", function()
    local out <close> = assert(journal.create({ verb = "send" }, { "a" }, root))
    assert.equal("rw-------", lfs.attributes(path_of(out.id), "permissions"))
    assert.equal("rwx------", lfs.attributes(root .. "/" .. out.id, "permissions"))
    local known = assert(journal.read(out.id, { root = root }))
    assert.same({ "a" }, known.names)
    assert.equal("planned", known:state(1))
    assert.is_true(journal.is_running(out.id, root))
    out:close()
    assert.is_false(journal.is_running(out.id, root))
  end)

  it("tells how far each device got, and the counts add up", function()
    local id = half_done()
    local known = assert(journal.read(id, { root = root }))
    assert.same({ "done", "handed", "planned" },
      { known:state(1), known:state(2), known:state(3) })
    assert.same({ 2, 3 }, known:unfinished())
    local sum = 0
    for _, count in pairs(known:tally()) do
      sum = sum + count
    end
    assert.equal(3, sum)
  end)

  it("goes on where it ended", function()
    local id = half_done()
    local known, out = assert(journal.resume(id, root))
    assert.equal(2, #known:unfinished())
    assert(out:commit { type = "end", i = 2, state = "failed", ok = false })
    out:close()
    known = assert(journal.read(id, { root = root }))
    assert.equal("failed", known:state(2))
    assert.same({ 3 }, known:unfinished())
    assert.same({ 2, 3 }, known:resumable(true))
    assert.same({ 3 }, known:resumable())
  end)

  it("is written by one program at a time", function()
    local out <close> = assert(journal.create({ verb = "send" }, { "a" }, root))
    local known, message, kind = journal.resume(out.id, root)
    assert.is_nil(known)
    assert.equal("locked", kind)
    assert.matches("is running", message)
  end)

  it("takes any tail that was torn off for not written, and cuts it", function()
    local id = half_done()
    local whole = files.read(path_of(id))
    local last = whole:match "()[^\n]*\n$"
    for length = last, #whole - 1 do
      files.write(path_of(id), whole:sub(1, length))
      local known = assert(journal.read(id, { root = root }))
      assert.equal(length >= last, known.found.is_torn == true, length)
      assert.is_falsy(known.found.is_damaged)
      assert.same({ 2, 3 }, known:unfinished())
      assert.equal("planned", known:state(2))
    end
    local _, out = assert(journal.resume(id, root))
    assert(out:commit { type = "note", text = "x" })
    out:close()
    local known = assert(journal.read(id, { root = root }))
    assert.is_nil(known.found.is_torn)
    assert.equal("x", known.notes[1].text)
  end)

  it("believes nothing behind a bit that flipped, and is not resumed", function()
    local id = half_done()
    local whole = files.read(path_of(id))
    local second = whole:find "\n" + 1
    for at = second, whole:find("\n", second) - 1 do
      for bit = 0, 7 do
        local flipped = string.char(whole:byte(at) ~ 1 << bit)
        files.write(path_of(id), whole:sub(1, at - 1) .. flipped .. whole:sub(at + 1))
        local known = assert(journal.read(id, { root = root }))
        assert.is_true(known.found.is_damaged)
        assert.equal(0, #known.names)
      end
    end
    local known, message, kind = journal.resume(id, root)
    assert.same({ nil, "invalid" }, { known, kind })
    assert.matches("record 2 is damaged", message)
  end)

  it("misses no record that was taken out of it", function()
    local id = half_done()
    local lines = {}
    for line in files.read(path_of(id)):gmatch "[^\n]*\n" do
      lines[#lines + 1] = line
    end
    table.remove(lines, 3)
    files.write(path_of(id), table.concat(lines))
    local known = assert(journal.read(id, { root = root }))
    assert.is_true(known.found.is_damaged)
    assert.equal(2, known.found.last)
  end)

  it("reads no journal of a newer program", function()
    local id = half_done()
    local record = { type = "run", id = id, format = reader.FORMAT + 1, n = 1, t = 1 }
    files.write(path_of(id), writer.line(record))
    local known, message, kind = journal.read(id, { root = root })
    assert.same({ nil, "invalid" }, { known, kind })
    assert.matches("newer", message)
  end)

  it("names what is no journal", function()
    for _, text in ipairs { "", "hello\n", ("\0"):rep(100) } do
      lfs.mkdir(root .. "/x")
      files.write(path_of "x", text)
      local known, message = journal.read("x", { root = root })
      assert.is_nil(known)
      assert.matches("no record", message)
    end
    for _, id in ipairs { "none", "../x", "a/b", "" } do
      assert.is_nil((journal.read(id, { root = root })))
      assert.is_nil((journal.resume(id, root)))
    end
  end)

  it("waits for many records at once", function()
    local out <close> = assert(journal.create({ verb = "send" }, { "a" }, root))
    local done = 0
    task.group(function(group)
      for i = 1, 200 do
        group:spawn(function()
          assert(out:commit { type = "note", text = tostring(i) })
          done = done + 1
        end)
      end
    end)
    assert.equal(200, done)
    assert.equal(200, #assert(journal.read(out.id, { root = root })).notes)
  end)

  it("says when the disk takes no more, to all that wait, and once more", function()
    local out = assert(journal.create({ verb = "send" }, { "a" }, root))
    local told
    out.on_failure = function(message) told = message end
    local full = assert(uv.fs_open("/dev/full", "w", 0))
    out.fd, full = full, out.fd
    local ok, message, kind = out:commit { type = "note", text = "x" }
    assert.same({ nil, "local" }, { ok, kind })
    assert.matches("ENOSPC", message)
    assert.equal(message, told)
    assert.is_nil((out:commit { type = "note", text = "y" }))
    uv.fs_close(full)
    out:close()
  end)

  it("gives what is new to those who follow it", function()
    local out <close> = assert(journal.create({ verb = "send" }, { "a" }, root))
    local seen, found = {}, nil
    local function follow()
      found = assert(journal.follow(out.id, function(record)
        seen[#seen + 1] = record.type
      end, found, root))
    end
    follow()
    follow()
    assert.same({ "run", "plan" }, seen)
    out:append { type = "note", text = "x" }
    assert(out:commit { type = "finish" })
    follow()
    assert.same({ "run", "plan", "note", "finish" }, seen)
    assert.is_nil((journal.follow("../x", print, nil, root)))
  end)

  it("finds a run by its id, the beginning of it, or as the last", function()
    local id = half_done()
    assert.equal(id, journal.find("last", root))
    assert.equal(id, journal.find(id:sub(1, -2), root))
    assert.is_nil((journal.find("9", root)))
    assert.is_nil((journal.find("last", root .. "/none")))
    local other = half_done()
    local found, message = journal.find("2", root)
    assert.is_nil(found)
    assert.matches("several runs", message)
    assert.same(2, #journal.list(root))
    assert.equal(other, journal.find(other, root))
  end)

  it("takes for the last whichever began last, in one second too", function()
    local begun = {}
    for i = 1, 60 do
      begun[i] = half_done()
      assert.equal(begun[i], journal.find("last", root))
    end
    assert.same(begun, journal.list(root))
  end)

  it("gives each of several its own name where the clock stands still", function()
    local clock = uv.gettimeofday
    finally(function()
      uv.gettimeofday = clock
    end)
    uv.gettimeofday = function()
      return 1700000000, 999999 -- the next one's name is of the next second
    end
    assert.same({ "20231114-221320-ffff", "20231114-221321-0000",
      "20231114-221321-0001" }, { half_done(), half_done(), half_done() })
  end)
end)
