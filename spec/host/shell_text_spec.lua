local labs = require "spec.support.lab"
local sessions = require "moonwire.session"
local task = require "moonwire.task"

describe("shell:text", function()
  it("gives all that was said and not taken, or so much of its end", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local session <close> = assert(sessions.open(labs.device(lab)))
      local shell = session.shell
      assert(shell:write "show version\r")
      while shell:length() < 500 do
        task.sleep(0.001)
      end
      local all = shell:text()
      assert.equal(shell:length(), #all)
      assert.equal(all:sub(-10), shell:text(10))
      assert.equal(all:sub(-300), shell:text(300)) -- more than the unfinished line
      assert.equal("", shell:text(0))
      assert.equal(all, shell:text(#all))
      assert.equal(all, shell:text(#all + 1))
      assert.has_error(function() shell:text(-1) end)
      assert.has_error(function() shell:text "ten" end)
    end)
  end)
end)
