local session = require "moonwire.session"
local support = require "spec.support.lab"

local function with_router(options, fn)
  support.with_lab(options, function(lab)
    local router <close> = assert(session.open(support.device(lab)))
    fn(router, lab:device(1), lab)
  end)
end

describe("session:send_command with expect", function()
  it("ends at the question that is expected, which the next command answers", function()
    with_router({}, function(router, device)
      local copy = "copy running-config flash:"
      local output = assert(router:send_command(copy, { expect = "filename.*%? $" }))
      assert.matches("^Destination filename", output)
      assert.is_string(router:send_command "other.cfg")
      assert.is_not_nil(device:files()["other.cfg"])
      assert.equal("SW-CORE_1#", router:find_prompt())
      assert.matches("UTC", (router:send_command "show clock"))
    end)
  end)

  it("ends at the prompt, too, and says when nothing was like it", function()
    with_router({}, function(router)
      assert.matches("UTC", router:send_command("show clock", { expect = "UTC" }))
      local other = { expect = "CEST" }
      local output, message, kind = router:send_command("show clock", other)
      assert.is_nil(output)
      assert.equal("expect", kind)
      assert.matches("CEST", message, 1, true)
      kind = select(3, router:send_command("show nonsense", { expect = "x" }))
      assert.equal("rejected", kind)
    end)
  end)

  it("raises for what is no pattern", function()
    with_router({}, function(router)
      for _, options in ipairs { { expect = "(" }, { expect = 1 }, { textfsm = 1 } } do
        assert.has_error(function() router:send_command("show clock", options) end)
      end
      assert.has_error(function() router:send_command("show clock", "x") end)
    end)
  end)
end)

describe("session:send_command with strip = false", function()
  it("leaves echo and prompt in the output", function()
    with_router({}, function(router)
      local raw = { strip = false }
      local output = assert(router:send_command("show privilege", raw))
      assert.equal(
        "SW-CORE_1#show privilege\nCurrent privilege level is 15\nSW-CORE_1#",
        output
      )
      local confirmed = { strip = false, confirm = true }
      assert.equal("question", select(3, router:send_command("reload", confirmed)))
      assert.equal("rejected", select(3, router:send_command("show nonsense", raw)))
      router:close()
      assert.equal("closed", select(3, router:send_command("show clock", raw)))
    end)
  end)
end)

describe("session:send_command with textfsm", function()
  local is_there = pcall(require, "moonwire.parse.textfsm")

  it("makes rows of the output", function()
    if not is_there then
      return pending "this program has no TextFSM"
    end
    with_router({}, function(router)
      local rows = assert(router:send_command("show version", { textfsm = true }))
      assert.equal("table", type(rows[1]))
      local _, message, kind = router:send_command("show users", { textfsm = true })
      assert.equal("missing", kind)
      assert.matches("show users", message, 1, true)
    end)
  end)

  it("takes a template from a file", function()
    if not is_there then
      return pending "this program has no TextFSM"
    end
    with_router({}, function(router)
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write("Value LEVEL (\\d+)\n\nStart\n  ^.*level is ${LEVEL} -> Record\n")
      file:close()
      local rows = assert(router:send_command("show privilege", { textfsm = path }))
      os.remove(path)
      assert.equal("15", rows[1].LEVEL)
      local nowhere = { textfsm = "/nowhere/at.all" }
      assert.equal("local", select(3, router:send_command("show privilege", nowhere)))
    end)
  end)
end)

describe("session:send_command_timing", function()
  it("takes for the output what came before it grew quiet", function()
    with_router({}, function(router)
      local quiet = { quiet = 0.1 }
      local output = assert(router:send_command_timing("show privilege", quiet))
      assert.equal("Current privilege level is 15", output)
      quiet.confirm = true
      output = assert(router:send_command_timing("reload", quiet))
      assert.matches("Proceed with reload? [confirm]", output, 1, true)
      assert.is_string(router:send_command_timing("n", quiet))
      assert.equal("SW-CORE_1#", router:find_prompt())
    end)
  end)

  it("fails when the connection drops, or the session is closed", function()
    with_router({ faults = { { name = "drop", device = 1 } } }, function(router)
      local _, _, kind = router:send_command_timing "show version"
      assert.equal("dropped", kind)
      router:close()
      assert.equal("closed", select(3, router:send_command_timing "show version"))
    end)
  end)
end)
