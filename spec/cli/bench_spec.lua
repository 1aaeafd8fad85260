local lfs = require "lfs"
local uv = require "luv"

local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"

local function read(path)
  local stream = assert(io.open(path, "rb"))
  local bytes = stream:read "a"
  stream:close()
  return bytes
end

-- The program as a person calls it: what it wrote, its exit status; errors are its own
-- affair, except for what is passed on in 'script'.
local function moonwire(script, ...)
  local argv = { "sh", "-c", script, "sh", uv.exepath(), "bench", ... }
  return process.run(argv)
end

local QUIET = 'exec "$@" 2>/dev/null'
local WITH_ERRORS = 'exec "$@" 2>&1'

describe("moonwire bench", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
  end)

  after_each(function()
    local names = {}
    if lfs.attributes(folder) then
      for name in lfs.dir(folder) do
        names[#names + 1] = name
      end
    end
    for _, name in ipairs(names) do
      os.remove(folder .. "/" .. name)
    end
    os.remove(folder)
  end)

  local function on_lab(...)
    return moonwire(QUIET, "--lab", "3", "--rtt", "0", "--think", "0", "--runs", "2",
      "--output", folder, ...)
  end

  it("measures modes on a lab of its own, and writes what it found", function()
    local text, status = on_lab("--mode", "sync,nonblocking", "--json", "-")
    assert.equal(0, status)
    local document = assert(json.decode(text)) -- nothing but JSON on stdout
    assert.equal(3, document.lab.devices)
    assert.equal("sync", document.modes[1].mode)
    assert.equal("nonblocking", document.modes[2].mode)
    for _, mode in ipairs(document.modes) do
      assert.equal(3, mode.ok)
      assert.equal(0, mode.failed)
      assert.equal(2, #mode.runs)
      assert.equal(3, #mode.results)
    end
    assert.equal(1, document.modes[1].peak_sessions)
    assert.equal(text, read(folder .. "/bench.json"))
    assert.is_truthy(read(folder .. "/bench.svg"):find("nonblocking", 1, true))
    local log = read(folder .. "/sync.log")
    local heading = "%-> Host 127%.1%.%d+%.%d+\nOutput from "
    assert.equal(3, select(2, log:gsub(heading, "")))
    assert.is_truthy(log:find "\n[%w_.-]+#show vlan\n")
    assert.is_truthy(log:find "\n[%w_.-]+#\n\nTotal time: 0:00:%d%d%.%d+$")
  end)

  it("writes the same transcript in every mode", function()
    local _, status = on_lab("--mode", "sync,nonblocking")
    assert.equal(0, status)
    local function devices_part(mode)
      return (read(("%s/%s.log"):format(folder, mode)):gsub("Total time:.*$", ""))
    end
    assert.equal(devices_part "sync", devices_part "nonblocking")
  end)

  it("adds a row for a second pass over open sessions", function()
    local text, status = on_lab("--mode", "nonblocking", "--warm", "--json", "-")
    assert.equal(0, status)
    local warm = assert(json.decode(text)).modes[2]
    assert.equal("warm", warm.mode)
    assert.equal(3, warm.ok)
    assert.is_truthy(read(folder .. "/warm.log"):find("show vlan", 1, true))
  end)

  it("asks every platform in its own words, and groups by platform", function()
    local names = require("moonwire.platform").names()
    local text, status = moonwire(QUIET, "--lab", #names + 1, "--platform", "mixed",
      "--rtt", "0", "--think", "0", "--runs", "1", "--mode", "nonblocking,hybrid",
      "--output", folder, "--json", "-")
    assert.equal(0, status)
    local document = assert(json.decode(text))
    assert.equal(#names, #document.platforms)
    for i, entry in ipairs(document.platforms) do
      assert.equal(names[i], entry.platform)
      assert.equal(i == 1 and 2 or 1, entry.devices)
      assert.equal(0, entry.failed)
      assert.equal(entry.devices, entry.modes.hybrid.ok)
      assert.equal(2, #document.commands[entry.platform])
    end
  end)

  it("counts a device that fails, names why, and exits with 1", function()
    local path = os.tmpname()
    os.remove(path)
    local stream = assert(io.open(path .. ".lua", "w"))
    stream:write [[
      return { gone = { host = "127.0.0.1", port = 1, username = "u", password = "p",
        device_type = "cisco_ios" } }
    ]]
    stream:close()
    uv.fs_chmod(path .. ".lua", tonumber("600", 8))
    local text, status = moonwire(QUIET, "-i", path .. ".lua", "--mode", "nonblocking",
      "--runs", "1", "--output", folder, "--json", "-")
    os.remove(path .. ".lua")
    assert.equal(1, status)
    local mode = assert(json.decode(text)).modes[1]
    assert.equal(1, mode.failed)
    assert.equal("gone", mode.results[1].device)
    assert.equal("refused", mode.results[1].kind)
    local log = read(folder .. "/nonblocking.log")
    assert.is_truthy(log:find("Error on 127.0.0.1 (refused): ", 1, true))
  end)

  it("turns a knob: as many workers as devices take the time of one", function()
    local text, status = moonwire(QUIET, "--lab", "3", "--think", "20ms", "--runs", "2",
      "--dwell", "30ms", "--sweep", "workers=1,3", "--output", folder, "--json", "-")
    assert.equal(0, status)
    local document = assert(json.decode(text))
    assert.equal(text, read(folder .. "/sweep.json"))
    local one, three = table.unpack(document.sweep.rows)
    assert.equal("threads", document.sweep.mode)
    assert.equal(1, one.peak_sessions)
    assert.equal(3, three.threads)
    assert.equal(2, #one.runs)
    assert.equal(3, three.ok)
    assert.is_truthy(read(folder .. "/sweep.svg"):find("workers=3", 1, true))
  end)

  it("searches how many sessions at once are good", function()
    local text, status = moonwire(QUIET, "--lab", "12", "--think", "0", "--runs", "1",
      "--ramp", "--p99", "60s", "--output", folder, "--json", "-")
    assert.equal(0, status)
    local found = assert(json.decode(text)).ramp
    assert.equal(12, found.limit)
    assert.is_false(found.is_edge)
    assert.equal(8, found.rows[1].limit)
    assert.equal("good", found.rows[2].verdict)
    assert.is_truthy(read(folder .. "/ramp.svg"):find("12 sessions at once", 1, true))
  end)

  it("compares with an earlier run", function()
    on_lab("--mode", "sync", "--json", folder .. "/earlier.json")
    local text, status = on_lab("--mode", "sync,nonblocking", "--compare",
      folder .. "/earlier.json", "--json", "-")
    assert.equal(0, status)
    local document = assert(json.decode(text))
    local sync, nonblocking = table.unpack(document.compare)
    local earlier = assert(json.decode(read(folder .. "/earlier.json"))).modes[1]
    assert.equal(earlier.seconds, sync.earlier.seconds)
    assert.equal(document.modes[1].seconds, sync.now.seconds)
    assert.is_nil(nonblocking.earlier)
    assert.is_truthy(read(folder .. "/compare.svg"):find(">earlier<", 1, true))
  end)

  it("finds that nothing is good enough", function()
    local text, status = moonwire(QUIET, "--lab", "2", "--think", "20ms", "--ramp",
      "--p99", "1ms", "--runs", "1", "--output", folder, "--json", "-")
    assert.equal(1, status)
    local found = assert(json.decode(text)).ramp
    assert.equal(0, found.limit)
    assert.equal("too slow", found.rows[1].verdict)
  end)

  it("exits with 1 when it cannot write", function()
    local _, status = moonwire(QUIET, "--lab", "1", "--rtt", "0", "--think", "0",
      "--mode", "sync", "--runs", "1", "--output", "/proc/nowhere")
    assert.equal(1, status)
  end)

  local wrong = {
    { "--mode", "fast" },
    { "--lab", "0" },
    { "--lab", "many" },
    { "--rtt", "soon" },
    { "--runs", "-1" },
    { "--profile", "moon" },
    { "-i", "inventory/lab.lua", "--lab", "3" },
    { "-i", "inventory/lab.lua", "--platform", "mixed" },
    { "--platform", "cisco_oi", "--rtt", "0" },
    { "-i", "/nowhere/devices.json" },
    { "--sweep", "workers" },
    { "--sweep", "speed=1" },
    { "--sweep", "workers=1,3", "--mode", "sync" },
    { "--sweep", "workers=1,3", "--ramp" },
    { "--ramp", "--mode", "threads" },
    { "--ramp", "--p99", "soon" },
    { "--p99", "2s" },
    { "--compare", "/nowhere/bench.json" },
    { "--compare", "Makefile" },
    { "--colour" },
  }
  for _, words in ipairs(wrong) do
    it("refuses " .. table.concat(words, " "), function()
      local text, status = moonwire(WITH_ERRORS, table.unpack(words))
      assert.equal(2, status)
      assert.is_truthy(text:find("moonwire bench: ", 1, true))
      assert.is_nil(text:find("traceback", 1, true))
    end)
  end

  it("explains itself", function()
    local text, status = moonwire(WITH_ERRORS, "--help")
    assert.equal(0, status)
    for _, word in ipairs { "--inventory", "--lab", "--mode", "--workers", "--limit",
      "--command", "--runs", "--rtt", "--think", "--dwell", "--profile", "--warm",
      "--scale", "--sweep", "--ramp", "--p99", "--compare", "--json", "--output" } do
      assert.is_truthy(text:find(word, 1, true), word)
    end
    assert.is_nil(text:find("--client", 1, true))
  end)

  it("says that there is no Ansible to measure", function()
    local text, status = process.run {
      "sh", "-c", 'PATH=/nowhere exec "$@" 2>&1', "sh", uv.exepath(), "bench",
      "--ansible",
    }
    assert.equal(2, status)
    assert.matches("there is no ansible-playbook here", text, 1, true)
  end)

  it("measures Ansible on a lab, and nothing else beside it", function()
    for _, words in ipairs { { "-i", "lab:1" }, { "--stream", "1M" } } do
      local text, status = moonwire(WITH_ERRORS, "--ansible", table.unpack(words))
      assert.equal(2, status)
      assert.matches("%-%-ansible", text)
    end
  end)
end)
