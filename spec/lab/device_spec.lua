local clock = require "moonwire.lab.clock"
local device = require "moonwire.lab.device"
local log = require "moonwire.lab.log"

local CLASS = device.class(clock.new "virtual")

local SETTINGS = {
  username = "admin", password = "secret1", enable = "secret2", privilege = 15,
  think = 0, jitter = 0, seed = 1, reload_time = 0,
}

local function new(index)
  return device.new(CLASS, SETTINGS, index or 7, "R" .. (index or 7))
end

describe("a device", function()
  it("is delivered with a configuration of its own", function()
    local text = new():running_config()
    assert.matches("\nhostname R7\n", text)
    assert.matches("\n ip address 10.2.0.107 255.255.0.0\n", text)
    assert.not_equal(text, new(8):running_config())
    assert.equal(text, new():running_config())
    assert.equal(text, new():startup_config())
    assert.not_matches("@%l+@", text)
    assert.not_matches("secret[12]", text)
  end)

  it("keeps its startup configuration until it saves", function()
    local one = new()
    one:change():set(nil, "hostname other")
    assert.is_true(one.is_modified)
    assert.matches("\nhostname other\n", one:running_config())
    assert.matches("\nhostname R7\n", one:startup_config())
    one:save()
    assert.is_nil(one.is_modified)
    assert.equal(one:running_config(), one:startup_config())
  end)

  it("starts again from what was saved", function()
    local one = new()
    one:change():set(nil, "hostname saved")
    one:save()
    one:change():set(nil, "hostname lost")
    one:reload()
    assert.equal("saved", one:hostname())
    one:erase()
    assert.is_nil(one:startup_config())
    one:reload()
    assert.equal("Router", one:hostname())
    assert.is_nil((one:account "admin"))
  end)

  it("throws everybody off when it starts again", function()
    local one, dropped = new(), {}
    local function session(name)
      return {
        drop = function()
          dropped[#dropped + 1] = name
        end,
      }
    end
    local a, b, c = session "a", session "b", session "c"
    one:add_session(a)
    one:add_session(b)
    one:add_session(c)
    one:remove_session(b)
    assert.equal(2, one:open_sessions())
    one:reload()
    assert.same({ "a", "c" }, dropped)
    one:remove_session(c)
    one:remove_session(a)
    assert.same({}, one:sessions())
  end)

  it("makes a view again only when something has changed", function()
    local one, made = new(), 0
    local function view(now)
      made = made + 1
      return now:value(nil, "hostname") .. "\r\n"
    end
    assert.equal("R7\r\n", one:view(view))
    assert.equal("R8\r\n", new(8):view(view))
    assert.equal(1, made)
    one:change():set(nil, "hostname other")
    assert.equal("other\r\n", one:view(view))
    assert.equal("other\r\n", one:view(view))
    assert.equal(2, made)
  end)

  it("knows its passwords, as configured last", function()
    local one = new()
    assert.is_true(one:log_in("admin", "secret1"))
    assert.is_false(one:log_in("admin", "secret2"))
    assert.is_false(one:log_in("root", "secret1"))
    assert.equal("secret2", one:enable_password())
    one:change():set(nil, "enable secret 5 " .. one:hide "new")
    one:change():set(nil, "username admin privilege 15 secret 5 " .. one:hide "newer")
    assert.equal("new", one:enable_password())
    assert.is_true(one:log_in("admin", "newer"))
    assert.is_false(one:log_in("admin", "secret1"))
    assert.equal(2, one:logins())
    assert.equal(5, one:attempts())
    one:change():remove(nil, "enable secret")
    assert.is_nil(one:enable_password())
  end)

  it("still knows its passwords after another line was changed", function()
    local one = new()
    one:change():set(nil, "hostname other")
    assert.is_true(one:log_in("admin", "secret1"))
    assert.equal("secret2", one:enable_password())
  end)

  it("notes what was sent, and how often", function()
    local one = new()
    assert.is_false(one:sent "a")
    one:record "a"
    one:record "b"
    one:record "a"
    assert.equal(2, one:sent "a")
    assert.is_false(one:sent "c")
    assert.same({ "a", "b", "a" }, one:lines())
    assert.equal(3, one:count_lines())
  end)

  it("notes the last lines only, but counts all", function()
    local one = new()
    for i = 1, 5 * log.KEPT do
      one:record("line " .. i)
    end
    local lines = one:lines()
    assert.is_true(#lines >= log.KEPT and #lines <= 2 * log.KEPT)
    assert.equal("line " .. 5 * log.KEPT, lines[#lines])
    assert.equal(5 * log.KEPT, one:count_lines())
  end)

  it("remembers questions until they are answered", function()
    local one, a, b = new(), {}, {}
    one:asks(a, "sure?")
    one:asks(b, "really?")
    one:asks(a, nil)
    assert.same({ "really?" }, one:unanswered())
    one:asks(b, nil, true)
    assert.same({ "really?" }, one:unanswered())
  end)
end)
