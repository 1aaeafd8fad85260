-- BIRD as Debian ships it: the daemon, birdc, and OpenSSH before it.
local bird = require "spec.support.bird"
local machine = require "spec.support.machine"
local mixture = require "spec.support.mixture"
local session = require "moonwire.session"
local step = require "moonwire.verify.step"
local twin = require "spec.support.twin"

local obstacle = machine.obstacle()
if obstacle then
  pending("BIRD's birdc: " .. obstacle)
  return
end

describe("BIRD's birdc", function()
  local system, router

  setup(function() system = assert(bird.start()) end)
  teardown(function() system:stop() end)

  before_each(function() router = assert(session.open(system.device)) end)
  after_each(function() router:disconnect() end)

  it("shows its status", function()
    assert.equal("cli", router:mode())
    local text = assert(router:send_command "show status")
    assert.matches("^BIRD 2%.[%d.]+\nRouter ID is 192%.0%.2%.1\n", text)
    assert.matches("\nDaemon is up and running$", text)
  end)

  it("shows its protocols and routes", function()
    local text = assert(router:send_command "show protocols")
    assert.matches("^Name +Proto +Table", text)
    assert.matches("\ndiscard +Static +master4 +up ", text)
    assert.matches("203%.0%.113%.0/24 .*blackhole", router:send_command "show route")
  end)

  it("tells what may follow", function()
    local rows = assert(router:help "show ")
    assert.equal("Show routing table", twin.row_of(rows, "route").help)
    assert.is_nil(twin.row_of(rows, "configure"))
    rows = assert(router:help "sho")
    assert.same({ { word = "show", help = "Show status information" } }, rows)
    assert.same({}, assert(router:help "nonsense "))
    assert.matches("^BIRD", router:send_command "show status")
  end)

  it("rejects what it does not know", function()
    for _, command in ipairs { "shwo status", "show protocols nosuch" } do
      local text, _, kind = router:send_command(command)
      assert.is_nil(text)
      assert.equal("rejected", kind)
    end
    assert.matches("^BIRD 2", router:send_command "show status")
  end)

  it("does what it is told, and not when that was forbidden", function()
    assert.equal("discard: disabled", router:send_command "disable discard")
    assert.matches("discard +Static +master4 +down ",
      router:send_command "show protocols")
    assert.equal("discard: enabled", router:send_command "enable discard")
    assert.matches("Configuration OK$", router:send_command "configure check")
    assert(router:send_command "restrict")
    local text, message, kind = router:send_command "disable discard"
    assert.is_nil(text)
    assert.equal("rejected", kind)
    assert.matches("Access denied", message, 1, true)
  end)

  it("turns the pages of its pager", function()
    local low <close> = assert(session.open(system.shell_device))
    local right = assert(router:send_command "show protocols all")
    assert(low:send_command "stty rows 7")
    assert(low:enter_mode "cli")
    assert.equal(right, low:send_command "show protocols all")
  end)

  it("keeps apart what was asked at once", function()
    local questions = { "show protocols", "show route", "show interfaces" }
    mixture.keeps_apart(router, questions, 30)
  end)

  it("is known by what it says", function()
    local found <close> = assert(session.open(setmetatable(
      { device_type = "autodetect" }, { __index = system.device })))
    assert.equal("bird", found:device_type())
  end)

  it("is entered from a shell, and left", function()
    local shell <close> = assert(session.open(system.shell_device))
    local trial = {
      start = "linux", session = shell, platform = shell.platform, crossed = {},
    }
    for _, name in ipairs { "login", "edges", "rejection", "logout" } do
      local ok, message = step[name](trial)
      assert(ok, ("%s: %s"):format(name, message))
    end
  end)
end)
