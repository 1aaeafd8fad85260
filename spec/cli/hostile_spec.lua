-- Faults of spec/README.md: I7. 200 hostile texts as the names and hosts of devices,
-- from an inventory to what a run shows and writes of it.
local files = require "spec.support.files"
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local lfs = require "lfs"
local payloads = require "spec.support.payload"
local program = require "spec.support.program"
local safe_name = require "moonwire.safe_name"
local uv = require "luv"

local OWNER_ONLY = 384 -- 0600
local PATHS = {
  "../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b", "a\0b", "-oProxyCommand=x",
  ".hidden", ("x"):rep(5000), "con", "A", "a", "%2e%2e", "\27]0;x\7", "r1\nr2",
}

local function hostile()
  local list, seen = {}, {}
  for _, some in ipairs { payloads, PATHS } do
    for _, name in ipairs(some) do
      list[#list + 1] = not seen[name] and name or nil
      seen[name] = true
    end
  end
  return list
end

local function device(name, host)
  return {
    name = name, host = host, username = "ops", password = "canary-pw-7",
    device_type = "cisco_ios", port = 1,
  }
end

local function check_clean(text)
  assert.is_nil(text:find "[\0-\8\11-\31\127]")
  assert.is_nil(text:find "\xc2[\x80-\x9f]")
  assert.is_nil(text:find("canary-pw-7", 1, true))
end

-- Every file below a folder; a link would lead elsewhere.
local function each_file(folder, fn)
  for _, name in ipairs(files.list(folder)) do
    local path = folder .. "/" .. name
    local mode = lfs.symlinkattributes(path, "mode")
    assert.is_true(mode == "file" or mode == "directory", mode)
    if mode == "directory" then
      each_file(path, fn)
    else
      fn(path, name)
    end
  end
end

local function with_hostile_file(fn)
  local place = os.getenv "TMPDIR" or "/tmp"
  local folder = assert(uv.fs_mkdtemp(place .. "/hostile-XXXXXX"))
  local devices, path = {}, folder .. "/hostile.json"
  for _, name in ipairs(hostile()) do
    local one = device(name, "127.0.0.1")
    one.port = 1 + #devices
    devices[#devices + 1] = inventory.load { devices = { one } } and one or nil
  end
  assert.is_true(#devices > 20, #devices)
  files.write(path, json.encode { devices = devices })
  uv.fs_chmod(path, OWNER_ONLY)
  fn(folder, path, #devices)
  os.execute("rm -rf " .. folder)
end

local CHECKS = { text = function() end, table = function() end }

function CHECKS.ndjson(text, count)
  local lines = 0
  for line in text:gmatch "[^\n]+" do
    assert(json.decode(line))
    lines = lines + 1
  end
  assert.equal(count, lines)
end

function CHECKS.csv(text)
  local at = 1
  while at <= #text do
    local quoted, behind = text:match('^"(.-)"()%f[,\n]', at)
    while quoted and select(2, quoted:gsub('"', "")) % 2 == 1 do
      local more, after = text:match('^(.-)"()%f[,\n]', behind) -- in the middle of it
      quoted, behind = quoted .. '"' .. more, after
    end
    local cell = quoted or text:match("^[^,\n]*", at)
    at = (behind or at + #cell) + 1
    assert.is_true(not cell:find "^[=+@\t\r-]" or tonumber(cell) ~= nil, cell)
  end
end

describe("200 hostile names", function()
  it("are no hosts, or hosts that nothing takes for more", function()
    for _, name in ipairs(hostile()) do
      local loaded, message = inventory.load { devices = { device("r1", name) } }
      if loaded then
        assert.is_nil(loaded[1].host:find "[%c%s/'\"`$;&|<>\\]")
        assert.is_nil(loaded[1].host:find "^%-")
      else
        check_clean(message)
      end
    end
  end)

  it("become file names of their own, all in one folder", function()
    local seen = {}
    for _, name in ipairs(hostile()) do
      local safe = safe_name(name)
      assert.is_truthy(safe:find "^[%w_%%-][%w._%%-]*$")
      assert.is_true(#safe <= 129)
      assert.is_true(seen[safe] == nil or seen[safe] == name)
      seen[safe] = name
    end
  end)

  it("leave a terminal, NDJSON, CSV and the folder of outputs alone", function()
    with_hostile_file(function(folder, path, count)
      for _, format in ipairs { "text", "ndjson", "csv", "table" } do
        local result = program.run {
          "send", "-i", path, "--format", format, "--runs", folder .. "/runs",
          "--output", folder .. "/out", "--record", folder .. "/rec", "show clock",
        }
        check_clean(result.output)
        check_clean(result.errors)
        CHECKS[format](result.output, count)
      end
      each_file(folder, function(file, name)
        assert.is_truthy(name:find "^[%w_%%-][%w._%%~-]*$", name)
        if file ~= path then
          assert.is_nil(files.read(file):find("canary-pw-7", 1, true), file)
        end
      end)
    end)
  end)
end)
