-- Faults of spec/README.md: R1.
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local log = require "moonwire.log"
local program = require "spec.support.program"
local record = require "moonwire.log.record"
local uv = require "luv"

local TIME = "2026-01-02T03:04:05.678Z"

local function lines_of(path)
  local lines = {}
  for line in (files.read(path) or ""):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

local function in_folder(fn)
  files.with_folder(function(folder)
    local ok, message = xpcall(fn, debug.traceback, folder .. "/log", folder)
    log.close()
    log.show(nil)
    assert(ok, message)
  end)
end

describe("a line of the log", function()
  it("begins with what it is about", function()
    local fields = { zone = 1, event = "login", device = "r1", run = "7f", ok = true }
    assert.equal(TIME .. " info    run=7f device=r1 event=login ok=true zone=1\n",
      record.text(TIME, "info", fields))
    assert.equal('{"time":"' .. TIME .. '","level":"info","run":"7f","device":"r1",'
      .. '"event":"login","ok":true,"zone":1}\n', record.json(TIME, "info", fields))
  end)

  for name, text in pairs {
    ["a newline"] = "a\nlevel=error event=forged",
    ["an escape sequence"] = "\27[2J\27]0;x\7",
    ["control characters of eight bits"] = "\xc2\x9b31m",
    ["broken UTF-8"] = "a\xff\xfe\n\x80",
    ["marks that turn a line"] = "a\u{202e}b\u{2028}c\u{2066}",
    ["quotes"] = 'a" event="b\\',
    ["nothing"] = "",
  } do
    it("stays one line with " .. name .. " in it", function()
      for _, kind in ipairs { "text", "json" } do
        local line = record[kind](TIME, "info", { message = text })
        assert.equal(1, select(2, line:gsub("\n", "")))
        assert.is_nil(line:sub(1, -2):find "[%c\x80-\xff]")
        assert.is_nil(line:find("event=forged", 1, true) and line:find " event=forged$")
      end
      local read = json.decode(record.json(TIME, "info", { message = text }))
      assert.equal(utf8.len(text) and text or "a\\xff\\xfe\n\\x80", read.message)
    end)
  end

  it("takes numbers that JSON has not", function()
    local line = record.json(TIME, "info", { a = 0 / 0, b = math.huge, c = 0.25 })
    assert.equal(0.25, json.decode(line).c)
    assert.is_truthy(line:find('"a":null,"b":null', 1, true))
  end)
end)

