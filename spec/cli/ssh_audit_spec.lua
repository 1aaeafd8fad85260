local files = require "spec.support.files"
local json = require "dkjson"
local program = require "spec.support.program"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local loopback = require "spec.support.loopback"

local function make_key(kind, bits)
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute(("ssh-keygen -q -t %s -b %d -m PEM -N '' -f %s"):format(
    kind, bits, path)))
  local text = files.read(path)
  os.remove(path)
  os.remove(path .. ".pub")
  return text
end

local function address(device)
  return ("%s:%d"):format(device.host, device.port)
end

local function audit(...)
  local run = program.run { "ssh-audit", ... }
  return run.status, run.output .. run.errors
end

local function findings_of(one)
  local found = {}
  for _, finding in ipairs(one.findings) do
    found[finding.what] = finding.severity
  end
  return found
end

describe("moonwire ssh-audit", function()
  it("finds each weakness that was planted, and invents nothing", function()
    local old = {
      kex = "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1",
      hostkeys = "ssh-rsa", ciphers = "3des-cbc,aes128-cbc",
    }
    local clean = {
      kex = "curve25519-sha256", ciphers = "aes256-gcm@openssh.com",
      macs = "hmac-sha2-256",
    }
    local options = { devices = 1, algorithms = old, host_key = make_key("rsa", 1024) }
    support.with_lab(options, function(old_lab)
      support.with_lab({ devices = 1, algorithms = clean }, function(clean_lab)
        local one, other = support.device(old_lab), support.device(clean_lab)
        local status, text = audit("--json", address(one), address(other))
        assert.equal(1, status)
        local looked = json.decode(text).devices
        assert.same({
          ["diffie-hellman-group1-sha1"] = "high",
          ["diffie-hellman-group14-sha1"] = "low",
          ["ssh-rsa"] = "medium", ["RSA host key of 1024 bits"] = "high",
          ["3des-cbc"] = "medium", ["aes128-cbc"] = "medium",
        }, findings_of(looked[1]))
        assert.equal(1024, looked[1].keys[1].bits)
        assert.same({}, findings_of(looked[2]))
        assert.same({ "aes256-gcm@openssh.com" }, looked[2].offers.ciphers)
        assert.is_true(looked[2].strict_kex)
        assert.equal(0, old_lab:device(1):attempts())
        assert.equal(0, (audit(address(other), "--fail-on", "low")))
      end)
    end)
  end)

  it("reads what only OpenSSH has, and a second key", function()
    local path = os.tmpname()
    files.write(path, make_key("rsa", 3072))
    local server = sshd.start(("HostKey %s\nMACs +hmac-md5,hmac-sha1-96\n"):format(path)
      .. "Ciphers aes128-ctr\nHostKeyAlgorithms +ssh-dss\nLogLevel DEBUG")
    local place = "127.0.0.1:" .. server.port
    local status, text = audit("--json", place, "--fail-on", "high")
    local failing, weak = audit(place, "--fail-on", "medium")
    local has_tried = server:log():find("userauth", 1, true) ~= nil
    server:stop()
    os.remove(path)
    local one = json.decode(text).devices[1]
    assert.same({ ["hmac-md5"] = "medium", ["hmac-sha1-96"] = "medium" },
      findings_of(one))
    assert.equal(0, status)
    assert.equal(1, failing)
    assert.is_truthy(weak:find("hmac-md5", 1, true))
    assert.is_false(has_tried)
    local bits = {}
    for _, key in ipairs(one.keys) do
      bits[key.type] = key.bits or 0
    end
    assert.equal(3072, bits["ssh-rsa"])
    assert.equal(0, bits["ssh-ed25519"])
    assert.is_truthy(one.server:find("^SSH%-2%.0%-OpenSSH_"))
  end)

  it("says which could not be looked at, and that it is not clean then", function()
    local closed = "127.0.0.1:" .. loopback.free_port()
    local status, text = audit(closed, "--fail-on", "never")
    assert.equal(1, status)
    assert.is_truthy(text:find("refused", 1, true))
  end)

  it("takes an inventory", function()
    support.with_lab({ devices = 3 }, function(lab)
      local name = os.tmpname()
      local path = name .. ".json"
      os.rename(name, path) -- with the mode that nobody else can read
      files.write(path, json.encode { devices = lab:inventory() })
      local status, text = audit("-i", path, "--filter", "SW-CORE_*")
      os.remove(path)
      assert.equal(0, status, text)
      local _, count = text:gsub("SW%-CORE_%d", "")
      assert.equal(2, count)
    end)
  end)

  it("complains about what it cannot read", function()
    for _, words in ipairs { {}, { "-i", "/nonexistent" }, { "--fail-on", "bad" } } do
      assert.equal(2, (audit(table.unpack(words))))
    end
  end)
end)
