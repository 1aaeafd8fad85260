-- Hosts whose keys an authority has signed: found by our own client, checked by ssh.
local certificate = require "moonwire.transport.certificate"
local files = require "spec.support.files"
local log = require "moonwire.log"
local moonwire = require "moonwire"
local sshd = require "spec.support.sshd"
local uv = require "luv"

local function run(line, ...)
  assert(os.execute(line:format(...) .. " > /dev/null 2>&1"))
end

-- An sshd with a certified host key of its own, and what its authority's public key is.
local function with_certified(options, fn)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-certificate-XXXXXX")
  local function path(name) return folder .. "/" .. name end
  run("ssh-keygen -q -t ed25519 -N '' -f %s", path "authority")
  run("ssh-keygen -q -t ed25519 -N '' -f %s", path "host")
  run("ssh-keygen -q -s %s -I x -h -n %s %s", path "authority",
    options.principal or "127.0.0.1", path "host.pub")
  local server = sshd.start(("HostKey %s\nHostCertificate %s\n%s"):format(path "host",
    path "host-cert.pub", options.extra or ""))
  local device = {
    name = "signed", host = "127.0.0.1", port = server.port, username = server.user,
    key_file = server.ed25519, device_type = "linux", agent = false,
    known_hosts = path "known_hosts",
  }
  local authority = files.read(path "authority.pub"):match "^%S+ %S+"
  local ok, err = pcall(fn, device, authority, server)
  server:stop()
  for _, name in ipairs(files.list(folder)) do
    os.remove(path(name))
  end
  uv.fs_rmdir(folder)
  assert(ok, err)
end

local function trust(device, authority)
  files.write(device.known_hosts, ("@cert-authority [127.0.0.1]:%d %s\n"):format(
    device.port, authority))
end

local ONLY = "HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com"

describe("moonwire.transport.certificate", function()
  local said

  before_each(function()
    said = {}
    log.redirect(function(text) said[#said + 1] = text end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  local function connect(device)
    local session, message, kind = moonwire.connect(device)
    if session then
      assert.equal("in", session:send_command "echo in")
      session:disconnect()
    end
    return session ~= nil, message, kind
  end

  local function tells()
    local line = "signed: libssh cannot check host certificates: reached by the"
    return table.concat(said, "\n"):find(line, 1, true) ~= nil
  end

  local cases = { ["nothing but a certificate"] = ONLY, ["a key as well"] = "" }
  for name, extra in pairs(cases) do
    it("leaves to the system's ssh who has " .. name, function()
      with_certified({ extra = extra }, function(device, authority)
        trust(device, authority)
        local ok, message = connect(device)
        assert.is_true(ok, message)
        assert.is_true(tells())
        device.algorithms = "modern"
        ok, message = connect(device)
        assert.is_true(ok, message)
      end)
    end)
  end

  it("refuses what another one has signed, and a name that is not signed", function()
    with_certified({ principal = "another" }, function(device, authority, server)
      trust(device, authority)
      local ok, message, kind = connect(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      device.known_hosts = device.known_hosts .. "2" -- each file is read once
      trust(device, server.host_key)
      ok, message, kind = connect(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      assert.is_nil(server:log():find "Accepted")
      os.remove(device.known_hosts)
    end)
  end)

  it("starts nothing where no authority is known, or the key is pinned", function()
    with_certified({}, function(device, _, server)
      files.write(device.known_hosts, "")
      local ok, message, kind = connect(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      trust(device, server.host_key)
      device.host_key = "SHA256:" .. ("A"):rep(43)
      ok, message, kind = connect(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      assert.is_false(tells())
    end)
  end)

  it("puts certificates before keys", function()
    assert.same({
      "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
      "ssh-ed25519", "rsa-sha2-256",
    }, certificate.prefer { "ssh-ed25519", "rsa-sha2-256" })
  end)
end)
