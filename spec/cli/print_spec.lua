-- Faults of spec/README.md: I12.
-- Scripts that print without end, and from several threads at once.
local child = require "spec.support.child"
local files = require "spec.support.files"
local memory = require "spec.support.memory"
local uv = require "luv"

local THREADS = [[
local fleet = require "moonwire.fleet"
local labs = require "moonwire.lab"
local task = require "moonwire.task"
local lab <close> = assert(labs.open { devices = 4 })
task.group(function(group)
  group:spawn(lab.serve, lab)
  local run = fleet.run(lab:inventory(), {
    mode = "threads", threads = 4,
    job = function(session)
      local name = session.device.name
      for i = 1, 3000 do
        print(name, i, ("x"):rep(60), "end")
        io.write(name, "\t", i, "\t", ("x"):rep(60), "\tend\n")
        io.stdout:write(name, "\t", i, "\t", ("x"):rep(60), "\tend\n")
      end
      return true
    end,
  })
  assert(run.ok, run.results[1].message)
  lab:close()
end)
]]

local FLOOD = [[
local usage = require "moonwire.bench.usage"
local uv = require "luv"
local line = ("x"):rep(1023)
local before = usage.of(uv.os_getpid()).max_rss_bytes
for _ = 1, 1 << 17 do
  print(line)
end
io.stderr:write(usage.of(uv.os_getpid()).max_rss_bytes - before, "\n")
]]

local function run(script, line)
  local ran
  files.with_folder(function(folder)
    local path = folder .. "/script.lua"
    files.write(path, script)
    local running <close> = child.start { "sh", "-c", line, "sh", uv.exepath(), path }
    assert.equal(0, running:wait(), running.errors)
    ran = running
  end)
  return ran
end

describe("a script that prints", function()
  it("has whole lines, from whatever thread", function()
    local lines, torn = 0, {}
    for line in run(THREADS, '"$@"').output:gmatch "[^\n]*\n" do
      lines = lines + 1
      if not line:find "^[%w_-]+\t%d+\tx+\tend\n$" or #line > 100 then
        torn[#torn + 1] = line
      end
    end
    assert.same({}, torn)
    assert.equal(4 * 3000 * 3, lines)
  end)

  it("without end takes no memory", function()
    local ran = run(FLOOD, '"$@" | wc -lc')
    assert.matches("^%s*131072%s+134217728%s*$", ran.output)
    if not memory.has_shadow(uv.os_getpid()) then
      assert.is_true(tonumber(ran.errors) < 8 << 20, ran.errors)
    end
  end)

  it("writes as Lua itself does", function()
    local script = [[
print(1, nil, 1.0, "a\0b")
io.write(1.5, " ", 1.0, " ", 3, " ", math.huge, "\n")
io.stdout:write("a", "b\n"):write("c\n")
print(pcall(io.write, {}))
print(pcall(io.stdout.write, io.stdout))
print(io.open("/dev/full", "w"):write(("x"):rep(100000)))
local file = assert(io.open("/dev/null", "w"))
file:close()
print(pcall(file.write, file, "a"))
print(pcall(print, setmetatable({}, { __tostring = function() return 1 end })))
]]
    files.with_folder(function(folder)
      local path = folder .. "/script.lua"
      files.write(path, script)
      local ours <close> = child.start { uv.exepath(), path }
      local theirs <close> = child.start { "lua5.4", path }
      assert.equal(0, ours:wait(), ours.errors)
      assert.equal(0, theirs:wait(), theirs.errors)
      assert.equal(theirs.output:gsub("0x%x+", "POINTER"),
        (ours.output:gsub("0x%x+", "POINTER")))
    end)
  end)
end)
