local uv = require "luv"

local process = require "moonwire.bench.process"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

local function run_script(mode, ...)
  return process.run { uv.exepath(), ("scripts/%s.lua"):format(mode), ... }
end

local function with_inventory(text, check)
  local name = os.tmpname()
  local path = name .. ".lua"
  local stream = assert(io.open(path, "w"))
  stream:write(text)
  stream:close()
  local results = table.pack(pcall(check, path))
  os.remove(path)
  os.remove(name)
  assert(results[1], results[2])
end

for _, mode in ipairs(MODES) do
  describe("scripts/" .. mode .. ".lua", function()
    it("explains itself", function()
      local text, status = run_script(mode, "--help")
      assert.equal(0, status)
      local usage = ("usage: scripts/%s.lua [INVENTORY]"):format(mode)
      assert.equal(1, (text:find(usage, 1, true)))
    end)

    it("prints what every device said, and exits with 0", function()
      local text = 'return { lab = { devices = 2 }, commands = { "show version" } }'
      with_inventory(text, function(path)
        local said, status = run_script(mode, path)
        assert.equal(0, status)
        assert.equal(2, select(2, said:gsub("\nshow version\n", "")))
        local counts = ("2 devices: 2 ok, 0 failed; %s, "):format(mode)
        assert.is_truthy(said:find(counts, 1, true))
        assert.is_truthy(said:find "\nTotal time: 0:00:%d%d[.%d]*\n$")
      end)
    end)

    it("exits with 1 when a device fails, and the others do not notice", function()
      local text = [[
        return {
          lab = { devices = 3, faults = { { name = "refuse", device = 2 } } },
          commands = { "show version" },
        }
      ]]
      with_inventory(text, function(path)
        local said, status = run_script(mode, path)
        assert.equal(1, status)
        assert.is_truthy(said:find("3 devices: 2 ok, 1 failed", 1, true))
        assert.is_truthy(said:find "\nfailed  %S+ +[%d.]+ s  refused in connect: ")
      end)
    end)
  end)
end

describe("scripts/ssh_config.lua", function()
  it("shows what a file says about a host, and where", function()
    local path = os.tmpname()
    local stream = assert(io.open(path, "w"))
    stream:write "Host r1\n  Port 2022\n  ProxyJump b\n"
    stream:close()
    local text, status = run_script("ssh_config", path, "r1")
    assert.equal(0, status)
    assert.is_truthy(text:find("port +2022  # " .. path:gsub("%p", "%%%0") .. ":2\n"))
    local words, ended = run_script("ssh_config", path, "--time")
    os.remove(path)
    assert.equal(0, ended)
    assert.is_truthy(words:find "^1 names: read in ")
    assert.same({ 1 }, { select(2, run_script("ssh_config", path, "r1")) })
    assert.same({ 0 }, { select(2, run_script("ssh_config", "--help")) })
  end)
end)
