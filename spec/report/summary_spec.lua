local report = require "moonwire.report"
local summary = require "moonwire.report.summary"

local function run_of(results)
  local count = { ok = 0, failed = 0 }
  for _, result in ipairs(results) do
    local column = result.ok and "ok" or "failed"
    count[column] = count[column] + 1
  end
  return {
    mode = "threads",
    results = results,
    count = count,
    seconds = 1.5,
    peak_sessions = 2,
  }
end

local failed = {
  device = "r2",
  host = "192.0.2.2",
  ok = false,
  kind = "timeout",
  phase = "connect",
  message = "no answer from 192.0.2.2 port 22 within 10 s",
  elapsed = 10.0004,
}

describe("report.print", function()
  it("has a line for each device, then the counts and the time", function()
    local stream = assert(io.tmpfile())
    local ok = { device = "core-1", host = "192.0.2.1", ok = true, elapsed = 1.25 }
    report.print(run_of { ok, failed }, { stream = stream })
    stream:seek "set"
    assert.equal(table.concat({
      "ok      core-1     1.250 s",
      "failed  r2        10.000 s  timeout in connect: "
        .. "no answer from 192.0.2.2 port 22 within 10 s",
      "2 devices: 1 ok, 1 failed; threads, at most 2 open at once",
      "Total time: 0:00:01.500000",
      "",
    }, "\n"), stream:read "a")
    stream:close()
  end)

  it("prints what the devices said when asked to", function()
    local result = {
      device = "r1",
      host = "192.0.2.1",
      ok = true,
      output = { { command = "show clock", output = "12:00:00", prompt = "r1#" } },
    }
    local text = summary.text(run_of { result }, true)
    local expected = "-> Host 192.0.2.1\nshow clock\n12:00:00\nr1#\n\nok      r1"
    assert.is_truthy(text:find(expected, 1, true))
  end)

  it("has one line for all that have failed by one cause", function()
    local results = { { device = "r0", ok = true } }
    for i = 1, 5 do
      results[i + 1] = {
        device = "r" .. i,
        ok = false,
        kind = "jump",
        message = ("r%d: the jump host b is lost"):format(i),
        root = "the jump host b is lost",
      }
    end
    local root = "another \27"
    results[7] = { device = "r6", ok = false, kind = "jump", root = root }
    local text = summary.text(run_of(results))
    assert.matches("failed  5 devices unreachable: the jump host b is lost "
      .. "(r1, r2, r3, … and 2 more)\n", text, 1, true)
    assert.is_nil(text:find("r4", 1, true))
    assert.matches("failed  r6 ", text, 1, true)
    assert.is_nil(text:find "\27")
    assert.matches("7 devices: 1 ok, 6 failed", text, 1, true)
  end)

  it("shows no control byte, whatever a device or library said", function()
    local evil = "\27[2J\r\7\n\xc2\x9b\xff"
    local bad = { device = evil, host = evil, ok = false, kind = evil, message = evil }
    bad.phase = evil
    local text = summary.text(run_of { bad, bad }, true)
    assert.is_nil(text:find "[\0-\8\11-\31\127]")
    assert.is_truthy(utf8.len(text))
  end)

  it("says one device of one device", function()
    local text = summary.counts(run_of { failed })
    assert.is_truthy(text:find "^1 device: 0 ok, 1 failed")
  end)
end)
