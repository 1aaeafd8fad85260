local usage = require "moonwire.bench.usage"
local uv = require "luv"

describe("usage", function()
  it("counts CPU that is spent", function()
    local before = usage.now().cpu_seconds
    local sum = 0
    while usage.now().cpu_seconds < before + 0.02 do
      for i = 1, 10000 do
        sum = sum + i
      end
    end
    assert.is_true(usage.of(uv.os_getpid()).cpu_seconds > 0)
  end)

  it("sees memory that was used since the peak was forgotten", function()
    usage.forget_peak()
    local before = usage.now().max_rss_bytes
    local text = ("x"):rep(30 * 1000 * 1000)
    assert.is_true(usage.now().max_rss_bytes >= before + 20 * 1000 * 1000)
    assert.equal(30 * 1000 * 1000, #text)
    assert.is_true(usage.of(uv.os_getpid()).max_rss_bytes > 20 * 1000 * 1000)
  end)

  it("counts threads of a process, and knows when it is gone", function()
    assert.is_true(usage.of(uv.os_getpid()).threads >= 1)
    assert.is_nil(usage.of(2 ^ 31 // 1 - 1))
  end)

  it("knows the limit of open files", function()
    assert.is_true(usage.file_limit() >= 64)
  end)
end)
