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
    local there = folder .. "/there.json"
    local files = output.new({ output = folder, json = there }, streams)
    files:write("a.log", "text")
    files:write_json("here.json", "{}\n")
    assert.is_true(files.is_complete)
    local wrote = "wrote @/a.log\nwrote @/here.json\nwrote @/there.json\n"
    assert.equal((wrote:gsub("@", function() return folder end)), streams.out.text)
    for _, name in ipairs { "a.log", "here.json", "there.json" } do
      assert.is_true(os.remove(folder .. "/" .. name))
    end
    os.remove(folder)
  end)

  it("leaves standard output to the JSON", function()
    local files = output.new({ output = folder, json = "-" }, streams)
    files:write("a.log", "text")
    files:write_json("here.json", "{}\n")
    assert.equal("{}\n", streams.out.text)
    assert.is_truthy(streams.log.text:find("wrote ", 1, true))
    assert.is_true(os.remove(folder .. "/a.log"))
    assert.is_true(os.remove(folder .. "/here.json"))
    os.remove(folder)
  end)

  it("remembers what could not be written", function()
    local files = output.new({ output = "/proc/nowhere" }, streams)
    files:write("a.log", "text")
    files:write_json("here.json", "{}\n")
    assert.is_false(files.is_complete)
    assert.is_truthy(streams.log.text:find("/proc/nowhere", 1, true))
  end)
end)
