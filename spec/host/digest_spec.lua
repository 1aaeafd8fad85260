local digests = require "host.digest"

-- of RFC 1321 and FIPS 180-4
local VALUES = {
  md5 = "900150983cd24fb0d6963f7d28e17f72",
  sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d",
  sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    .. "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
}

describe("host.digest", function()
  it("gives the values of its standards, however the data comes", function()
    for algorithm, value in pairs(VALUES) do
      assert.equal(value, digests.new(algorithm):update("abc"):hex())
      local digest = digests.new(algorithm)
      digest:update "a":update "":update "bc"
      assert.equal(value, digest:hex())
    end
  end)

  it("gives base64 as well, padded", function()
    assert.equal("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
      digests.new("sha256"):update("abc"):base64())
    assert.equal("kAFQmDzST7DWlj99KOF/cg==", digests.new("md5"):update("abc"):base64())
  end)

  it("refuses what is a mistake", function()
    assert.has_error(function() digests.new "crc32" end)
    local digest = digests.new "md5"
    digest:hex()
    assert.has_error(function() digest:update "a" end)
    assert.has_error(function() digest:hex() end)
    assert.has_error(function() digest:base64() end)
  end)
end)
