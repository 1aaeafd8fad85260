local files = require "spec.support.files"
local lfs = require "lfs"
local scratch = require "moonwire.cli.test.scratch"

describe("moonwire.cli.test.scratch", function()
  it("is gone with all that is in it, and follows no link out of it", function()
    files.with_folder(function(outside)
      files.write(outside .. "/kept", "x")
      local path
      do
        local folder <close> = scratch.folder()
        path = folder.path
        assert(lfs.mkdir(path .. "/below"))
        files.write(path .. "/below/file", "x")
        assert(lfs.link(outside, path .. "/link", true))
      end
      assert.is_nil(lfs.attributes(path))
      assert.same({ "kept" }, files.list(outside))
    end)
  end)

  it("is one of its own each time", function()
    local one <close> = scratch.folder()
    local other <close> = scratch.folder()
    assert.not_equal(one.path, other.path)
  end)

  it("is named once in the environment", function()
    local found = {}
    for _, variable in ipairs(scratch.environment "/somewhere") do
      found[#found + 1] = variable:match "^TMPDIR=(.*)"
    end
    assert.same({ "/somewhere" }, found)
  end)
end)
