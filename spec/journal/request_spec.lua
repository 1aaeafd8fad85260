local files = require "spec.support.files"
local journal = require "moonwire.journal"
local request = require "moonwire.journal.request"
local task = require "moonwire.task"
local uv = require "luv"

describe("a request to a run", function()
  local root, out

  before_each(function()
    root = assert(uv.fs_mkdtemp "/tmp/moonwire-request-XXXXXX")
    out = assert(journal.create({ verb = "send", order = {} }, { "a" }, root))
  end)

  after_each(function()
    out:close()
    os.execute("rm -r " .. root)
  end)

  -- a run that remembers what was done to it
  local function new_run()
    local said = {}
    local run = { said = said }
    for _, name in ipairs { "pause", "go_on", "stop", "cancel" } do
      run[name] = function() said[#said + 1] = name end
    end
    return run
  end

  it("is done to the run, once, and taken away", function()
    local run = new_run()
    local listener <close> = assert(request.listen(run, out.folder))
    for _, word in ipairs { "pause", "continue", "cancel", "drop" } do
      assert.is_true(request.send(out.id, word, root))
    end
    assert.same({ "pause", "go_on", "stop", "cancel" }, run.said)
    assert.same({}, files.list(out.folder .. "/requests"))
    listener:close()
    assert.is_nil(uv.fs_stat(out.folder .. "/requests"))
    listener:close()
  end)

  it("reaches the run that is meant, of several in one program", function()
    local other = assert(journal.create({ verb = "send", order = {} }, { "a" }, root))
    local closing <close> = other -- luacheck: ignore
    local runs = { new_run(), new_run() }
    local first, second = out.folder, other.folder
    local one <close> = assert(request.listen(runs[1], first)) -- luacheck: ignore
    local two <close> = assert(request.listen(runs[2], second)) -- luacheck: ignore
    assert.is_true(request.send(other.id, "pause", root))
    assert.same({ {}, { "pause" } }, { runs[1].said, runs[2].said })
  end)

  it("that nobody understands is taken away, and nothing done", function()
    local run = new_run()
    local listener <close> = assert(request.listen(run, out.folder)) -- luacheck: ignore
    local path = out.folder .. "/requests/1-1.frobnicate"
    files.write(path, "")
    while uv.fs_stat(path) do
      task.sleep(0.001)
    end
    assert.same({}, run.said)
    assert.error_matches(function()
      request.send(out.id, "frobnicate", root)
    end, "nobody understands")
  end)

  it("wants a run that goes on, and a program that listens", function()
    local ok, message, kind = request.send(out.id, "pause", root)
    assert.is_nil(ok)
    assert.matches("cannot be asked", message)
    assert.equal("local", kind)
    out:close()
    ok, message, kind = request.send(out.id, "pause", root)
    assert.is_nil(ok)
    assert.matches("is not running", message)
    assert.equal("invalid", kind)
  end)

  it("cannot be listened for where there is no folder", function()
    local listener, message, kind = request.listen(new_run(), root .. "/nowhere")
    assert.is_nil(listener)
    assert.matches("requests: ", message)
    assert.equal("local", kind)
  end)
end)
