local secrets = require "host.secret"
local session = require "moonwire.session"
local support = require "spec.support.lab"

local function with_router(options, fn)
  support.with_lab(options, function(lab)
    local router <close> = assert(session.open(support.device(lab)))
    fn(router, lab:device(1), lab)
  end)
end

local COPY = "copy running-config startup-config"

describe("session:send_interactive", function()
  it("answers what was announced", function()
    with_router({}, function(router, device)
      local questions = { { "Destination filename", "" } }
      local output, answered = router:send_interactive(COPY, questions)
      assert.matches("Destination filename", output, 1, true)
      assert.not_matches("SW-CORE_1", output, 1, true)
      assert.equal(1, answered)
      assert.same({}, device:unanswered())
      assert.matches("privilege", (router:send_command "show privilege"))
    end)
  end)

  it("answers with a secret, and passes over what is not asked", function()
    with_router({ privilege = 1 }, function(router)
      local output, answered = router:send_interactive("enable", {
        { "[Uu]sername", "nobody" },
        { "[Pp]assword", secrets.from_string "enable" },
        { "[Pp]assword", "never" },
      })
      assert.equal("string", type(output))
      assert.is_nil(output:find("never", 1, true))
      assert.equal(1, answered)
      assert.equal("priv", router:mode())
    end)
  end)

  it("answers in the order of the announcements only", function()
    with_router({}, function(router, device)
      local _, message, kind = router:send_interactive("delete flash:vlan.dat", {
        { "Delete flash", "" },
        { "Delete filename", "" },
      }, { confirm = true })
      assert.equal("question", kind)
      assert.matches("[confirm]", message, 1, true)
      assert.is_not_nil(device:files()["vlan.dat"])
    end)
  end)

  it("leaves a question that was not announced", function()
    with_router({}, function(router)
      local output, message, kind = router:send_interactive(COPY, {})
      assert.is_nil(output)
      assert.equal("question", kind)
      assert.matches("Destination filename", message, 1, true)
      assert.equal("SW-CORE_1#", router:find_prompt())
    end)
  end)

  it("gives a dangerous answer only when that is confirmed", function()
    with_router({}, function(router, device)
      local questions = { { "reload%?", "" } }
      local output, message, kind = router:send_interactive("reload", questions)
      assert.is_nil(output)
      assert.equal("danger", kind)
      assert.matches("confirm = true", message, 1, true)
      assert.equal(0, device.reloads)
      assert.equal("SW-CORE_1#", router:find_prompt())
      kind = select(3, router:send_interactive("reload", questions, { confirm = true }))
      assert.equal("dropped", kind)
      assert.equal(1, device.reloads)
    end)
  end)

  it("fails a command that is rejected, or whose session is closed", function()
    with_router({}, function(router)
      assert.equal("rejected", select(3, router:send_interactive("nonsense 1", {})))
      router:close()
      assert.equal("closed", select(3, router:send_interactive("reload", {})))
    end)
  end)

  it("gives up in time on a device that does not answer", function()
    with_router({ faults = { { name = "hang", device = 1 } } }, function(router)
      local brief = { timeout = 0.05 }
      local _, message, kind = router:send_interactive("show clock", {}, brief)
      assert.equal("timeout", kind)
      assert.matches("show clock", message, 1, true)
    end)
  end)

  it("raises for what is no list of questions", function()
    with_router({}, function(router)
      local lists = { false, { "x" }, { { "x" } }, { { "(", "" } }, { { 1, "" } } }
      for _, wrong in ipairs(lists) do
        assert.has_error(function() router:send_interactive("reload", wrong) end)
      end
      assert.has_error(function() router:send_interactive({}, {}) end)
    end)
  end)
end)

describe("session:send_multiline", function()
  it("is the same as a list of steps", function()
    with_router({}, function(router, device)
      local steps = { { "copy running-config flash:", "filename" }, { "mine.cfg" } }
      assert.is_string(router:send_multiline(steps))
      assert.is_not_nil(device:files()["mine.cfg"])
      assert.has_error(function() router:send_multiline { "show clock" } end)
      assert.has_error(function() router:send_multiline { { "a" }, { "b" } } end)
    end)
  end)
end)
