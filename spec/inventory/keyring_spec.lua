local Keyring = require "moonwire.inventory.keyring"
local inventory = require "moonwire.inventory"
local secret = require "host.secret"
local task = require "moonwire.task"
local uv = require "luv"

local HIDDEN = "hunter2-canary"
local PRIVATE = tonumber("600", 8)

-- what a secret holds, found out by taking it out of a text
local function is(held, text)
  return secret.scrub("<" .. text .. ">", held) == "<********>"
end

describe("a keyring", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-keyring-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function place(name, text, mode)
    local path = folder .. "/" .. name
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    uv.fs_chmod(path, mode or PRIVATE)
    return path
  end

  local function get(reference)
    return Keyring.new():get(reference, folder)
  end

  it("reads the first line of a file", function()
    place("a", HIDDEN .. "\r\nmore\n")
    assert.is_true(is(assert(get { file = "a" }), HIDDEN))
    place("b", HIDDEN)
    assert.is_true(is(assert(get { file = folder .. "/b" }), HIDDEN))
    place("c", "\n")
    assert.is_truthy(select(2, get { file = "c" }):find("is empty", 1, true))
    place("d", HIDDEN, tonumber("644", 8))
    assert.is_truthy(select(2, get { file = "d" }):find("chmod 600", 1, true))
  end)

  it("reads the first line that a program prints, with no shell between", function()
    local held = assert(get { command = { "printf", "%s\nmore", HIDDEN .. "$HOME;x" } })
    assert.is_true(is(held, HIDDEN .. "$HOME;x"))
  end)

  for name, case in pairs {
    ["is not there"] = { { "/nonexistent/pass" }, "/nonexistent/pass: ENOENT" },
    ["fails"] = { { "sh", "-c", "echo hunter2-canary; exit 3" }, "sh: exit status 3" },
    ["prints nothing"] = { { "true" }, "true: printed nothing" },
    ["kills itself"] = { { "sh", "-c", "kill -9 $$" }, "sh: exit status 137" },
    ["prints no end"] = { { "head", "-c", "5000", "/dev/zero" }, "printed nothing" },
  } do
    it("names a program that " .. name, function()
      local held, message = get { command = case[1] }
      assert.is_nil(held)
      assert.is_truthy(message:find(case[2], 1, true), message)
      assert.is_nil(message:find(HIDDEN, 1, true))
    end)
  end

  it("runs a program once for all who refer to it", function()
    local count = folder .. "/count"
    local script = ("echo x >> %s; echo %s"):format(count, HIDDEN)
    local list = {}
    for i = 1, 5 do
      list[i] = {
        host = "r" .. i, username = "u", device_type = "ios",
        password = { command = { "sh", "-c", script } },
      }
    end
    local loaded = assert(inventory.load(list, { filter = "r[1-4]" }))
    assert.equal(loaded[1].password, loaded[4].password)
    assert.is_true(is(loaded[1].password, HIDDEN))
    local file <close> = assert(io.open(count))
    assert.equal("x\n", file:read "a")
  end)

  it("fetches nothing for devices that are not wanted", function()
    local list = {
      { host = "a", username = "u", device_type = "ios", password = HIDDEN },
      { host = "b", username = "u", device_type = "ios", password = { file = "/no" } },
    }
    assert.equal(1, #assert(inventory.load(list, { filter = "a" })))
    local loaded, message = inventory.load(list)
    assert.is_nil(loaded)
    assert.is_truthy(message:find("[2].password: secret file /no", 1, true), message)
    loaded = assert(inventory.load(list, { resolve = false }))
    assert.same({ file = "/no" }, loaded[2].password)
  end)

  it("says once what is wrong for many", function()
    local list = {}
    for i = 1, 5 do
      list[i] = {
        host = "r" .. i, username = "u", device_type = "ios",
        password = { file = "/no" },
      }
    end
    local _, message = inventory.load(list)
    assert.is_nil(message:find("\n", 1, true))
  end)

  it("reads a credential of systemd", function()
    assert.is_truthy(select(2, get { credential = "x" }):find("systemd", 1, true))
    place("x", HIDDEN)
    uv.os_setenv("CREDENTIALS_DIRECTORY", folder)
    local held = get { credential = "x" }
    uv.os_unsetenv "CREDENTIALS_DIRECTORY"
    assert.is_true(is(held, HIDDEN))
  end)

  it("opens an encrypted file with a passphrase from elsewhere", function()
    local passphrase = secret.from_string "open sesame"
    local bytes = assert(secret.seal(secret.from_string(HIDDEN), passphrase))
    assert.is_nil(bytes:find(HIDDEN, 1, true))
    place("sealed", bytes)
    place("right", "open sesame\n")
    place("wrong", "open barley\n")
    local held = assert(get { encrypted = "sealed", passphrase = { file = "right" } })
    assert.is_true(is(held, HIDDEN))
    local none, message = get { encrypted = "sealed", passphrase = { file = "wrong" } }
    assert.is_nil(none)
    assert.is_truthy(message:find("sealed: is no secret of ours", 1, true))
    for _, missing in ipairs { "nothing", "" } do
      place("empty", "")
      assert.is_nil((get {
        encrypted = missing == "" and "empty" or missing,
        passphrase = { file = "right" },
      }))
    end
  end)

  for _, wrong in ipairs {
    {}, { env = "" }, { env = 7 }, { env = "A", file = "b" }, { command = "pass" },
    { command = {} }, { command = { 7 } }, { command = { "a", x = "b" } },
    { credential = "../x" }, { encrypted = "a", passphrase = "text" },
    { file = "a", passphrase = { env = "X" } }, { evn = "X" }, { prompt = "a\27b" },
  } do
    it("is not asked for what is no reference", function()
      local loaded, message = inventory.load {
        { host = "r", username = "u", device_type = "ios", password = wrong },
      }
      assert.is_nil(loaded)
      assert.is_truthy(message:find("[1].password: must be text", 1, true), message)
    end)
  end
end)

describe("an encrypted secret", function()
  local passphrase = secret.from_string "open sesame"

  it("is another file each time", function()
    local plain = secret.from_string(HIDDEN)
    local first, second = secret.seal(plain, passphrase), secret.seal(plain, passphrase)
    assert.not_equal(first, second)
    assert.equal(18 + 3 + 16 + 12 + #HIDDEN + 16, #first)
    assert.is_true(is(assert(secret.open(second, passphrase)), HIDDEN))
  end)

  it("notices any change", function()
    local bytes = assert(secret.seal(secret.from_string "x", passphrase))
    local places = { 1, 18, 19, 20, 21, 22, 37, 38, 49, 50, 51, #bytes }
    for _, place in ipairs(places) do
      local changed = string.char(bytes:byte(place) ~ 1)
      local other = bytes:sub(1, place - 1) .. changed .. bytes:sub(place + 1)
      local held, message, kind = secret.open(other, passphrase)
      assert.is_nil(held)
      assert.is_truthy(message:find("is no secret of ours", 1, true))
      assert.equal("local", kind)
    end
    assert.is_nil((secret.open(bytes:sub(1, -2), passphrase)))
    assert.is_nil((secret.open(bytes .. "x", passphrase)))
    assert.is_nil((secret.open("", passphrase)))
    assert.is_nil((secret.open(("x"):rep(10000), passphrase)))
  end)

  it("asks for no more memory than is sane", function()
    local bytes = assert(secret.seal(secret.from_string "x", passphrase))
    for _, costs in ipairs { "\63\8\1", "\0\8\1", "\15\255\1", "\15\0\1" } do
      local greedy = bytes:sub(1, 18) .. costs .. bytes:sub(22)
      assert.is_nil((secret.open(greedy, passphrase)))
    end
  end)

  it("takes the longest secret, and none that is empty", function()
    local longest = secret.from_string(("x"):rep(4096))
    assert.is_true(secret.is_secret((secret.open(
      assert(secret.seal(longest, passphrase)), passphrase
    ))))
    assert.is_nil((secret.seal(secret.from_string "", passphrase)))
    assert.has_error(function() secret.seal("x", passphrase) end)
    assert.has_error(function() secret.open("x", "y") end)
  end)

  it("can be cancelled in the middle, and nothing is kept", function()
    local plain = secret.from_string(HIDDEN)
    task.group(function(group)
      local child = group:spawn(function()
        return secret.seal(plain, passphrase)
      end)
      task.sleep(0)
      child:cancel()
    end)
    while secret.holders(plain) > 1 do
      task.sleep(0)
    end
    assert.equal(1, secret.holders(plain))
  end)
end)
