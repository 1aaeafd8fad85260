local uv = require "luv"

local process = require "moonwire.bench.process"

-- The program as a person calls it: all that it wrote, and its exit status.
local function moonwire(...)
  return process.run { "sh", "-c", 'exec "$@" 2>&1', "sh", uv.exepath(), ... }
end

describe("moonwire", function()
  local path

  before_each(function()
    path = os.tmpname()
  end)

  after_each(function()
    os.remove(path)
  end)

  local function run(text, ...)
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return moonwire(path, ...)
  end

  it("runs a script with its arguments", function()
    local text, status = run(
      "#!/usr/bin/env moonwire\nprint(arg[0], #arg, arg[2], ..., select('#', ...))",
      "a b", "--help"
    )
    assert.equal(path .. "\t2\t--help\ta b\t2\n", text)
    assert.equal(0, status)
  end)

  it("runs it as a task", function()
    local text, status = run [[
      local task = require "moonwire.task"
      local words = task.map({ "one", "two" }, 2, function(word)
        task.sleep(0.001)
        return word
      end)
      print(table.concat(words, " "))
    ]]
    assert.equal("one two\n", text)
    assert.equal(0, status)
  end)

  for text, expected in pairs {
    [""] = 0,
    ["return true"] = 0,
    ["return false"] = 1,
    ["return 7"] = 7,
    ["os.exit(true)"] = 0,
    ["os.exit(false)"] = 1,
    ["os.exit(9)"] = 9,
    ["os.exit()"] = 0,
    ["local l <close> = setmetatable({}, { __close = print }) os.exit(4)"] = 4,
  } do
    it(("ends %q with status %d"):format(text, expected), function()
      assert.equal(expected, select(2, run(text)))
    end)
  end

  it("prints an error with its traceback", function()
    local text, status = run "local function broken()\n  error 'boom'\nend\nbroken()"
    assert.equal(1, status)
    assert.matches(path .. ":2: boom", text, 1, true)
    assert.matches("stack traceback:", text, 1, true)
    assert.matches(path .. ":4:", text, 1, true)
  end)

  it("says where a script does not compile", function()
    local text, status = run "x ="
    assert.equal(2, status)
    assert.matches(path .. ":1:", text, 1, true)
  end)

  it("takes no compiled script", function()
    local text, status = run(string.dump(function() end))
    assert.equal(2, status)
    assert.matches("binary", text)
  end)

  it("says that a script is not there", function()
    local text, status = moonwire "/nowhere/script.lua"
    assert.equal(2, status)
    assert.matches("/nowhere/script.lua: No such file", text, 1, true)
  end)

  it("names the subcommand that was meant", function()
    local text, status = moonwire "sned"
    assert.equal(2, status)
    local said = "sned is no subcommand and no file; did you mean send?"
    assert.matches(said, text, 1, true)
    text, status = moonwire "nonsense"
    assert.equal(2, status)
    assert.matches("nonsense is no subcommand and no file", text, 1, true)
    assert.not_matches("did you mean", text)
  end)

  it("says that all tasks wait for what cannot come", function()
    local text, status = run 'require("moonwire.task").queue():get()'
    assert.equal(3, status)
    assert.matches("stuck", text)
  end)

  it("says how it is called", function()
    local help, status = moonwire "--help"
    assert.equal(0, status)
    for _, word in ipairs { "usage:", "bench", "lab", "test", "version" } do
      assert.matches(word, help, 1, true)
    end
    local usage, misuse = moonwire()
    assert.equal(help, usage)
    assert.equal(2, misuse)
  end)

  it("names its version and those of what it runs on", function()
    local text, status = moonwire "version"
    assert.equal(0, status)
    assert.matches("^moonwire %S+\nLua 5%.4, libssh %d+%.%d+%.%d+%S*, libuv %d", text)
    assert.equal(text, (moonwire "--version"))
  end)
end)
