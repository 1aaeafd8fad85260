local hostkeys = require "host.hostkeys"
local server = require "host.server"
local session = require "moonwire.session"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"
local support = require "spec.support.lab"

local function with_lab(options, fn)
  support.with_lab(options, function(here)
    fn(here, here:inventory())
  end)
end

local function with_file(text, fn)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local results = table.pack(pcall(fn, path))
  os.remove(path)
  assert(table.unpack(results, 1, results.n))
end

local function read(path)
  local file = io.open(path)
  local text = file and file:read "a"
  if file then
    file:close()
  end
  return text
end

describe("the host key of a device", function()
  it("may be pinned in the inventory", function()
    with_lab({}, function(_, devices)
      local router <close> = assert(session.open(devices[1]))
      assert.is_true(router.client:is_open())
    end)
  end)

  it("may be in a known_hosts file of its own", function()
    with_lab({}, function(here, devices)
      with_file(here:known_hosts() .. "\n", function(path)
        devices[1].host_key, devices[1].known_hosts = nil, path
        local router <close> = assert(session.open(devices[1]))
        assert.is_true(router.client:is_open())
      end)
    end)
  end)

  it("is refused when nobody knows it, with the line that would pin it", function()
    with_lab({}, function(here, devices)
      with_file("", function(path)
        devices[1].host_key, devices[1].known_hosts = nil, path
        local router, message, kind = session.open(devices[1])
        assert.is_nil(router)
        assert.equal("hostkey", kind)
        assert.matches(hostkeys.fingerprint(here:host_key()), message, 1, true)
        assert.matches("SW-CORE_1", message, 1, true)
      end)
    end)
  end)

  it("is refused when it is pinned but revoked", function()
    with_lab({}, function(here, devices)
      with_file("@revoked " .. here:known_hosts() .. "\n", function(path)
        devices[1].known_hosts = path
        local router, message, kind = session.open(devices[1])
        assert.is_nil(router)
        assert.equal("hostkey", kind)
        assert.matches("revoked", message)
      end)
    end)
  end)

  it("is kept in the file when it is new and that was allowed", function()
    with_lab({}, function(here, devices)
      with_file("", function(path)
        os.remove(path)
        devices[1].host_key, devices[1].known_hosts = nil, path
        local options = { host_key_policy = "accept-new" }
        local router = assert(session.open(devices[1], options))
        assert.is_true(router:disconnect())
        assert.matches(here:host_key(), read(path), 1, true)
        assert.is_true(transport.save_new_keys())
      end)
    end)
  end)

  it("ends a login whose known_hosts file is not there", function()
    with_lab({}, function(_, devices)
      devices[1].host_key, devices[1].known_hosts = nil, "/nonexistent/known_hosts"
      local router, message, kind, detail = session.open(devices[1])
      assert.is_nil(router)
      assert.equal("local", kind)
      assert.equal("start", detail.phase)
      assert.matches("/nonexistent/known_hosts", message, 1, true)
    end)
  end)
end)

describe("a device without a common algorithm", function()
  it("is told with what it offers, also when it hangs up at once", function()
    task.group(function(group)
      local listener <close> = assert(server.listen {
        admit = function()
          return { algorithms = { kex = "diffie-hellman-group14-sha256" } }
        end,
        authorize = function() return true end,
      })
      group:spawn(function() listener:accept() end)
      local router, message, kind, detail = session.open {
        host = "127.0.0.1",
        port = listener:port(),
        username = "x",
        password = "x",
        host_key = hostkeys.fingerprint(listener:host_key()),
        algorithms = "modern",
      }
      assert.is_nil(router)
      assert.equal("algorithm", kind)
      assert.equal("kex", detail.phase)
      assert.matches("offers kex diffie-hellman-group14-sha256", message, 1, true)
      group:cancel()
    end)
  end)
end)
