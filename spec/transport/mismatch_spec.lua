-- Faults of spec/README.md: S5.
local algorithms = require "host.algorithms"
local log = require "moonwire.log"
local mismatch = require "moonwire.transport.mismatch"
local moonwire = require "moonwire"
local support = require "spec.support.lab"
local uv = require "luv"

local OLD = {
  kex = "diffie-hellman-group1-sha1",
  hostkeys = "ssh-rsa",
  ciphers = "3des-cbc",
  macs = "hmac-sha1",
}

local function rsa_key()
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("ssh-keygen -q -t rsa -b 2048 -N '' -f " .. path))
  local stream = assert(io.open(path))
  local text = stream:read "a"
  stream:close()
  os.remove(path)
  os.remove(path .. ".pub")
  return text
end

-- so that each line of advice, taken, is the last that is needed
local ADVICE = "to reach it: algorithms = { kex = \"+diffie-hellman-group1-sha1\","
  .. " hostkey_types = \"+ssh-rsa\", ciphers = \"+3des-cbc\", macs = \"+hmac-sha1\" }"
  .. " in the inventory, or in ssh_config: KexAlgorithms +diffie-hellman-group1-sha1;"
  .. " HostKeyAlgorithms +ssh-rsa; Ciphers +3des-cbc; MACs +hmac-sha1"

-- A server that calls itself as devices do, waits for the client's offer, and hangs up
-- as soon as it has that.
local function with_one_that_hangs_up(fn)
  local listener = assert(uv.new_tcp())
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(4, function()
    local socket, said = assert(uv.new_tcp()), ""
    listener:accept(socket)
    socket:write "SSH-2.0-Cisco-1.25\r\n"
    socket:read_start(function(_, data)
      said = said .. (data or "")
      if not socket:is_closing() and (not data or said:find "\r\n.") then
        socket:close()
      end
    end)
  end))
  local ok, err = pcall(fn, listener:getsockname().port)
  listener:close()
  assert(ok, err)
end

describe("moonwire.transport.mismatch", function()
  local lists = algorithms.default()

  setup(function()
    log.redirect(function() end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  local function reach(device, lines)
    local session, message, kind, detail = moonwire.connect(device)
    if session then
      session:disconnect()
    end
    return session ~= nil, message, kind, detail, lines
  end

  it("is suspected where a device hangs up on our offer", function()
    with_one_that_hangs_up(function(port)
      local device = {
        name = "old", host = "127.0.0.1", port = port, username = "x", password = "x",
        host_key = "SHA256:" .. ("A"):rep(43),
      }
      local ok, message, kind, detail = reach(device)
      assert.is_false(ok)
      assert.equal("dropped", kind, message)
      assert.equal("kex", detail.phase)
      assert.is_truthy(message:find("it (SSH-2.0-Cisco-1.25) has not said what it"
        .. " offers: perhaps it shares no algorithm with us. `moonwire ssh-audit`",
        1, true), message)
      device.algorithms = "legacy-all"
      ok, message, kind = reach(device)
      assert.is_false(ok)
      assert.equal("dropped", kind, message)
      assert.is_nil(message:find("perhaps", 1, true), message)
    end)
  end)

  it("names the line that reaches a device of 2005", function()
    support.with_lab({ algorithms = OLD, host_key = rsa_key() }, function(lab)
      local device = support.device(lab)
      local ok, message, kind = reach(device)
      assert.is_false(ok)
      assert.equal("algorithm", kind)
      assert.is_truthy(message:find(ADVICE, 1, true), message)
      assert.is_truthy(message:find("the device offers kex diffie-hellman-group1-sha1;",
        1, true))

      device.algorithms = {
        kex = "+diffie-hellman-group1-sha1", hostkey_types = "+ssh-rsa",
        ciphers = "+3des-cbc", macs = "+hmac-sha1",
      }
      assert.is_true(reach(device))
      device.algorithms = "legacy-cisco"
      assert.is_true(reach(device))

      local path = os.tmpname()
      local stream = assert(io.open(path, "w"))
      stream:write("KexAlgorithms +diffie-hellman-group1-sha1\nMACs +hmac-sha1\n",
        "HostKeyAlgorithms +ssh-rsa\nCiphers +3des-cbc\n")
      stream:close()
      device.algorithms, device.ssh_config_file = nil, path
      assert.is_true(reach(device))
      os.remove(path)
    end)
  end)

  it("names what alone is missing", function()
    local cases = {
      { "kex", "kex", "diffie-hellman-group1-sha1", "KexAlgorithms" },
      { "hostkeys", "hostkey_types", "ssh-rsa", "HostKeyAlgorithms" },
      { "ciphers", "ciphers", "3des-cbc", "Ciphers" },
      { "macs", "macs", "hmac-sha1", "MACs" },
    }
    local key = rsa_key()
    for _, case in ipairs(cases) do
      local options = { [case[1]] = case[3] }
      if case[1] == "macs" then
        options.ciphers = "aes128-ctr"
      end
      support.with_lab({ algorithms = options, host_key = key }, function(lab)
        local device = support.device(lab)
        local ok, message, kind = reach(device)
        assert.is_false(ok, case[1])
        assert.equal("algorithm", kind)
        assert.is_truthy(message:find(("algorithms = { %s = \"+%s\" } in the inventory,"
          .. " or in ssh_config: %s +%s"):format(case[2], case[3], case[4], case[3]),
          1, true), message)
        device.algorithms = { [case[2]] = "+" .. case[3] }
        assert.is_true(reach(device))
      end)
    end
  end)

  it("tells what libssh lacks from what nobody has", function()
    local message, lacking, needs_openssh = mismatch.explain(lists, "", {
      kex = lists.kex, ciphers = "aes128-ctr", macs = "hmac-md5,hmac-sha1-96",
      hostkey_types = "ssh-dss",
    })
    assert.is_truthy(message:find("libssh has none of these hostkey_types, but"
      .. " OpenSSH's ssh has ssh-dss", 1, true))
    assert.same({
      hostkey_types = { "ssh-dss" }, macs = { "hmac-md5", "hmac-sha1-96" },
    }, lacking)
    assert.is_true(needs_openssh)
    message, lacking, needs_openssh = mismatch.explain(lists, "", { ciphers = "rot13" })
    assert.is_truthy(message:find("neither libssh nor OpenSSH's ssh", 1, true))
    assert.same({ ciphers = { "rot13" } }, lacking)
    assert.is_false(needs_openssh)
  end)

  it("takes libssh's words where the device did not tell", function()
    local words = "kex error : no match for method encryption client->server:"
      .. " server [3des-cbc], client [aes128-ctr]"
    local message = mismatch.explain(lists, words)
    assert.is_truthy(message:find('ciphers = "+3des-cbc"', 1, true))
    assert.equal("something else", (mismatch.explain(lists, "something else")))
  end)

  it("shows nothing that a terminal obeys, and not too much", function()
    local message = mismatch.explain(lists, "", { kex = "\27[2J," .. ("x"):rep(5000) })
    assert.is_nil(message:find "%c")
    assert.is_true(#message < 1000)
  end)
end)
