-- Faults of spec/README.md: S16, S17.
-- Passwords and questions at login: what is answered, and above all what is not.
local algorithms = require "host.algorithms"
local hostkeys = require "host.hostkeys"
local secret = require "host.secret"
local server = require "host.server"
local ssh = require "host.ssh"

local PASSWORD = "s3same"

-- A server with a profile, whose log has every login that it judged; `judge(method,
-- secret, log)` says how. Runs `fn(connect, log)`.
local function with_server(profile, judge, fn)
  local log = {}
  local listener <close> = assert(server.listen {
    admit = function() return profile end,
    authorize = function(_, _, method, given)
      if method == "none" then
        return false
      end
      log[#log + 1] = { method, given }
      return judge(method, given, log)
    end,
  })
  local pin = hostkeys.fingerprint(listener:host_key())
  fn(function(changes)
    local options = algorithms.default()
    options.host, options.port, options.user = "127.0.0.1", listener:port(), "admin"
    options.password, options.pins = secret.from_string(PASSWORD), { pin }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return ssh.connect(options)
  end, log)
end

local function answers(list)
  for _, one in ipairs(list) do
    one.answer = secret.from_string(one.answer)
  end
  return list
end

local function assert_in(connect, changes)
  local client <close> = assert(connect(changes))
  assert.is_true(client:is_open())
end

local function assert_out(connect, changes, kind)
  local client, message, found, detail = connect(changes)
  assert.is_nil(client)
  assert.equal(kind or "auth", found, message)
  assert.equal("auth", detail.phase)
  assert.not_matches(PASSWORD, message, 1, true)
  return message
end

local function never()
  return false
end

local function always()
  return true
end

local INTERACTIVE = { methods = { "keyboard-interactive" } }

local function asking(...)
  return { methods = { "keyboard-interactive" }, questions = { ... } }
end

describe("a password", function()
  it("is given once, whichever way it travels", function()
    with_server({}, never, function(connect, log)
      assert_out(connect)
      assert.same({ { "password", PASSWORD } }, log)
    end)
    local order = { methods = { "keyboard-interactive", "password" } }
    with_server({}, never, function(connect, log)
      assert_out(connect, order)
      assert.same({ { "keyboard-interactive", PASSWORD } }, log)
    end)
  end)

  it("answers a question where the device takes it no other way", function()
    with_server(INTERACTIVE, always, function(connect, log)
      assert_in(connect)
      assert.same({ { "keyboard-interactive", PASSWORD } }, log)
    end)
  end)

  it("is not what is asked behind it when it was accepted in part", function()
    local function judge(method)
      return method == "password" and "partial"
    end
    with_server({}, judge, function(connect, log)
      assert_out(connect)
      assert.same({ { "password", PASSWORD } }, log)
    end)
  end)

  it("and a second factor let in together", function()
    local function judge(method, given)
      return method == "password" and "partial" or given == "123456"
    end
    local profile = { questions = { { "Token code: " } } }
    with_server(profile, judge, function(connect, log)
      assert_in(connect, {
        answers = answers { { question = "token", answer = "123456" } },
      })
      assert.same({ "keyboard-interactive", "123456" }, log[2])
    end)
  end)

  it("goes the ways that the caller allows, and no other", function()
    with_server({}, always, function(connect, log)
      assert_in(connect, { methods = { "keyboard-interactive" } })
      assert.equal("keyboard-interactive", log[1][1])
      local message = assert_out(connect, { methods = { "publickey" } })
      assert.matches("nothing to log in with", message)
      assert.equal(1, #log)
    end)
  end)
end)

describe("questions at login", function()
  it("may be about the password in any language", function()
    for _, text in ipairs { "Password: ", "Пароль: ", "密码：", "x" } do
      with_server(asking { text }, always, function(connect, log)
        assert_in(connect)
        assert.equal(PASSWORD, log[1][2])
      end)
    end
  end)

  it("are answered by what the inventory says, over several rounds", function()
    local profile = asking(
      { "#Welcome", "Password: " }, {}, { "+User site: ", "PIN: ", "Token: " }
    )
    with_server(profile, always, function(connect, log)
      assert_in(connect, {
        answers = answers {
          { question = "token", answer = "t" },
          { question = "SITE", answer = "s" },
          { question = "pin", answer = "p" },
        },
      })
      assert.equal(PASSWORD .. "\ns\np\nt", log[1][2])
    end)
  end)

  it("give each answer once", function()
    with_server(asking({ "Token: " }, { "Token: " }), always, function(connect, log)
      local list = answers { { question = "token", answer = "t" } }
      local message = assert_out(connect, { answers = list })
      assert.equal(0, #log)
      assert.is_string(message)
    end)
  end)

  -- nothing is sent: the server never comes to judge
  local function assert_silent(text, ...)
    with_server(asking(...), always, function(connect, log)
      local message = assert_out(connect)
      assert.matches(text, message, 1, true)
      assert.same({}, log)
    end)
  end

  it("that are not understood end the login, and are shown", function()
    assert_silent('"1: " (visible)', { "+1: ", "+2: " })
    assert_silent('"User: " (visible)', { "+User: " })
    assert_silent('"Passcode: "', { "Password: " }, { "Passcode: " })
    assert_silent('"PIN: "', { "PIN: ", "Token: " })
  end)

  it("are shown without what a terminal would obey", function()
    assert_silent('"?[31mLogin?as? "', { "+\27[31mLogin\ras\194\155 " })
    assert_silent(("ä"):rep(50), { "+" .. ("ä"):rep(400) })
  end)

  it("for a new password are never answered, and named", function()
    assert_silent("has expired", { "New password: " })
    assert_silent("has expired", { "Password: " }, { "Retype new password: " })
    assert_silent("has expired", { "#Your password has expired.", "Password: " })
    assert_silent("has expired", { "Neues Passwort: " })
  end)

  it("that do not end are given up", function()
    local rounds = {}
    for i = 1, 12 do
      rounds[i] = {}
    end
    with_server(asking(table.unpack(rounds)), always, function(connect)
      assert.matches("more than 10 rounds", assert_out(connect))
    end)
    rounds[12], rounds[11] = nil, nil
    with_server(asking(table.unpack(rounds)), always, function(connect)
      assert_in(connect)
    end)
  end)

  it("that are too many to be read are no reason to wait", function()
    local many = {}
    for i = 1, 257 do
      many[i] = "x"
    end
    with_server(asking(many), always, function(connect, log)
      assert.matches("cannot be read", assert_out(connect, nil, "protocol"))
      assert.same({}, log)
    end)
  end)

  it("raise on answers that are none", function()
    with_server({}, always, function(connect)
      for _, list in ipairs { { "x" }, { { question = "x", answer = "y" } }, { {} } } do
        assert.error_matches(function() connect { answers = list } end, "answers%[1%]")
      end
    end)
  end)
end)
