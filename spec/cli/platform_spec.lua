local json = require "dkjson"
local task = require "moonwire.task"
local uv = require "luv"

-- run `moonwire platform …`; 'environment' is added to our own
local function run(words, environment)
  local output, errors = uv.new_pipe(), uv.new_pipe()
  local result = { output = "", errors = "" }
  local variables = {}
  for name, value in pairs(uv.os_environ()) do
    if not (environment and environment[name]) then
      variables[#variables + 1] = name .. "=" .. value
    end
  end
  for name, value in pairs(environment or {}) do
    variables[#variables + 1] = name .. "=" .. value
  end
  task.await(function(done)
    local open = 3
    local function finish()
      open = open - 1
      if open == 0 then
        done()
      end
    end
    result.process = assert(uv.spawn(uv.exepath(), {
      args = { "platform", table.unpack(words) },
      env = variables,
      stdio = { nil, output, errors },
    }, function(status)
      result.status = status
      finish()
    end))
    for name, pipe in pairs { output = output, errors = errors } do
      pipe:read_start(function(_, bytes)
        result[name] = result[name] .. (bytes or "")
        if not bytes then
          pipe:close()
          finish()
        end
      end)
    end
  end)
  result.process:close()
  return result
end

local OWN = [[
return require("moonwire.platform").define "cisco_ios" {
  like = "cisco_ios", status = "documents", title = "ours",
}
]]

local BROKEN = [[
return require("moonwire.platform").define "broken_one" {
  like = "linux", status = "documents", sentinel = "none",
}
]]

local MISTAKEN = [[
return require("moonwire.platform").define "mistaken_one" {
  like = "cisco_ios", status = "documents", start = { "exce" },
}
]]

describe("moonwire platform", function()
  local folder

  local function place(name, text)
    local file <close> = assert(io.open(("%s/%s.lua"):format(folder, name), "w"))
    file:write(text)
  end

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-platform-XXXXXX")
  end)

  after_each(function()
    for _, name in ipairs { "cisco_ios", "broken_one", "mistaken_one" } do
      os.remove(("%s/%s.lua"):format(folder, name))
    end
    uv.fs_rmdir(folder)
  end)

  describe("list", function()
    it("names all, and how far each is proved", function()
      local ran = run { "list" }
      assert.equal(0, ran.status)
      assert.equal("", ran.errors)
      assert.matches("\ncisco_ios +lab +Cisco IOS", ran.output)
      assert.matches("\nsiemens_ros +documents +Siemens RUGGEDCOM ROS\n", ran.output)
      local _, lines = ran.output:gsub("\n", "")
      assert.is_true(lines >= 35)
    end)

    it("does it in JSON too", function()
      local rows = json.decode(run({ "list", "--json" }).output)
      local found
      for _, row in ipairs(rows) do
        found = row.name == "juniper_junos" and row or found
      end
      assert.equal("documents", found.status)
      assert.same({ "juniper", "junos" }, found.aliases)
      assert.same({ "config", "root_shell", "exec", "shell" }, found.modes)
      assert.is_nil(found.file)
    end)

    it("tells a file that is wrong, and names the others", function()
      place("broken_one", BROKEN)
      local ran = run { "list", "--platform-path", folder }
      assert.equal(1, ran.status)
      assert.matches("broken_one.lua: platform 'broken_one': sentinel: none is none of",
        ran.errors, 1, true)
      assert.matches("zte_zxros", ran.output, 1, true)
    end)
  end)

  describe("show", function()
    it("shows what is known", function()
      local ran = run { "show", "cisco_xe" }
      assert.equal(0, ran.status)
      for _, line in ipairs {
        "cisco_ios: Cisco IOS and IOS-XE",
        "  status      proved against the lab's simulated device, not a real one",
        "  from        built in",
        '  modes       tclsh          "r1(tcl)#"',
        "  ways        exec to priv: enable",
        '                asked "Password: ": the device\'s secret',
        "  save        write memory",
        '  ends by     a comment, "!"',
      } do
        assert.is_truthy(ran.output:find(line .. "\n", 1, true), line)
      end
    end)

    it("shows both lines of a prompt, and code", function()
      local output = run({ "show", "nokia_srl" }).output
      assert.matches([["--{ running }--[  ]--\nA:leaf1# "]], output, 1, true)
      output = run({ "show", "fortinet" }).output
      assert.matches("\n  code        arrive, leave\n", output, 1, true)
    end)

    it("says when a file of one's own stands for the built-in one", function()
      place("cisco_ios", OWN)
      local words = { "show", "cisco_xe", "--platform-path", folder }
      local own = ("from        %s/cisco_ios.lua, instead of the built-in one\n")
        :format(folder)
      local by_option = run(words).output
      assert.matches("cisco_ios: ours\n", by_option, 1, true)
      assert.matches(own, by_option, 1, true)
      local environment = { MOONWIRE_PLATFORM_PATH = folder }
      assert.matches(own, run({ "show", "ios" }, environment).output, 1, true)
    end)

    it("tells what was probably meant", function()
      local ran = run { "show", "cisco_iso" }
      assert.equal(1, ran.status)
      assert.equal("", ran.output)
      assert.matches("did you mean 'cisco_ios'?", ran.errors, 1, true)
    end)
  end)

  describe("lint", function()
    it("says one line of each platform, and finds nothing", function()
      local ran = run { "lint" }
      assert.equal(0, ran.status)
      assert.equal("", ran.errors)
      local lines = 0
      for line in ran.output:gmatch "[^\n]+" do
        lines = lines + 1
        assert.matches("^[%w_]+ +ok, %d+ samples$", line)
      end
      assert.is_true(lines >= 35)
    end)

    it("looks at files, and at what is installed by name", function()
      place("mistaken_one", MISTAKEN)
      local path = folder .. "/mistaken_one.lua"
      local ran = run { "lint", path, "vyos" }
      assert.equal(1, ran.status)
      assert.matches("mistaken_one: start[1]: unknown mode: there is no mode 'exce'\n",
        ran.output, 1, true)
      assert.matches("\nvyos +ok", ran.output)
    end)

    it("tells a file that is no platform", function()
      place("broken_one", BROKEN)
      local ran = run { "lint", folder .. "/broken_one.lua" }
      assert.equal(1, ran.status)
      assert.matches("wrong table: .*broken_one.lua: platform 'broken_one': sentinel",
        ran.output)
      ran = run { "lint", folder .. "/there_is_none.lua" }
      assert.equal(1, ran.status)
      assert.matches("there_is_none.lua: No such file", ran.output, 1, true)
    end)
  end)

  it("explains itself, each of its commands too", function()
    assert.matches("list +Name all platforms", run({ "--help" }).output)
    for _, name in ipairs { "list", "show", "lint" } do
      local ran = run { name, "--help" }
      assert.equal(0, ran.status)
      assert.matches("Usage: moonwire platform " .. name, ran.output, 1, true)
    end
  end)

  it("refuses what it does not know", function()
    for _, words in ipairs { {}, { "frob" }, { "show" }, { "list", "--yaml" } } do
      local ran = run(words)
      assert.equal(2, ran.status)
      assert.matches("Usage: moonwire platform", ran.errors, 1, true)
    end
  end)
end)
