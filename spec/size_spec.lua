local size = require "moonwire.size"

describe("a size", function()
  it("is digits, and a unit or none", function()
    assert.equal(0, size.parse "0")
    assert.equal(100, size.parse "100")
    assert.equal(64 * 1024, size.parse "64k")
    assert.equal(100 << 20, size.parse "100M")
    assert.equal(999999999 << 30, size.parse "999999999G")
  end)

  it("is nothing else", function()
    for _, text in ipairs {
      "", "M", "1K", "1 M", "-1", "1.5M", "1e3", "1MB", "1000000000G",
    } do
      local bytes, message, kind = size.parse(text)
      assert.is_nil(bytes, text)
      assert.equal(("'%s' is no size: write it like 100M"):format(text), message)
      assert.equal("invalid", kind)
    end
  end)

  it("reads an option, and names it", function()
    assert.equal(2048, size.option "--stream" "2k")
    local _, message = size.option "--stream" "x"
    assert.equal("--stream: 'x' is no size: write it like 100M", message)
  end)
end)
