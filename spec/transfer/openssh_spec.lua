local files = require "spec.support.files"
local hostkeys = require "host.hostkeys"
local lfs = require "lfs"
local session = require "moonwire.session"
local sshd = require "spec.support.sshd"

local MEBIBYTE = 1 << 20

local function login(server)
  return session.open {
    host = "127.0.0.1", port = server.port, username = server.user,
    key_file = server.ed25519, device_type = "linux",
    host_key = hostkeys.fingerprint(server.host_key),
  }
end

local function with_server(extra, fn)
  local server = sshd.start(extra)
  local ok, message = xpcall(function()
    files.with_folder(function(folder)
      local device <close> = assert(login(server))
      fn(device, folder)
    end)
  end, debug.traceback)
  server:stop()
  assert(ok, message)
end

local function moves_any_size(device, folder, method)
  local here, there, back = folder .. "/h", folder .. "/t", folder .. "/b"
  for _, size in ipairs { 0, 1, 32767, 32768, 32769, 10 * MEBIBYTE } do
    local bytes = files.bytes(size)
    files.write(here, bytes)
    local options = { method = method, overwrite = true, mode = 416 }
    local sent = assert(device:put(here, there, options))
    assert.equal("device", sent.checksum.verified)
    assert.equal(method, sent.method)
    assert.is_true(bytes == files.read(there))
    assert.equal("rw-r-----", lfs.attributes(there).permissions)
    local got = assert(device:get(there, back, options))
    assert.equal("device", got.checksum.verified)
    assert.is_true(bytes == files.read(back))
  end
  assert.same({ "b", "h", "t" }, files.list(folder))
  for _, name in ipairs { "b", "h", "t" } do
    os.remove(folder .. "/" .. name)
  end
end

-- what a shell would take apart, or for an option
local NAMES = {
  "with blanks", "it's", 'a "quoted" one', "-rf", "$HOME", "a;b", "*", "é", "a\\b",
}

local function takes_any_name(device, folder, method)
  local options = { method = method, verify = "read", overwrite = true }
  local back = { method = method, verify = false, overwrite = true }
  files.write(folder .. "/here", "some bytes")
  for _, name in ipairs(NAMES) do
    local there = folder .. "/" .. name
    assert(device:put(folder .. "/here", there, options))
    assert.equal("some bytes", files.read(there))
    assert(device:get(there, folder .. "/back", back))
    assert.equal("some bytes", files.read(folder .. "/back"))
    os.remove(there)
  end
end

local function says_what_is_wrong(device, folder, method)
  local here, options = folder .. "/here", { method = method }
  files.write(here, "some bytes")
  files.write(folder .. "/there", "other bytes")
  local function kind_of(verb, ...)
    local ok, _, kind = device[verb](device, ...)
    assert.is_nil(ok)
    return kind
  end
  assert.equal("no_file", kind_of("get", folder .. "/none", folder .. "/x", options))
  assert.equal("no_file", kind_of("put", here, folder .. "/none/x", options))
  assert.equal("exists", kind_of("put", here, folder .. "/there", options))
  assert.equal("other bytes", files.read(folder .. "/there"))
  assert.equal("invalid", kind_of("put", here, folder .. "/a\nb", options))
  assert.same({ "here", "there" }, files.list(folder))
end

describe("OpenSSH", function()
  it("moves files by its internal-sftp and by its scp", function()
    with_server("Subsystem sftp internal-sftp", function(device, folder)
      for _, method in ipairs { "sftp", "scp" } do
        moves_any_size(device, folder, method)
        takes_any_name(device, folder, method)
        os.remove(folder .. "/back")
        says_what_is_wrong(device, folder, method)
        os.remove(folder .. "/there")
        os.remove(folder .. "/here")
      end
    end)
  end)

  it("moves files by its sftp-server", function()
    local program = "/usr/lib/openssh/sftp-server"
    with_server("Subsystem sftp " .. program, function(device, folder)
      moves_any_size(device, folder, "sftp")
      says_what_is_wrong(device, folder, "sftp")
    end)
  end)
end)

describe("a server without SFTP", function()
  it("is reached by SCP", function()
    with_server("", function(device, folder)
      files.write(folder .. "/here", "some bytes")
      local sent = assert(device:put(folder .. "/here", folder .. "/there"))
      assert.equal("scp", sent.method)
      assert.equal("some bytes", files.read(folder .. "/there"))
      local options = { method = "sftp" }
      local _, _, kind = device:put(folder .. "/here", folder .. "/x", options)
      assert.equal("unsupported", kind)
    end)
  end)
end)

describe("a server with one channel to a connection", function()
  it("is logged in to once more", function()
    with_server("Subsystem sftp internal-sftp\nMaxSessions 1", function(device, folder)
      files.write(folder .. "/here", "some bytes")
      for _, method in ipairs { "sftp", "scp" } do
        local there = folder .. "/" .. method
        local sent = assert(device:put(folder .. "/here", there, { method = method }))
        assert.equal(method, sent.method)
        assert.equal("some bytes", files.read(there))
      end
    end)
  end)
end)
