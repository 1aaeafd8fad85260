-- Faults of spec/README.md: S11, S13, S14, R5.
-- Somebody in between, with a key of their own, is given nothing: no password, no key,
-- no user name. Counted where it would arrive.
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local server = require "host.server"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"
local uv = require "luv"

local ALL = { "none", "password", "keyboard-interactive", "publickey" }

-- run by a child with the limits of a spec: prints the kind of each attempt
local CHILD = [[
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"
local port, known, free = arg[1], arg[2], tonumber(arg[3])
local held = {}
if free then
  repeat
    local file = io.open "/dev/null"
    held[#held + 1] = file
  until not file
  for _ = 1, free do
    table.remove(held):close()
  end
end
for _, policy in ipairs { "strict", "accept-new" } do
  local client, message, kind = transport.connect({
    host = "127.0.0.1", port = math.tointeger(port), username = "admin",
    password = "secret", known_hosts = known,
  }, { host_key_policy = policy })
  print(client and "let in" or kind, message)
end
]]

describe("somebody in between", function()
  local folder, listener, requests, other

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-between-XXXXXX")
    requests = 0
    listener = assert(server.listen {
      admit = function() return { methods = ALL } end,
      authorize = function()
        requests = requests + 1
        return true
      end,
    })
    local elsewhere <close> = assert(server.listen { authorize = print })
    other = elsewhere:host_key()
  end)

  after_each(function()
    listener:close()
    os.execute("rm -r " .. folder)
  end)

  local function write(name, text)
    local file <close> = assert(io.open(folder .. "/" .. name, "w"))
    file:write(text)
    return folder .. "/" .. name
  end

  local function known(key)
    return write("known", ("[127.0.0.1]:%d %s\n"):format(listener:port(), key))
  end

  local function run(mode, fields, options)
    local devices = {}
    for i = 1, 6 do
      local device = {
        name = "r" .. i, host = "127.0.0.1", port = listener:port(), username = "admin",
        password = "secret", device_type = "linux",
      }
      for name, value in pairs(fields) do
        device[name] = value
      end
      devices[i] = device
    end
    local all = { mode = mode, workers = 2, job = function() end, changed_keys = false }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return fleet.run(devices, all)
  end

  local function assert_refused(fields, kind, text, options)
    for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
      local done = run(mode, fields, options)
      assert.equal(6, done.count.failed)
      for _, result in ipairs(done.results) do
        assert.equal(kind, result.kind, result.message)
        assert.matches(text, result.message, 1, true)
      end
      assert.equal(0, requests, mode)
    end
  end

  it("is counted when it is not in between", function()
    local client <close> = assert(transport.connect({
      host = "127.0.0.1", port = listener:port(), username = "admin",
      password = "secret", known_hosts = known(listener:host_key()),
    }, {}))
    assert.is_true(client:is_open())
    assert.equal(1, requests)
  end)

  it("gets nothing where the key is known, and sees both fingerprints told", function()
    local file = known(other)
    local shown = hostkeys.fingerprint(listener:host_key())
    local expected = hostkeys.fingerprint(other)
    for _, policy in ipairs { "strict", "accept-new" } do
      local options = { host_key_policy = policy }
      assert_refused({ known_hosts = file }, "hostkey", shown, options)
      assert_refused({ known_hosts = file }, "hostkey", expected, options)
    end
    local command = ("moonwire keys revoke '[127.0.0.1]:%d'"):format(listener:port())
    assert_refused({ known_hosts = file }, "hostkey", command)
  end)

  it("gets nothing where the key is pinned", function()
    local pin = hostkeys.fingerprint(other)
    assert_refused({ host_key = pin }, "hostkey", pin)
    local options = { host_key_policy = "accept-new" }
    assert_refused({ host_key = pin }, "hostkey", pin, options)
  end)

  it("gets nothing where no key is known, or it is a revoked one", function()
    assert_refused({ known_hosts = write("known", "") }, "hostkey", "not known")
    local revoked = write("revoked", "@revoked * " .. listener:host_key() .. "\n")
    for _, policy in ipairs { "strict", "accept-new" } do
      local options = { host_key_policy = policy }
      assert_refused({ known_hosts = revoked }, "hostkey", "revoked", options)
    end
  end)

  it("gets nothing for a certificate that it does not have", function()
    local file = write("ca", "@cert-authority * " .. listener:host_key() .. "\n")
    local text = "ssh: No ED25519 host key is known"
    assert_refused({ known_hosts = file }, "hostkey", text)
  end)

  it("gets nothing when known_hosts cannot be read", function()
    local binary, prose = write("binary", "a\0b"), write("prose", "not a key\n")
    for _, path in ipairs { folder, folder .. "/absent", binary, prose } do
      assert_refused({ known_hosts = path }, "local", path)
    end
    -- also where a new key would be accepted: a file that is there must be understood
    local options = { host_key_policy = "accept-new" }
    assert_refused({ known_hosts = folder }, "local", folder, options)
  end)

  -- what a child prints that is run under the limits of a shell
  local function child(limits, ...)
    local script = write("child.lua", CHILD)
    local pipe, text = uv.new_pipe(), ""
    local words = table.concat({ uv.exepath(), script, ... }, " ")
    task.await(function(done)
      local open, handle = 2, nil
      local function finish()
        open = open - 1
        if open == 0 then
          handle:close()
          done()
        end
      end
      handle = assert(uv.spawn("sh", {
        args = { "-c", limits .. "; exec " .. words },
        stdio = { nil, pipe, 2 },
      }, finish))
      pipe:read_start(function(_, bytes)
        text = text .. (bytes or "")
        if not bytes then
          pipe:close()
          finish()
        end
      end)
    end)
    return text
  end

  it("gets nothing when the disk is full", function()
    local file = known(other)
    local text = child("trap '' XFSZ; ulimit -f 0", listener:port(), file)
    assert.matches("^hostkey\t[^\n]*\nhostkey\t[^\n]*\n$", text)
    assert.equal(0, requests)
  end)

  it("gets nothing when there are no descriptors", function()
    local file = known(other)
    local kinds = {}
    for free = 0, 8 do
      local text = child("ulimit -n 64", listener:port(), file, free)
      for kind in text:gmatch "([%w ]+)\t[^\n]*\n" do
        kinds[kind] = (kinds[kind] or 0) + 1
      end
    end
    assert.is_nil(kinds["let in"])
    assert.is_truthy(kinds["local"]) -- the store, or the socket
    assert.is_truthy(kinds.hostkey) -- and with a few more it is seen
    assert.equal(0, requests)
  end)
end)
