local uv = require "luv"

local files = require "spec.support.files"
local process = require "moonwire.bench.process"

local SCRIPT = "scripts/upgrade.lua"

describe(SCRIPT, function()
  it("puts an image on those that take it, and says why others do not", function()
    local text, status = process.run { uv.exepath(), SCRIPT }
    assert.equal(1, status)
    local lines = {}
    for line in text:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    assert.equal(4, #lines)
    local good = "^%S+: 2097152 bytes by scp, md5 %x+, verified by: device$"
    assert.matches(good, lines[1])
    assert.matches("needs 2097152 bytes, and 0 are free %(space%)$", lines[2])
    assert.matches(good, lines[3])
    assert.matches("the checksum differs: .* %(checksum%)$", lines[4])
  end)

  it("takes an image and a name", function()
    files.with_folder(function(folder)
      files.write(folder .. "/image", "some bytes")
      local text, status =
        process.run { uv.exepath(), SCRIPT, folder .. "/image", "flash:new" }
      assert.equal(0, status)
      local _, count = text:gsub("10 bytes by scp, md5 %x+, verified by: device\n", "")
      assert.equal(5, count)
    end)
  end)

  it("explains itself", function()
    local text, status = process.run { uv.exepath(), SCRIPT, "--help" }
    assert.equal(0, status)
    assert.matches("usage: " .. SCRIPT, text, 1, true)
  end)
end)
