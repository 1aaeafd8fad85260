-- Faults of spec/README.md: S14.
local posture = require "moonwire.transport.posture"
local weakness = require "moonwire.transport.weakness"

local STRICT = "curve25519-sha256,kex-strict-s-v00@openssh.com"

local function find(shown)
  local found = {}
  shown.offers = shown.offers or { kex = STRICT }
  shown.offers.kex = shown.offers.kex or STRICT
  shown.keys = shown.keys or {}
  for _, finding in ipairs(weakness.find(shown)) do
    found[finding.what] = finding.severity
  end
  return found
end

describe("moonwire.transport.weakness", function()
  it("knows protocols and versions, and those that are mended", function()
    local cases = {
      ["SSH-1.99-Cisco-1.25"] = { ["SSH-1.99"] = "high" },
      ["SSH-2.0-Cisco-1.25"] = {},
      ["SSH-2.0-dropbear_2015.67"] = { ["dropbear_2015.67"] = "high" },
      ["SSH-2.0-dropbear_2016.74"] = {},
      ["SSH-2.0-dropbear_2022.83"] = {},
      ["SSH-2.0-libssh_0.8.3"] = { ["libssh_0.8.3"] = "high" },
      ["SSH-2.0-libssh-0.7.0"] = { ["libssh-0.7.0"] = "high" },
      ["SSH-2.0-libssh_0.7.6"] = {},
      ["SSH-2.0-libssh_0.5.5"] = {},
      ["SSH-2.0-libssh_0.10.6"] = {},
      ["SSH-2.0-OpenSSH_6.6.1"] = { ["OpenSSH_6.6.1"] = "medium" },
      ["SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"] = {},
      ["SSH-2.0-OpenSSH_10.0"] = {},
      ["HTTP/1.1 400"] = {},
    }
    for server, expected in pairs(cases) do
      assert.same(expected, find { server = server }, server)
    end
  end)

  it("knows algorithms by their whole names", function()
    assert.same({
      ["arcfour256"] = "high", ["none"] = "high", ["hmac-md5-96"] = "medium",
      ["aes256-cbc"] = "medium", ["ssh-dss"] = "high",
      ["diffie-hellman-group-exchange-sha1"] = "medium",
    }, find {
      offers = {
        kex = STRICT .. ",diffie-hellman-group-exchange-sha1,"
          .. "diffie-hellman-group14-sha256,diffie-hellman-group16-sha512",
        hostkey_types = "ssh-dss,rsa-sha2-256,ssh-ed25519",
        ciphers = "aes128-ctr,aes256-cbc,arcfour256,none,aes128-gcm@openssh.com",
        macs = "hmac-sha2-256,hmac-md5-96,hmac-sha1,umac-64@openssh.com",
      },
    })
  end)

  it("tells where prefix truncation is possible from where it is not", function()
    local lax = "curve25519-sha256"
    local function strictness(ciphers, macs)
      return find({ offers = { kex = lax, ciphers = ciphers, macs = macs } })
        ["no strict-kex"]
    end
    assert.equal("medium", strictness "chacha20-poly1305@openssh.com")
    assert.equal("medium", strictness("aes128-cbc", "hmac-sha2-256-etm@openssh.com"))
    assert.equal("low", strictness("aes128-cbc", "hmac-sha2-256"))
    assert.equal("low", strictness("aes128-ctr", "hmac-sha2-256-etm@openssh.com"))
    assert.is_nil(find({ offers = { ciphers = "chacha20-poly1305@openssh.com" } })
      ["no strict-kex"])
  end)

  it("puts the worst first", function()
    local found = weakness.find {
      server = "SSH-1.99-x", keys = { { type = "ssh-rsa", bits = 768 } },
      offers = { kex = "diffie-hellman-group14-sha1", ciphers = "3des-cbc" },
    }
    local last = math.huge
    for _, finding in ipairs(found) do
      local rank = weakness.rank(finding.severity)
      assert.is_true(rank <= last)
      last = rank
    end
    assert.equal(5, #found)
  end)

  it("counts the bits of RSA keys only", function()
    for _, bits in ipairs { 1024, 2048, 3072 } do
      local path = os.tmpname()
      os.remove(path)
      assert(os.execute(("ssh-keygen -q -t rsa -b %d -N '' -f %s"):format(bits, path)))
      local file = assert(io.open(path .. ".pub"))
      assert.equal(bits, posture.rsa_bits(file:read "l"))
      file:close()
      os.remove(path)
      os.remove(path .. ".pub")
    end
    for _, public in ipairs {
      "ssh-ed25519 AAAA", "ssh-rsa", "ssh-rsa AAAA", "ssh-rsa !!!!", "",
    } do
      assert.is_nil(posture.rsa_bits(public))
    end
  end)
end)
