-- N6, S3, S4 of spec/README.md: a line that breaks at a byte of a session. Here at some
-- of them; `make torture` breaks it at each.
local offsets = require "spec.support.offsets"

describe("a line that breaks", function()
  it("at any byte gives an error that fits, or all that was asked for", function()
    local bytes = {}
    for at = 1, 4096, 89 do
      bytes[#bytes + 1] = at
    end
    local timeouts = { banner = 4, kex = 4, auth = 4, shell = 4 }
    local problems, tried, count = offsets.run(bytes, {
      timeout = 4, timeouts = timeouts, retries = 0,
    })
    assert.same({}, problems)
    assert.equal(4 * #bytes, tried)
    assert.is_true(count.failed > #bytes)
    assert.is_true(count.ok > 0)
  end)
end)
