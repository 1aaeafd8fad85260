local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local loopback = require "spec.support.loopback"
local program = require "spec.support.program"
local uv = require "luv"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

describe("moonwire send", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-send-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function run(...)
    return program.run({ "send", "--runs", folder .. "/runs", ... })
  end

  local function known_run()
    local root = folder .. "/runs"
    return assert(journal.read(assert(journal.find("last", root)), { root = root }))
  end

  it("prints a block for each device, never mixed", function()
    local result = run("-i", "lab:5", "show clock", "show vlan")
    assert.equal(0, result.status, result.errors)
    local _, blocks = result.output:gsub("== [^\n]+\n%-%- show clock\n[^\n]+\n"
      .. "%-%- show vlan\n", "")
    assert.equal(5, blocks)
    assert.matches("5 devices: 5 done", result.errors)
    assert.equal("done", known_run():state(5))
  end)

  it("says once what a jump host has kept devices from", function()
    local bastion = ("127.0.0.1:%d"):format(loopback.free_port())
    local result = run("-i", "sw[1-3]", "-d", "jump=admin@" .. bastion, "-d",
      "device_type=cisco_ios", "-d", "username=admin", "-d", "password.env=PATH",
      "show clock")
    assert.equal(1, result.status)
    local words = ("unreachable: the jump host %s: %s: connection refused (3): sw[1-3]")
      :format(bastion, bastion)
    assert.matches(words, result.errors, 1, true)
    assert.is_nil(result.errors:find("jump in jump", 1, true))
  end)

  it("gives every format", function()
    local words = { "-i", "lab:3", "show clock", "-q", "--format" }
    local function formatted(format)
      words[6] = format
      local result = run(table.unpack(words))
      assert.same({ 0, "" }, { result.status, result.errors })
      return result.output
    end
    local list = assert(json.decode(formatted "json"))
    assert.equal(3, #list)
    assert.equal("show clock", list[1].output[1].command)
    local lines = {}
    for line in formatted "ndjson":gmatch "[^\n]+" do
      lines[#lines + 1] = assert(json.decode(line))
    end
    assert.equal(3, #lines)
    assert.equal("done", lines[1].state)
    local text = formatted "csv"
    local header = "device,host,state,kind,phase,message,command,output,elapsed\n"
    assert.equal(header, text:match "^[^\n]*\n")
    assert.equal(4, select(2, text:gsub("\n", "")))
    assert.is_truthy(formatted "table":find("SW-CORE_2", 1, true))
  end)

  it("reads answers by templates", function()
    local result = run("-i", "lab:2", "show vlan", "--textfsm", "--format", "csv", "-q")
    assert.equal(0, result.status, result.errors)
    assert.matches("^device,[%u_,]+message\nSW%-CORE_%d,", result.output)
  end)

  -- What is in the files of a run in this mode.
  local function texts_of(mode, inventory)
    local place = folder .. "/" .. mode
    local result = run("-i", inventory, "show version", "--mode", mode, "--output",
      place, "--retries", "0")
    assert.equal(1, result.status, result.errors)
    local texts = {}
    for _, name in ipairs(files.list(place)) do
      texts[name] = files.read(place .. "/" .. name)
    end
    return texts
  end

  it("writes a file for each device, the same in every mode", function()
    local faults = {
      { name = "auth_failure", device = 5 }, { name = "http", device = 7 },
      { name = "hostkey_change", device = 6 }, { name = "ansi", device = 8 },
    }
    labs.with_lab({ devices = 9, faults = faults }, function(lab)
      local path, first = folder .. "/inventory.json", nil
      files.write(path, json.encode { devices = lab:inventory() })
      uv.fs_chmod(path, tonumber("600", 8))
      for _, mode in ipairs(MODES) do
        local texts = texts_of(mode, path)
        assert.is_nil(texts["SW-Data_Center.txt"])
        assert.is_string(texts["SW-Data_Center.failed.txt"])
        assert.is_truthy(texts["SW-CORE_1.txt"]:find("SW-CORE_1 uptime", 1, true))
        first = first or texts
        assert.same(first, texts)
      end
    end)
  end)

  it("says that a file cannot be written, and begins nothing more", function()
    local place = folder .. "/files"
    assert(uv.fs_mkdir(place, tonumber("700", 8)))
    assert(uv.fs_mkdir(place .. "/SW-CORE_1.txt", tonumber("700", 8)))
    local result = run("-i", "lab:3", "show clock", "--output", place, "--sessions",
      "1", "--format", "ndjson")
    assert.equal(1, result.status)
    assert.matches("cannot write [^\n]*/SW%-CORE_1.txt: EISDIR", result.errors)
    assert.is_truthy(result.output:find('"device":"SW-CORE_1"', 1, true))
    assert.equal(3, select(2, result.output:gsub("\n", "")))
  end)

  it("folds 400 devices with three versions into three node sets", function()
    local path = folder .. "/lab.json"
    files.write(path, '{"lab": {"devices": 400, "versions": 3}}')
    local result = run("-i", path, "show version", "--fold")
    assert.equal(0, result.status, result.errors)
    local heads = {}
    for names, count in result.output:gmatch "== ([^\n]+) %((%d+)%)\n" do
      heads[#heads + 1] = tonumber(count)
      assert.is_truthy(names:find("R[", 1, true), names)
    end
    assert.same({ 134, 133, 133 }, heads)
    assert.is_truthy(result.output:find("+ Cisco IOS Software, simulated L2 Software "
      .. "(SIM_L2-UNIVERSALK9-M), Version 15.2(7)E6", 1, true))
  end)

  it("has exit status 1 when a device failed, and names it and why", function()
    local path = folder .. "/lab.json"
    files.write(path, [[
      {"lab": {"devices": 3, "faults": [{"name": "refuse", "device": 2}]}}]])
    local result = run("-i", path, "show clock", "--retries", "0")
    assert.equal(1, result.status)
    assert.matches("refused in connect %(1%): SW%-CORE_2", result.errors)
    assert.matches("2 done, 1 failed", result.errors)
    assert.equal("failed", known_run():state(2))
  end)

  it("starts nothing when something is wrong", function()
    local function refused(text, ...)
      local result = run(...)
      assert.equal(2, result.status)
      assert.equal("", result.output)
      assert.is_truthy(result.errors:find(text, 1, true), result.errors)
      assert.is_nil(uv.fs_stat(folder .. "/runs"))
    end
    refused("no device is wanted", "-i", "lab:2", "-l", "nobody", "show clock")
    refused("2 devices were expected", "-i", "lab:3", "--expect", "2", "show clock")
    refused("there is no command", "-i", "lab:1")
    refused("missing option '-i'", "show clock")
    refused("--waves: 'x'", "-i", "lab:1", "--waves", "x", "show clock")
    refused("--abort-after wants", "-i", "lab:1", "--abort-after", "x", "show clock")
    refused("--timeout wants", "-i", "lab:1", "--timeout", "0s", "show clock")
    refused("one line", "-i", "lab:1", "a\nb")
    refused("--at-once wants", "-i", "lab:1", "--at-once", "site", "show clock")
    refused("cannot make folder", "-i", "lab:1", "show clock", "--output",
      "/dev/null/x")
    refused("none.yaml", "-i", folder .. "/none.yaml", "show clock")
  end)

  it("keeps no password, and reads none from the command line", function()
    local result = run("-i", "lab:2", "show running-config")
    assert.equal(0, result.status, result.errors)
    local id = journal.find("last", folder .. "/runs")
    local text = files.read(("%s/runs/%s/journal"):format(folder, id))
    assert.is_nil(text:find("secret 5 $1$", 1, true))
    assert.is_truthy(text:find(" secret 5 <removed>", 1, true))
    assert.equal(2, run("-i", "lab:2", "-d", "password=x", "show clock").status)
  end)

  it("shows no control characters of a device", function()
    local path = folder .. "/lab.json"
    files.write(path, [[
      {"lab": {"devices": 1, "faults": [{"name": "ansi"}, {"name": "bytes"}]}}]])
    for _, format in ipairs { "text", "table", "json" } do
      local result = run("-i", path, "show version", "--format", format)
      assert.is_nil((result.output .. result.errors):find "[\27\7]")
    end
  end)

  it("is called in the log what it is called elsewhere", function()
    local log = folder .. "/log"
    local result = program.run {
      "--log", log, "send", "--runs", folder .. "/runs", "-i", "lab:1", "show clock",
    }
    assert.equal(0, result.status, result.errors)
    local id = journal.find("last", folder .. "/runs")
    for line in files.read(log):gmatch "[^\n]+" do
      assert.is_truthy(line:find("run=" .. id, 1, true), line)
    end
  end)

  it("explains itself", function()
    local result = run "--help"
    assert.equal(0, result.status)
    assert.matches("Exit status", result.output)
  end)
end)
