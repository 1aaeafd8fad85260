local sessions = require "moonwire.session"
local support = require "spec.support.lab"

-- the twin of a platform, and a session on it
local function with_session(platform, fn)
  support.with_lab({
    devices = { { platform = platform, name = "tw1" } }, clock = "virtual",
  }, function(lab)
    local session <close> = assert(sessions.open(support.device(lab)))
    fn(session, lab:device(1), lab)
  end)
end

describe("session:commit", function()
  for platform, command in pairs {
    cisco_xr = "commit confirmed 300",
    juniper_junos = "commit confirmed 5",
    huawei_vrp = "commit trial 300",
    nokia_srl = "commit confirmed timeout 300",
  } do
    it(("writes its time as %s wants it"):format(platform), function()
      with_session(platform, function(session, device)
        assert(session:commit { confirm = 300 })
        assert.equal(1, device:sent(command))
      end)
    end)
  end

  it("is for a candidate with a name where they have names, and confirms that one",
    function()
      with_session("arista_eos", function(session, device, lab)
        assert(session:enable())
        local how = { commit = { confirm = 300 } }
        assert(session:send_config_set({ "ntp server 192.0.2.9" }, how))
        assert.equal(1, device:sent "commit timer 00:05:00")
        assert(session:confirm())
        lab:advance(301)
        assert.matches("192.0.2.9", assert(session:get_config()), 1, true)
        local ok, _, kind = session:confirm()
        assert.same({ nil, "rejected" }, { ok, kind }) -- nothing waits for it any more
      end)
    end)

  it("is told when somebody else has committed meanwhile", function()
    with_session("cisco_xr", function(session, _, lab)
      assert(session:enter_mode "config")
      local other <close> = assert(sessions.open(support.device(lab)))
      assert(other:send_config_set({ "ntp server 192.0.2.9" }, { commit = true }))
      local ok, message, kind = session:commit()
      assert.is_nil(ok)
      assert.equal("question", kind)
      assert.matches("wish to proceed with this commit anyway", message, 1, true)
      assert.equal("config", session:mode())
    end)
  end)
end)
