-- Faults of spec/README.md: R1, R11. What must be on the disk before a device is sent a
-- line, with a disk that takes its time, and with one that is full.
local await = require "spec.support.await"
local files = require "spec.support.files"
local fleet = require "moonwire.fleet"
local journal = require "moonwire.journal"
local labs = require "spec.support.lab"
local observer = require "moonwire.journal.observer"
local push = require "moonwire.fleet.push"
local uv = require "luv"

local LINE = "ntp server 192.0.2.77"

describe("moonwire.journal.observer", function()
  local folder, fdatasync, release

  before_each(function()
    folder, fdatasync, release = assert(uv.fs_mkdtemp "/tmp/observer-XXXXXX"), nil, nil
  end)

  after_each(function()
    uv.fs_fdatasync = fdatasync or uv.fs_fdatasync
    os.execute("rm -r " .. folder)
  end)

  -- From now on the disk is told to write, and says when it has by `release`.
  local function hold_disk()
    fdatasync = uv.fs_fdatasync
    function uv.fs_fdatasync(fd, done)
      function release(err)
        uv.fs_fdatasync, release = fdatasync, nil
        return err and done(err) or fdatasync(fd, done)
      end
      return true
    end
  end

  -- Push a line to a device while the disk is held; it is looked at then, and the disk
  -- goes on, or complains. Gives the result, and the journal.
  local function push_with(complaint, look)
    local result, id
    labs.with_lab({ devices = 1 }, function(lab)
      local out <close> = assert(journal.create({ verb = "push" }, { "a" }, folder))
      local watcher = observer.new(out, { changes = true })
      local event = watcher.event
      function watcher.event(...)
        local name = select(3, ...)
        if name == "intent" then
          hold_disk()
        end
        return event(...)
      end
      local run = fleet.start(lab:inventory(), {
        job = function(session, device)
          return push.apply(session, device, { lines = { LINE } })
        end,
        changes = true, observer = watcher,
      })
      local device = lab:device(1)
      await(function() return release and out.waiters[1] end)
      local ok, err = pcall(look, device)
      release(complaint)
      assert(ok, err)
      result, id = run:wait().results[1], out.id
      await(function() return device:sent "end" end)
    end)
    return result, journal.read(id, { root = folder })
  end

  it("has a line sent when the disk has what was there before it", function()
    local before
    local result, known = push_with(nil, function(device)
      assert.equal(1, device:sent "configure terminal")
      assert.is_false(device:sent(LINE))
      local text = files.read(("%s/%s/journal"):format(folder, journal.list(folder)[1]))
      before = text:match '"before":"(%x+)"'
      assert.equal(64, #before)
    end)
    assert.equal("changed", result.state, result.message)
    assert.equal("changed", known:state(1))
    assert.equal(before, result.value.before)
  end)

  it("has none sent where the disk takes no more", function()
    local device
    local result = push_with("ENOSPC", function(given)
      device = given
    end)
    assert.same({ "failed_clean", "local" }, { result.state, result.kind })
    assert.matches("cannot write .*journal: ENOSPC", result.message)
    assert.is_false(device:sent(LINE))
  end)
end)
