local platforms = require "moonwire.platform"
local session = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local said -- by the functions of the platform below

local QUIRKY = platforms.define "quirky_ios" {
  like = "cisco_ios",
  status = "lab",
  hooks = {
    arrive = function(cli)
      said.arrived = cli:tail()
      local output, message, kind = cli:run "show privilege"
      cli.kept.output = output
      return output and true, message, kind
    end,
    leave = function(cli)
      said.left = cli.kept.output
      return cli:run "terminal length 24"
    end,
  },
}

local MENU = platforms.define "menu_ios" {
  like = "cisco_ios",
  status = "lab",
  type_ahead = false,
  hooks = {
    open = function(cli)
      said.opened = (said.opened or 0) + 1
      return cli:press "\19"
    end,
  },
}

local SUFFIX = platforms.define "suffix_ios" {
  like = "cisco_ios",
  status = "lab",
  ssh = { user_suffix = "+cte" },
}

local OWN = { quirky_ios = QUIRKY, menu_ios = MENU, suffix_ios = SUFFIX }

describe("the functions of a platform", function()
  local get = platforms.get

  setup(function()
    platforms.get = function(name)
      return OWN[name] or get(name)
    end
  end)

  teardown(function()
    platforms.get = get
  end)

  before_each(function()
    said = {}
  end)

  local function with_device(options, device_type, fn)
    support.with_lab(options, function(lab)
      local device = support.device(lab)
      device.device_type = device_type
      fn(device, lab:device(1))
    end)
  end

  it("are called before the preparation and before the logout", function()
    with_device({}, "quirky_ios", function(device, simulated)
      local router = assert(session.open(device))
      assert.is_string(said.arrived)
      assert.is_nil(said.left)
      assert.matches("UTC", (router:send_command "show clock"))
      assert.is_false(simulated:sent "terminal length 24")
      router:close()
      router:close()
      assert.equal("Current privilege level is 15", said.left)
      assert.equal(1, simulated:sent "terminal length 24")
    end)
  end)

  it("do not keep a cancelled task", function()
    with_device({}, "quirky_ios", function(device, simulated)
      local member = task.spawn(function()
        local router <close> = assert(session.open(device))
        task.sleep(60)
        return router
      end)
      while not said.arrived do
        task.sleep(0.002)
      end
      member:cancel()
      member:join()
      assert.is_false(simulated:sent "terminal length 24")
    end)
  end)

  it("fail the login with what they say", function()
    local faults = { { name = "hang", device = 1 } }
    with_device({ faults = faults }, "quirky_ios", function(device)
      local router, _, kind = session.open(device, { timeout = 0.1 })
      assert.is_nil(router)
      assert.equal("timeout", kind)
      assert.is_nil(said.left)
    end)
  end)

  it("are not needed for options behind the name to log in with", function()
    local connect, device = transport.connect, { host = "h", username = "admin" }
    local names = {}
    finally(function()
      transport.connect = connect
    end)
    transport.connect = function(given)
      names[#names + 1] = given.username
      return nil, given.host, "refused", { phase = "connect", phases = {} }
    end
    for _, device_type in ipairs { "suffix_ios", "quirky_ios", "autodetect" } do
      device.device_type = device_type
      assert.equal("refused", select(3, session.open(device)))
    end
    assert.same({ "admin+cte", "admin", "admin" }, names)
    assert.equal("admin", device.username)
  end)

  it("get past what is no prompt, once", function()
    local faults = { { name = "silent_shell", device = 1 } }
    with_device({ faults = faults }, "menu_ios", function(device)
      assert.is_nil(session.open(device, { timeout = 0.1 }))
      assert.equal(1, said.opened)
    end)
    with_device({}, "menu_ios", function(device, simulated)
      local router <close> = assert(session.open(device))
      assert.matches("UTC", (router:send_command "show clock"))
      assert.equal(1, said.opened) -- there was a prompt
      assert.is_false(simulated:sent "\19")
    end)
  end)
end)
