local transcript = require "moonwire.report.transcript"

local function healthy()
  return {
    device = "sw1",
    host = "10.2.0.101",
    ok = true,
    output = {
      {
        command = "show ip int brief",
        output = "Interface   Status  \nVlan1       up      ",
        prompt = "SW-CORE_1#",
      },
      { command = "show vlan", output = "1 default active\n", prompt = "SW-CORE_1#" },
    },
  }
end

describe("transcript.text", function()
  it("reads like the screen: echo, rows, prompt with the next command", function()
    local text = transcript.text { results = { healthy() }, seconds = 29.834032 }
    assert.equal(table.concat({
      "-> Host 10.2.0.101",
      "Output from 10.2.0.101:",
      "show ip int brief",
      "Interface   Status  ",
      "Vlan1       up      ",
      "SW-CORE_1#show vlan",
      "1 default active",
      "SW-CORE_1#",
      "",
      "Total time: 0:00:29.834032",
    }, "\n"), text)
  end)

  it("has a heading for a device that failed, and keeps what it said before", function()
    local failed = healthy()
    failed.ok, failed.kind, failed.message = false, "dropped", "gone in mid-answer"
    failed.output[2] = nil
    local text = transcript.text { results = { failed }, seconds = 1 }
    assert.is_truthy(text:find("Output from 10.2.0.101:\nshow ip int brief\n", 1, true))
    local expected = "\nError on 10.2.0.101 (dropped): gone in mid-answer\n\nTotal"
    assert.is_truthy(text:find(expected, 1, true))
  end)

  it("writes only the time when there was no device", function()
    assert.equal("Total time: 0:00:00", transcript.text { results = {}, seconds = 0 })
  end)

  it("lets no device speak to the terminal", function()
    local evil = "\27]0;owned\7\r\xc2\x9b2J"
    local entry = { command = evil, output = evil, prompt = evil }
    local text = transcript.text {
      results = {
        { host = evil, ok = true, output = { entry } },
        { host = evil, ok = false, kind = evil, message = evil },
      },
      seconds = 1,
    }
    assert.is_nil(text:find "[\0-\8\11-\31\127]")
    assert.is_nil(text:find("\xc2\x9b", 1, true))
  end)
end)
