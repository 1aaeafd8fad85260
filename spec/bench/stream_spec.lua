local json = require "moonwire.report.json"
local stream = require "moonwire.bench.stream"
local uv = require "luv"

local function sink()
  local parts = {}
  return {
    write = function(self, ...)
      parts[#parts + 1] = table.concat { ... }
      return self
    end,
    text = function()
      return table.concat(parts)
    end,
  }
end

describe("bench --stream", function()
  it("takes the same bytes in every way", function()
    local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-spec-XXXXXX")
    local out, log = sink(), sink()
    local options = { output = folder, json = "-" }
    local status = stream.run(1 << 20, options, { out = out, log = log })
    uv.fs_unlink(folder .. "/stream.json")
    uv.fs_rmdir(folder)
    assert.equal(0, status)
    local ways = assert(json.decode(out:text())).ways
    assert.equal(3, #ways)
    assert.equal(ways[1].bytes, ways[2].bytes)
    assert.is_true(ways[3].bytes > ways[1].bytes) -- its lines end in CR LF
    assert.is_true(ways[1].bytes > 1000000)
    assert.is_true(ways[3].cpu_seconds > 0)
    assert.matches("MB/s", log:text())
  end)
end)
