local output = require "moonwire.bench.output"

local function recorder()
  return {
    text = "",
    write = function(self, ...)
      self.text = self.text .. table.concat { ... }
      return self
    end,
  }
end

describe("the bench's output", function()
  local folder, streams

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    streams = { out = recorder(), log = recorder() }
  end)

  it("writes files and says so", function()
    local files = output.new({ output = folder, json = folder .. "/x.json" }, streams)
    files:write("a.log", "text")
    files:write_json "{}\n"
    assert.is_true(files.is_complete)
    local wrote = ("wrote %s/a.log\nwrote %s/x.json\n"):format(folder, folder)
    assert.equal(wrote, streams.out.text)
    for _, name in ipairs { "a.log", "x.json" } do
      assert.is_true(os.remove(folder .. "/" .. name))
    end
    os.remove(folder)
  end)

  it("leaves standard output to the JSON", function()
    local files = output.new({ output = folder, json = "-" }, streams)
    files:write("a.log", "text")
    files:write_json "{}\n"
    assert.equal("{}\n", streams.out.text)
    assert.is_truthy(streams.log.text:find("wrote ", 1, true))
    os.remove(folder .. "/a.log")
    os.remove(folder)
  end)

  it("remembers what could not be written", function()
    local files = output.new({ output = "/proc/nowhere" }, streams)
    files:write("a.log", "text")
    files:write_json "{}\n"
    assert.is_false(files.is_complete)
    assert.is_truthy(streams.log.text:find("/proc/nowhere", 1, true))
  end)
end)
