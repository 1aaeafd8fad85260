local text = require "host.text"

describe("a text", function()
  it("is ASCII unless a byte is above it, wherever that stands", function()
    assert.is_true(text.is_ascii "")
    assert.is_true(text.is_ascii "\0\1\127")
    for length = 1, 20 do
      for at = 1, length do
        local odd = ("a"):rep(at - 1) .. "\x80" .. ("a"):rep(length - at)
        assert.is_false(text.is_ascii(odd))
      end
      assert.is_true(text.is_ascii(("a"):rep(length)))
    end
  end)

  it("is plain when it can be printed and is ASCII", function()
    assert.is_true(text.is_plain " ~ r1")
    for _, odd in ipairs { "", "\t", "r1\n", "\0", "\127", "\x80", "é", "\x9b" } do
      assert.is_false(text.is_plain(odd))
    end
  end)

  it("is an address when it has four parts up to 255", function()
    for _, one in ipairs { "0.0.0.0", "10.0.0.1", "255.255.255.255", "010.001.0.09" } do
      assert.is_true(text.is_address(one), one)
    end
    local others = {
      "", ".", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256",
      "1..2.3", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\0", "1.2.3.-4", "0x1.2.3.4", "::1",
      "1000.2.3.4", "1.2.3.99999999999999999999", "0000001.000002.000003.4", "1,2,3,4",
    }
    for _, one in ipairs(others) do
      assert.is_false(text.is_address(one), one)
    end
  end)
end)
