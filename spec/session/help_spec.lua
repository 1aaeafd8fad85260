local support = require "spec.support.twin"

local find, with_session = support.row_of, support.with_session

describe("session:help", function()
  it("gives the words that may follow, and enters nothing", function()
    with_session({ devices = 1 }, function(session, simulated)
      local rows = assert(session:help "show ")
      assert.equal("Display the system clock", find(rows, "clock").help)
      assert.is_nil(find(rows, "configure"))
      assert.is_falsy(simulated:sent "show")
      assert.is_falsy(simulated:sent "show ")
      assert.is_string(session:send_command "show clock")
    end)
  end)

  it("tells how a word may go on, and what can only be entered", function()
    with_session({ devices = 1 }, function(session)
      local rows = assert(session:help "show ver")
      assert.same({ { word = "version", help = "" } }, rows)
      assert.is_table(find(assert(session:help "show clock "), "<cr>"))
      assert.is_table(find(assert(session:help ""), "show"))
    end)
  end)

  it("knows nothing behind what the device does not know", function()
    with_session({ devices = 1 }, function(session)
      assert.same({}, assert(session:help "nonsense "))
      assert.same({}, assert(session:help "show nonsens"))
      assert.is_string(session:send_command "show clock")
    end)
  end)

  it("refuses where the platform's table does not say how, and mistakes", function()
    with_session({ devices = 1, platform = "linux" }, function(session)
      local rows, _, kind = session:help "show "
      assert.is_nil(rows)
      assert.equal("unsupported", kind)
      assert.has_error(function()
        session:help "show\nreload"
      end)
    end)
  end)
end)
