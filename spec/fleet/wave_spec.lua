local wave = require "moonwire.fleet.wave"

describe("moonwire.fleet.wave", function()
  it("tells where waves end", function()
    assert.same({ 1, 6, 100 }, wave.ends("1, 5%, rest", 100))
    assert.same({ 1, 6, 100 }, wave.ends({ 1, "5%", "rest" }, 100))
    assert.same({ 10, 100 }, wave.ends("10%", 100))
    assert.same({ 1, 2 }, wave.ends("1,5%,rest", 2))
    assert.same({ 1 }, wave.ends("1,5%,rest", 1))
    assert.same({ 3 }, wave.ends("100%", 3))
    assert.same({}, wave.ends("1", 0))
  end)

  it("refuses what is none", function()
    for _, text in ipairs { "x", "0", "-1", "1,,x", "rest,1", "0%", "101%", "1.5" } do
      local ends, message = wave.ends(text, 10)
      assert.is_nil(ends, text)
      assert.matches("neither a number", message)
    end
  end)

  it("takes a share for at least one device", function()
    assert.equal(1, wave.amount("2%", 10))
    assert.equal(3, wave.amount("2%", 101))
    assert.equal(7, wave.amount(7, 10))
    assert.is_nil(wave.amount("many", 10))
    assert.is_nil(wave.amount({}, 10))
  end)
end)
