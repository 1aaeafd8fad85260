local files = require "spec.support.files"
local secret = require "host.secret"
local tokens = require "moonwire.serve.tokens"
local uv = require "luv"
local web = require "spec.support.web"

describe("moonwire.serve.tokens", function()
  local path

  before_each(function()
    path = os.tmpname()
  end)

  after_each(function()
    os.remove(path)
  end)

  local function read(text, mode)
    files.write(path, text)
    assert(uv.fs_chmod(path, tonumber(mode or "600", 8)))
    return tokens.read(path)
  end

  it("reads one token that lets its callers do all", function()
    for _, text in ipairs { "a-token-of-a-spec\n", "a-token-of-a-spec" } do
      local list = assert(read(text))
      assert.equal(1, #list)
      assert.equal("push", list[1].scope)
      assert.is_nil(list[1].name)
      assert.equal(list[1], tokens.find(list, "a-token-of-a-spec"))
      assert.is_nil(tokens.find(list, "a-token-of-a-spe"))
    end
  end)

  it("reads several, by name", function()
    local list = assert(read [[
# who may what
grafana  read  token-of-grafana-1
ci       run   token-of-ci-000001

ops push token-of-ops-00001
]])
    assert.equal(3, #list)
    local found = tokens.find(list, "token-of-ci-000001")
    assert.equal("ci", found.name)
    assert.equal("run", found.scope)
    assert.is_true(secret.is_secret(found.token))
    assert.is_nil(tokens.find(list, "token-of-ci-00000"))
  end)

  it("says what is wrong, and shows no token", function()
    for text, message in pairs {
      ["a read\nb run token-canary-0000\n"] = ":1: write NAME SCOPE TOKEN",
      ["a all token-canary-0000\n"] = ":1: the scope is",
      ["a read token-canary-0000\na run token-canary-0001\n"] = ":2: there are two",
      ["a read canary\n"] = ":1: the token is shorter",
      ["a/b read token-canary-0000\n"] = ":1: a name has",
      ["# x y\n# only this\n"] = "there is no token in it",
      ["token-canary-0000\ntoken-canary-0001\n"] = ":1: write NAME",
    } do
      local list, why = read(text)
      assert.is_nil(list)
      assert.matches(message, why, 1, true)
      assert.is_nil(why:find("canary", 1, true))
    end
    local list, why = read("a read token-canary-0000\n", "644")
    assert.is_nil(list)
    assert.matches("chmod 600", why)
    assert.is_nil((tokens.read "/nonexistent"))
  end)

  it("lets each do what its scope says, and no more", function()
    local site <close> = web.start {
      allow_push = true,
      tokens = assert(read [[
reader read token-of-reader-1
runner run  token-of-runner-1
pusher push token-of-pusher-1
]]),
    }
    local function status(name, method, where, body)
      local headers = { Authorization = ("Bearer token-of-%s-1"):format(name) }
      return site:ask(method, where, { headers = headers, body = body })
    end
    local send, push = { commands = { "show clock" } }, { configuration = { "!" } }
    for _, case in ipairs {
      { "reader", 200, 403, 403 }, { "runner", 200, 202, 403 },
      { "pusher", 200, 202, 202 }, { "nobody", 401, 401, 401 },
    } do
      local name, look, begin, change = table.unpack(case)
      assert.equal(look, status(name, "GET", "/api/v1/devices").status)
      assert.equal(begin, status(name, "POST", "/api/v1/runs", send).status)
      assert.equal(change, status(name, "POST", "/api/v1/runs", push).status)
      local old = status(name, "POST", "/api/v1/netmiko/nb-async").status
      assert.equal(begin == 202 and 200 or begin, old)
    end
    local list = status("reader", "GET", "/api/v1/runs").json
    assert.equal("pusher", list.runs[1].caller)
    local gone = status("reader", "DELETE", "/api/v1/runs/" .. list.runs[1].id)
    assert.equal(403, gone.status)
    assert.is_nil(gone.text:find("token-of", 1, true))
  end)
end)
