local json = require "dkjson"
local platforms = require "moonwire.platform"
local uv = require "luv"
local verify = require "moonwire.verify"

-- a platform of one's own: cisco_asa, with something changed
local function with_broken(name, text, fn)
  local folder = os.tmpname()
  os.remove(folder)
  assert(require("lfs").mkdir(folder))
  local path = ("%s/%s.lua"):format(folder, name)
  local file = assert(io.open(path, "w"))
  file:write(([[
return require("moonwire.platform").define "%s" {
  status = "documents",
  like = "cisco_asa",
  %s
}
]]):format(name, text))
  file:close()
  platforms.add_path(folder)
  local ok, message = pcall(fn, name)
  os.remove(path)
  os.remove(folder)
  assert(ok, message)
end

describe("moonwire platform verify", function()
  for _, name in ipairs {
    "cisco_asa", "cisco_wlc", "huawei_vrp", "juniper_junos", "linux", "siemens_ros",
    "vyos",
  } do
    it("passes " .. name, function()
      local result = verify.platform(name)
      assert.is_true(result.ok, result.message)
      assert.is_true(#result.steps >= 7)
    end)
  end

  it("tries what a platform has, and says what it has not", function()
    local function steps_of(name)
      local steps = {}
      for _, one in ipairs(verify.platform(name).steps) do
        steps[one.name] = one.skipped and "skipped" or one.ok and "ok" or "failed"
      end
      return steps
    end
    local junos = steps_of "juniper_junos"
    for _, name in ipairs { "name", "confirmed", "locked", "refused", "pager" } do
      assert.equal("ok", junos[name], name)
    end
    local ros = steps_of "siemens_ros"
    assert.equal("skipped", ros.name)
    assert.equal("skipped", ros.confirmed)
    assert.is_nil(ros.refused)
  end)

  it("knows an alias, and no other name", function()
    assert.equal("huawei_vrp", verify.platform("vrp").name)
    local result = verify.platform "cisco_iso"
    assert.is_false(result.ok)
    assert.equal("table", result.failed)
  end)

  for step, text in pairs {
    -- the device words it otherwise
    question = [[questions = { { "%[confirm%]$", text = "Really reload now?" } },]],
    -- the password is not that of the device
    edges = [[edges = {
      { "exec", "priv", run = "enable",
        ask = { "[Pp]assword: ?$", secret = "password" } },
      { "priv", "exec", run = "disable" },
      { "priv", "config", run = "configure terminal" },
    },]],
    -- the device never says so
    configuration = [[config = {
      enter = "config", show = "show running-config",
      save = { "write memory", mode = "priv", done = "%f[%w]saved%b()" },
    },]],
    -- nor that it will be undone
    confirmed = [[config = {
      enter = "config", candidate = true, commit = { "commit", mode = "config" },
      show = "show running-config",
      confirmed = { "commit confirmed %d", mode = "config", done = "%f[%w]back%b()" },
    },]],
  } do
    it("finds what is broken in the step " .. step, function()
      with_broken("broken_" .. step, text, function(name)
        local result = verify.platform(name)
        assert.is_false(result.ok)
        assert.equal(step, result.failed, result.message)
      end)
    end)
  end

  it("says it in one line each, as JSON, and by its exit status", function()
    local command = uv.exepath() .. " platform verify linux cisco_iso"
    local pipe = assert(io.popen(command))
    local text = pipe:read "a"
    local _, _, status = pipe:close()
    assert.equal(1, status)
    assert.matches("^linux +passed, [^\n]*\ncisco_iso +failed: [^\n]*\n$", text)
    local results <close> = assert(io.popen(command .. " --json"))
    local list = assert(json.decode(results:read "a"))
    assert.same({ true, false }, { list[1].ok, list[2].ok })
  end)
end)
