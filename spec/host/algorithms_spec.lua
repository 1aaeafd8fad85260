local algorithms = require "host.algorithms"

local KINDS = { "kex", "hostkey_types", "ciphers", "macs", "publickey_types" }
local OPENSSH = {
  kex = "kex",
  hostkey_types = "HostKeyAlgorithms",
  ciphers = "cipher",
  macs = "mac",
  publickey_types = "PubkeyAcceptedAlgorithms",
}

local function names_of(list)
  local names = {}
  for name in list:gmatch "[^,]+" do
    names[#names + 1] = name
  end
  return names
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(names_of(list)) do
    set[name] = true
  end
  return set
end

local function run(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read "a"
  return output, pipe:close()
end

describe("host.algorithms", function()
  describe("the default", function()
    it("tries what is cheap and good first", function()
      local lists = algorithms.default()
      assert.equal("curve25519-sha256", names_of(lists.kex)[1])
      local groups = lists.kex:match "diffie.*"
      assert.same({
        "diffie-hellman-group14-sha256", "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
      }, names_of(groups))
      assert.equal("ssh-ed25519", names_of(lists.hostkey_types)[1])
      assert.equal("aes128-gcm@openssh.com", names_of(lists.ciphers)[1])
      assert.equal("hmac-sha2-256-etm@openssh.com", names_of(lists.macs)[1])
      assert.same(lists, algorithms.default "default")
    end)

    it("has no SHA-1, no CBC and no small group", function()
      for kind, list in pairs(algorithms.default()) do
        for _, name in ipairs(names_of(list)) do
          assert.is_nil(name:find "sha1$" or name:find "sha1%-", kind)
          assert.is_nil(name:find "cbc" or name:find "group1%-", kind)
          assert.are_not.equal("ssh-rsa", name)
        end
      end
    end)
  end)

  describe("a profile", function()
    it("is made of names that OpenSSH has, none of them twice", function()
      for _, kind in ipairs(KINDS) do
        local known = set_of((run("ssh -Q %s", OPENSSH[kind]):gsub("\n", ",")))
        for _, name in ipairs(names_of(algorithms.supported(kind))) do
          assert.is_true(known[name], name)
          known[name] = nil
        end
      end
    end)

    it("widens from modern to default to legacy-cisco", function()
      local modern, default = algorithms.default "modern", algorithms.default()
      local legacy = algorithms.default "legacy-cisco"
      for _, kind in ipairs(KINDS) do
        local less, more = set_of(default[kind]), set_of(legacy[kind])
        for name in pairs(set_of(modern[kind])) do
          assert.is_true(less[name], name)
        end
        assert.equal(default[kind], legacy[kind]:sub(1, #default[kind]))
        assert.equal(algorithms.supported(kind), legacy[kind])
        assert.is_truthy(next(more))
      end
      assert.is_truthy(legacy.kex:find("group1-sha1", 1, true))
      assert.is_truthy(legacy.ciphers:find("3des-cbc", 1, true))
      assert.is_truthy(legacy.macs:find("hmac-sha1", 1, true))
      assert.is_truthy(legacy.hostkey_types:find("ssh-rsa", 1, true))
    end)

    it("that is not there is an error", function()
      local lists, message, kind = algorithms.default "cisco"
      assert.is_nil(lists)
      assert.equal("algorithm", kind)
      assert.is_truthy(message:find("legacy-cisco", 1, true))
      assert.is_nil((algorithms.expand("kex", "+a", "cisco")))
    end)
  end)

  describe("expand", function()
    local base = algorithms.default().ciphers

    it("takes a plain list as it is", function()
      local list, unknown = algorithms.expand("ciphers", "aes256-ctr,3des-cbc")
      assert.equal("aes256-ctr,3des-cbc", list)
      assert.is_nil(unknown)
    end)

    -- libssh drops the first name and takes the rest for the whole list
    it("adds behind with +", function()
      local list = algorithms.expand("ciphers", "+aes128-cbc,3des-cbc,aes128-ctr")
      assert.equal(base .. ",aes128-cbc,3des-cbc", list)
    end)

    it("adds in front with ^", function()
      local list = algorithms.expand("ciphers", "^aes128-ctr,aes128-cbc")
      local rest = base:gsub(",aes128%-ctr", "")
      assert.equal("aes128-ctr,aes128-cbc," .. rest, list)
    end)

    it("takes away with -", function()
      local list = algorithms.expand("ciphers", "-aes*-ctr,chacha20*")
      assert.equal("aes128-gcm@openssh.com,aes256-gcm@openssh.com", list)
      list = algorithms.expand("kex", "-*sha1", "legacy-cisco")
      assert.equal(algorithms.default().kex, list)
    end)

    it("starts from the profile it is told", function()
      local list = algorithms.expand("ciphers", "+3des-cbc", "modern")
      assert.equal(algorithms.default("modern").ciphers .. ",3des-cbc", list)
    end)

    it("names what it does not know, and goes on without", function()
      local list, unknown = algorithms.expand("ciphers", "+arcfour,aes128-cbc,rot13")
      assert.equal(base .. ",aes128-cbc", list)
      assert.same({ "arcfour", "rot13" }, unknown)
      list, unknown = algorithms.expand("ciphers", "-none,aes128-ctr")
      assert.is_nil(list:find("aes128-ctr", 1, true))
      assert.same({ "none" }, unknown)
    end)

    it("leaves nobody with nothing", function()
      for _, text in ipairs { "", ",", "-*", "rot13", "!aes128-ctr" } do
        local list, message, kind = algorithms.expand("ciphers", text)
        assert.is_nil(list, text)
        assert.equal("algorithm", kind)
        assert.is_truthy(message:find("aes128-gcm", 1, true))
      end
    end)

    it("bears lists of any length", function()
      local long = ("x"):rep(5000) .. ",aes128-ctr," .. ("y,"):rep(5000)
      local list = algorithms.expand("ciphers", "aes128-ctr," .. long)
      assert.equal("aes128-ctr", list)
      list = algorithms.expand("ciphers", "+" .. ("*a"):rep(2000))
      assert.equal(base, list)
    end)

    it("raises for a kind that is none", function()
      assert.error(function() algorithms.expand("cipher", "+a") end)
      assert.error(function() algorithms.expand("ciphers") end)
    end)

    -- its defaults are not ours, but hold all of ours
    it("expands as OpenSSH does", function()
      local options = { kex = "KexAlgorithms", ciphers = "Ciphers", macs = "MACs" }
      local texts = {
        kex = {
          "+diffie-hellman-group1-sha1", "^ecdh-sha2-nistp521", "-*nistp*,*group*",
        },
        ciphers = { "+aes128-cbc,3des-cbc", "^aes256-ctr", "-*gcm*", "aes128-ctr" },
        macs = { "+hmac-sha1", "^hmac-sha2-512", "-*etm@openssh.com" },
      }
      for kind, option in pairs(options) do
        for _, text in ipairs(texts[kind]) do
          local ours = set_of((algorithms.expand(kind, text)))
          local output = run("ssh -G -F /dev/null -o '%s=%s' host", option, text)
          local theirs = set_of(output:match("\n" .. option:lower() .. " (%S+)"))
          for _, name in ipairs(names_of(algorithms.default()[kind] .. "," .. text)) do
            assert.equal(theirs[name], ours[name], text .. ": " .. name)
          end
        end
      end
    end)
  end)

  describe("prefer", function()
    local keys = algorithms.default().hostkey_types

    it("puts the algorithms of known keys first", function()
      local rest = keys:gsub(",rsa%-sha2%-512,rsa%-sha2%-256", "")
      local preferred = algorithms.prefer(keys, "ssh-rsa")
      assert.equal("rsa-sha2-512,rsa-sha2-256," .. rest, preferred)
      assert.equal("ecdsa-sha2-nistp384,ssh-ed25519,rsa-sha2-512",
        algorithms.prefer("ssh-ed25519,ecdsa-sha2-nistp384,rsa-sha2-512",
          "ecdsa-sha2-nistp384"))
    end)

    it("keeps the order among them, and adds none", function()
      assert.equal("rsa-sha2-256,ssh-rsa,ssh-ed25519",
        algorithms.prefer("ssh-ed25519,rsa-sha2-256,ssh-rsa", "ssh-dss,ssh-rsa"))
      assert.equal(keys, algorithms.prefer(keys, "ssh-rsa,ssh-ed25519" ..
        ",ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521"))
      assert.equal(keys, algorithms.prefer(keys, ""))
      assert.equal(keys, algorithms.prefer(keys, "ssh-dss"))
    end)
  end)

  describe("parse_mismatch", function()
    local function complain(method, server, client)
      return ("kex error : no match for method %s: server [%s], client [%s]")
        :format(method, server, client)
    end

    it("takes libssh's message apart", function()
      assert.same({
        method = "kex algos",
        kind = "kex",
        server = { "diffie-hellman-group1-sha1", "rot13" },
        client = { "curve25519-sha256" },
        possible = { "diffie-hellman-group1-sha1" },
        is_cut = false,
      }, algorithms.parse_mismatch(complain("kex algos",
        "diffie-hellman-group1-sha1,rot13,kex-strict-s-v00@openssh.com",
        "curve25519-sha256,ext-info-c")))
    end)

    it("knows every method by its name here", function()
      local methods = {
        ["kex algos"] = "kex",
        ["server host key algo"] = "hostkey_types",
        ["encryption client->server"] = "ciphers",
        ["encryption server->client"] = "ciphers",
        ["mac algo client->server"] = "macs",
        ["mac algo server->client"] = "macs",
      }
      for method, kind in pairs(methods) do
        local mismatch = algorithms.parse_mismatch(complain(method, "a", "b"))
        assert.same({ kind, method }, { mismatch.kind, mismatch.method })
        assert.same({}, mismatch.possible)
      end
      local mismatch = algorithms.parse_mismatch(
        complain("compression algo client->server", "zlib", "none"))
      assert.is_nil(mismatch.kind)
      assert.same({ "zlib" }, mismatch.server)
    end)

    it("finds it anywhere in a message, and nothing in others", function()
      local text = "r1: " .. complain("kex algos", "", "") .. " (in the end)"
      assert.same({}, algorithms.parse_mismatch(text).server)
      for _, other in ipairs {
        "", "kex error", "no match for method", "no match for method kex algos: ",
        "no match for method " .. ("x"):rep(100) .. ": server [a], client [b]",
      } do
        assert.is_nil(algorithms.parse_mismatch(other))
      end
    end)

    -- libssh cuts its messages at 1023 bytes, in the middle of a name
    it("leaves out half a name", function()
      local whole = complain("kex algos", "a,b,curve25519-sha256", "c,d")
      local head = whole:find "%["
      for length = #whole - 1, head, -1 do
        local mismatch = algorithms.parse_mismatch(whole:sub(1, length))
        assert.is_true(mismatch.is_cut)
        for _, name in ipairs(mismatch.server) do
          assert.is_truthy(name == "a" or name == "b" or name == "curve25519-sha256")
        end
        for _, name in ipairs(mismatch.client) do
          assert.equal("c", name)
        end
      end
      assert.is_true(algorithms.parse_mismatch(complain("kex algos",
        ("x,"):rep(5000), "a")).is_cut)
    end)
  end)
end)
