local codec = require "moonwire.codec.scp"

describe("codec.scp.parse_offer", function()
  it("gives what offer has written", function()
    local line = codec.offer(420, 123456789012, "a name with blanks")
    assert.equal("C0644 123456789012 a name with blanks\n", line)
    assert.same(
      { mode = 420, size = 123456789012, name = "a name with blanks" },
      codec.parse_offer(line:sub(1, -2))
    )
  end)

  it("refuses names that are paths", function()
    for _, name in ipairs { "../../x", "/etc/passwd", "a/b", "..", ".", "a\0b" } do
      assert.is_nil((codec.parse_offer("C0644 5 " .. name)))
    end
  end)

  it("refuses lines that are none", function()
    for _, line in ipairs {
      "", "C", "C0644", "C0644 5", "C0644 5 ", "C644 5 x", "C0944 5 x", "C0644 -5 x",
      "C0644 5.0 x", "C0644 9999999999999999999 x", "D0755 0 x", "C0644  5 x",
    } do
      assert.is_nil((codec.parse_offer(line)))
    end
  end)
end)

describe("codec.scp.quote", function()
  it("makes one word of a POSIX shell", function()
    assert.equal("/flash:a-b_c.d+e@f%g=h,i", codec.quote "/flash:a-b_c.d+e@f%g=h,i")
    assert.equal("'a b'", codec.quote "a b")
    assert.equal("'it'\\''s'", codec.quote "it's")
    assert.equal("'$HOME'", codec.quote "$HOME")
    assert.equal("'-x'", codec.quote "-x")
    assert.equal("''", codec.quote "")
  end)
end)

describe("codec.scp.complaint", function()
  it("is about what no protocol can carry", function()
    for _, name in ipairs { "", "a\nb", "a\rb", "a\0b", "\27[2J", ("x"):rep(1025) } do
      assert.is_string(codec.complaint(name))
    end
    for _, name in ipairs { "a", "it's", "-rf", "é", "a b", ("x"):rep(1024) } do
      assert.is_nil(codec.complaint(name))
    end
  end)
end)

describe("codec.scp.printable", function()
  it("leaves nothing that a terminal obeys", function()
    local words = codec.printable("scp: \27[2Jx: no\tspace\r\n")
    assert.equal("scp: \\x1b[2Jx: no\\x09space", words)
    assert.is_true(#codec.printable(("x"):rep(10000)) <= 200)
  end)
end)
