local process = require "moonwire.bench.process"
local task = require "moonwire.task"

describe("process.run", function()
  it("gives what a program wrote, and how it ended", function()
    local text, status = process.run { "sh", "-c", "printf 'a\\nb'; exit 3" }
    assert.equal("a\nb", text)
    assert.equal(3, status)
  end)

  it("takes more than a pipe holds", function()
    local text, status = process.run { "head", "-c", "3000000", "/dev/zero" }
    assert.equal(3000000, #text)
    assert.equal(0, status)
  end)

  it("hands arguments on as they are: there is no shell", function()
    local text = process.run { "printf", "%s", "a b; $(id) `id` '\"" }
    assert.equal("a b; $(id) `id` '\"", text)
  end)

  it("tells a signal from an exit status", function()
    local _, status = process.run { "sh", "-c", "kill -9 $$" }
    assert.equal(137, status)
  end)

  it("says what it could not start", function()
    local text, message, kind = process.run { "/nowhere/program" }
    assert.is_nil(text)
    assert.equal("local", kind)
    assert.is_truthy(message:find("/nowhere/program", 1, true))
  end)

  it("ends the program when it is cancelled", function()
    local name = os.tmpname()
    local script = "trap 'echo ended > %s; exit' TERM; echo ready > %s; "
    script = script:format(name, name) .. "while :; do sleep 0.01; done"
    -- whoever waits in vain is ended by the suite's own deadline
    local function await_word(word)
      local text
      repeat
        task.sleep(0.001)
        local stream = assert(io.open(name))
        text = stream:read "a"
        stream:close()
      until text == word .. "\n"
    end
    task.group(function(group)
      local runner = group:spawn(process.run, { "sh", "-c", script })
      await_word "ready"
      runner:cancel()
    end)
    await_word "ended"
    os.remove(name)
  end)
end)

describe("process.start", function()
  it("lets a program be told to end, and gives what it says then", function()
    local child <close> = assert(process.start {
      "sh", "-c",
      "trap 'echo ended; exit 4' INT; echo ready; while :; do sleep 0.01; done",
    })
    while not child.parts[1] do -- or the suite's deadline
      task.sleep(0.001)
    end
    child:signal "sigint"
    local text, status = child:wait()
    assert.equal("ready\nended\n", text)
    assert.equal(4, status)
  end)

  it("gives what one wrote that has long ended", function()
    local child <close> = assert(process.start { "printf", "done" })
    child:wait()
    child:signal "sigkill"
    local text, status = child:wait()
    assert.equal("done", text)
    assert.equal(0, status)
  end)
end)