describe("moonwire.log", function()
  it("writes what is as urgent as its level", function()
    in_folder(function(path)
      assert.is_false(log.wants "error")
      log.event("error", "unheard")
      assert(log.open { path = path, level = "warning" })
      assert.is_true(log.wants "warning")
      assert.is_false(log.wants "info")
      log.event("info", "one")
      log.event("warning", "two")
      log.event("error", "three")
      local lines = lines_of(path)
      assert.equal(2, #lines)
      assert.matches("^%d+%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ warning event=two$",
        lines[1])
      assert.equal(tonumber("600", 8), uv.fs_stat(path).mode & 511)
    end)
  end)

  it("keeps what was said to the person, too", function()
    in_folder(function(path)
      local heard = {}
      log.redirect(function(text)
        heard[#heard + 1] = text
      end)
      assert(log.open { path = path })
      log.once "watch out"
      log.once "watch out"
      log.redirect(nil)
      assert.same({ "watch out" }, heard)
      assert.equal(1, #lines_of(path))
      assert.matches('warning event=said message="watch out"', lines_of(path)[1])
    end)
  end)

  it("puts files aside when they are full, and keeps so many", function()
    in_folder(function(path, folder)
      assert(log.open { path = path, size = 200, count = 2, format = "json" })
      for number = 1, 40 do
        log.event("info", "tick", { number = number })
      end
      assert.same({ "log", "log.1", "log.2" }, files.list(folder))
      local numbers = {}
      for _, name in ipairs { path .. ".2", path .. ".1", path } do
        assert.is_true(uv.fs_stat(name).size <= 200)
        for _, line in ipairs(lines_of(name)) do
          numbers[#numbers + 1] = json.decode(line).number
        end
      end
      for i = 1, #numbers do
        assert.equal(40 - #numbers + i, numbers[i])
      end
      assert.is_true(#numbers >= 3)
    end)
  end)

  it("goes on with a file, and does not follow a link", function()
    in_folder(function(path, folder)
      for _ = 1, 2 do
        assert(log.open { path = path })
        log.event("info", "again")
        log.close()
      end
      assert.equal(2, #lines_of(path))
      uv.fs_symlink(path, folder .. "/link")
      local ok, message, kind = log.open { path = folder .. "/link" }
      assert.same({ nil, "local" }, { ok, kind })
      assert.matches("no plain file", message)
      assert.is_nil((log.open { path = folder .. "/none/log" }))
    end)
  end)

  it("says that the disk is full, once, and lets the program go on", function()
    in_folder(function(path)
      local heard = {}
      assert(log.open { path = path })
      log.redirect(function(text)
        heard[#heard + 1] = text
      end)
      local limits = require "moonwire.log.file"
      assert.is_nil((limits.open("/dev/full", 1, 1)))
      local write = uv.fs_write
      uv.fs_write = function()
        return nil, "ENOSPC: no space left on device"
      end
      log.event("info", "lost")
      uv.fs_write = write
      log.event("info", "lost, too")
      log.redirect(nil)
      assert.equal(1, #heard)
      assert.matches("ends here: ENOSPC", heard[1])
    end)
  end)

  it("wants levels and formats that there are", function()
    assert.has_error(function() log.event("loud", "x") end)
    assert.has_error(function() log.open { path = "x", level = "loud" } end)
    assert.has_error(function() log.open { path = "x", format = "xml" } end)
    assert.has_error(function() log.show "loud" end)
  end)
end)

local RUN = [[
local moonwire = require "moonwire"
local devices <close> = assert(moonwire.inventory.load {
  lab = { devices = 3, faults = { { name = "refuse", device = 2 } } },
})
devices[3].password = "Wrong Canary 5e1d"
for _, mode in ipairs { "sync", "nonblocking", "threads", "hybrid" } do
  moonwire.fleet.run(devices, { mode = mode, job = function(session)
    return session:send_command "show clock"
  end })
end
]]

describe("the log of a run", function()
  local function run(path, ...)
    local script = path .. ".lua"
    files.write(script, RUN)
    local words = { ... }
    words[#words + 1] = script
    return program.run(words)
  end

  it("tells alike in every mode how each device fared, and no password", function()
    in_folder(function(path)
      local ran = run(path, "-vv", "--log", path, "--log-format", "json",
        "--log-level", "debug")
      assert.equal(0, ran.status, ran.errors)
      local modes, seen = {}, {}
      for _, line in ipairs(lines_of(path)) do
        local one = json.decode(line)
        if one.event == "run_began" then
          modes[#modes + 1] = one.mode
        elseif one.event ~= "run_ended" then
          seen[#seen + 1] = one.event .. " " .. one.device
          assert.is_number(one.seconds)
        end
      end
      assert.same({ "sync", "nonblocking", "threads", "hybrid" }, modes)
      table.sort(seen)
      assert.equal(12, #seen)
      for i = 1, 4 do
        assert.equal("done SW-CORE_1", seen[i])
        assert.equal("failed SW-CORE_2", seen[i + 4])
        assert.equal("login_refused SW-Bld_A", seen[i + 8])
      end
      local all = files.read(path) .. ran.output .. ran.errors
      assert.is_nil(all:find("Wrong Canary", 1, true))
      assert.is_truthy(ran.errors:find("event=login_refused", 1, true))
      assert.is_truthy(ran.errors:find("phase_auth=", 1, true))
    end)
  end)

  it("is silent unless it is asked for", function()
    in_folder(function(path, folder)
      local ran = run(path)
      assert.same({ 0, "" }, { ran.status, ran.errors })
      assert.same({ "log.lua" }, files.list(folder))
    end)
  end)

  it("is not begun with a wrong option", function()
    in_folder(function(path)
      for _, words in ipairs {
        { "--log", path, "--log-level", "loud" },
        { "--log", path, "--log-format", "xml" },
        { "--log-level", "info" },
        { "--log", path .. "/x/y" },
      } do
        local ran = run(path, table.unpack(words))
        assert.equal(2, ran.status)
        assert.matches("^moonwire: ", ran.errors)
      end
    end)
  end)
end)
