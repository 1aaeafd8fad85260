local job = require "moonwire.bench.job"
local task = require "moonwire.task"

-- A session that answers at once, or fails.
local function session(message, kind)
  return {
    device = { device_type = "linux" },
    send_commands = function(_, commands)
      if message then
        return nil, message, kind
      end
      return table.move(commands, 1, #commands, 1, {})
    end,
  }
end

describe("job.commands", function()
  it("says how many answers came, or why none did", function()
    local run = job.commands { "show clock", "show version" }
    assert.equal(2, run(session()))
    local value, message, kind = run(session("gone", "dropped"))
    assert.is_nil(value)
    assert.equal("gone", message)
    assert.equal("dropped", kind)
  end)

  it("asks each platform in its own words", function()
    assert.equal(1, job.commands({ "a", "b" }, { linux = { "uname -a" } })(session()))
    assert.equal(2, job.commands({ "a", "b" }, { vyos = { "show" } })(session()))
  end)
end)

describe("job.held", function()
  it("lets nobody go before all have come", function()
    local left, full = 0, 0
    local run = job.held({ "show clock" }, 3, function() full = left end)
    task.group(function(group)
      for _ = 1, 3 do
        assert.equal(0, left)
        group:spawn(function()
          run(session())
          left = left + 1
        end)
        task.sleep(0)
      end
    end)
    assert.equal(3, left)
    assert.equal(0, full) -- nobody had left when it was full
  end)

  it("does not wait for one that failed", function()
    local run, come = job.held({ "show clock" }, 2, function() end)
    task.group(function(group)
      local healthy = group:spawn(run, session())
      task.sleep(0)
      assert.is_falsy(healthy.is_done)
      assert.is_nil((run(session("gone", "dropped"))))
      come()
      local ok, value = healthy:join()
      assert.is_true(ok)
      assert.equal(1, value)
    end)
  end)
end)
