local codec = require "moonwire.codec.sftp"

-- bytes as a reader of a connection gives them
local function reader(bytes)
  local at = 1
  return function(count)
    local part = bytes:sub(at, at + count - 1)
    at = at + count
    return part
  end
end

describe("codec.sftp.read", function()
  it("gives what packet has packed", function()
    local read = reader(codec.packet(3, "body") .. codec.packet(7, ""))
    assert.same({ 3, "body" }, { codec.read(read) })
    assert.same({ 7, "" }, { codec.read(read) })
    assert.equal("dropped", (select(3, codec.read(read))))
  end)

  it("believes no length", function()
    for _, length in ipairs { 0, codec.LONGEST + 1, 0xffffffff } do
      local asked = {}
      local read = reader(string.pack(">I4B", length, 1) .. ("x"):rep(100))
      local kind, _, problem = codec.read(function(count)
        asked[#asked + 1] = count
        return read(count)
      end)
      assert.is_nil(kind)
      assert.equal("protocol", problem)
      assert.same({ 5 }, asked)
    end
  end)

  it("sees that a packet ends too soon, wherever that is", function()
    local packet = codec.packet(3, "body")
    for length = 0, #packet - 1 do
      local kind, _, problem = codec.read(reader(packet:sub(1, length)))
      assert.is_nil(kind)
      assert.equal("dropped", problem)
    end
  end)
end)

describe("codec.sftp.unpack_attributes", function()
  it("gives what pack_attributes has packed", function()
    for _, attributes in ipairs {
      {}, { size = 5 }, { mode = 420 }, { size = 1 << 40, mode = 420, mtime = 7 },
    } do
      local bytes = codec.pack_attributes(attributes)
      local found, behind = codec.unpack_attributes("ab" .. bytes .. "more", 3)
      assert.same(attributes, found)
      assert.equal(3 + #bytes, behind)
    end
  end)

  it("skips what it does not know", function()
    local bytes = string.pack(">I4I4I4I4s4s4", 0x80000002, 1, 2, 1, "name", "value")
    local found, behind = codec.unpack_attributes(bytes)
    assert.same(1 << 32 | 2, found.owner)
    assert.equal(#bytes + 1, behind)
  end)

  it("takes nothing that is not whole", function()
    local whole = codec.pack_attributes { size = 5, mode = 420, mtime = 7 }
    for length = 0, #whole - 1 do
      assert.is_nil((codec.unpack_attributes(whole:sub(1, length))))
    end
    assert.is_nil((codec.unpack_attributes(string.pack(">I4i8", 1, -1))))
    assert.is_nil((codec.unpack_attributes(string.pack(">I4I4", 0x80000000, 1 << 31))))
  end)
end)

describe("codec.sftp.unpack_pairs", function()
  it("gives names and values, or nothing", function()
    local bytes = string.pack(">s4s4s4s4", "a", "1", "b", "2")
    assert.same({ a = "1", b = "2" }, codec.unpack_pairs(bytes, 1))
    assert.same({}, codec.unpack_pairs("", 1))
    assert.is_nil(codec.unpack_pairs(bytes:sub(1, -2), 1))
    assert.is_nil(codec.unpack_pairs(string.pack(">s4s4", "a", "1"):rep(65), 1))
  end)
end)
