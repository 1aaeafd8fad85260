local secret = require "host.secret"
local uv = require "luv"

describe("host.secret", function()
  it("never prints, and tells nothing about itself", function()
    local password = secret.from_string "hunter2"
    assert.equal("secret: ********", tostring(password))
    assert.is_false(pcall(function() return #password end))
    assert.is_false(pcall(function() return password .. "" end))
    assert.equal("protected", getmetatable(password))
    assert.not_equal(password, secret.from_string "hunter2")
    assert.is_true(secret.is_secret(password))
    assert.is_false(secret.is_secret "hunter2")
  end)

  it("is read from the environment once", function()
    uv.os_setenv("MOONWIRE_SPEC_SECRET", "hunter2")
    assert.is_true(secret.is_secret((secret.from_env "MOONWIRE_SPEC_SECRET")))
    assert.is_nil(uv.os_getenv "MOONWIRE_SPEC_SECRET")
    local value, message, kind = secret.from_env "MOONWIRE_SPEC_SECRET"
    assert.is_nil(value)
    assert.matches("MOONWIRE_SPEC_SECRET", message)
    assert.equal("local", kind)
  end)

  local function with_file(mode, fn)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "hunter2\n"
    file:close()
    uv.fs_chmod(path, mode)
    fn(path)
    os.remove(path)
  end

  it("is read from a file that only its owner can read", function()
    with_file(tonumber("600", 8), function(path)
      assert.is_true(secret.is_secret((secret.from_file(path))))
    end)
  end)

  it("refuses a file that others can read, and says what to do", function()
    with_file(tonumber("644", 8), function(path)
      local value, message = secret.from_file(path)
      assert.is_nil(value)
      assert.matches("chmod 600", message)
    end)
  end)

  it("refuses what is no plain file, or not there", function()
    assert.matches("not a plain file", select(2, secret.from_file "/dev"))
    assert.matches("is not there", select(2, secret.from_file "/nonexistent"))
    assert.has_error(function() secret.from_file() end)
    assert.has_error(function() secret.from_string(("x"):rep(5000)) end)
  end)

  it("can be held against another one", function()
    local one, other = secret.from_string "hunter2", secret.from_string "hunter3"
    assert.is_true(secret.equal(one, secret.from_string "hunter2"))
    assert.is_false(secret.equal(one, other))
    assert.is_false(secret.equal(one, secret.from_string "hunter"))
    assert.has_error(function() secret.equal(one, "hunter2") end)
  end)

  it("is taken out of a text, unless it is too short to be told from it", function()
    local long, short = secret.from_string "hunter2", secret.from_string "ab"
    assert.equal("a ******** b********", secret.scrub("a hunter2 bhunter2", long))
    assert.equal("\0hunter\0", secret.scrub("\0hunter\0", long))
    assert.equal("abc", secret.scrub("abc", short))
    assert.equal("", secret.scrub("", long))
    assert.has_error(function() secret.scrub("x", "x") end)
  end)
end)
