-- Faults of spec/README.md: R12.
local program = require "spec.support.program"
local uv = require "luv"

local HIDDEN = "hunter2-canary"

describe("moonwire secret", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-secret-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function run(words, input, environment)
    return program.run({ "secret", table.unpack(words) }, {
      input = input, environment = environment,
    })
  end

  local function read(name)
    local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
    return file:read "a"
  end

  local ENVIRONMENT = { MOONWIRE_SPEC_PHRASE = "open sesame" }
  local FROM_ENVIRONMENT = { "--passphrase-env", "MOONWIRE_SPEC_PHRASE" }

  local function encrypt(name, more)
    local words = { "encrypt", folder .. "/" .. name, "--stdin", table.unpack(more) }
    table.move(FROM_ENVIRONMENT, 1, 2, #words + 1, words)
    return run(words, HIDDEN .. "\n", ENVIRONMENT)
  end

  local function check(name, environment)
    local words = { "check", folder .. "/" .. name }
    table.move(FROM_ENVIRONMENT, 1, 2, 3, words)
    return run(words, "", environment)
  end

  it("writes a file that only its owner reads, and opens it", function()
    local result = encrypt("a", {})
    assert.same({ "", "", 0 }, { result.output, result.errors, result.status })
    assert.equal(tonumber("600", 8), uv.fs_stat(folder .. "/a").mode & 511)
    assert.is_nil(read("a"):find(HIDDEN, 1, true))
    assert.equal(0, check("a", ENVIRONMENT).status)
    result = check("a", { MOONWIRE_SPEC_PHRASE = "open barley" })
    assert.equal(1, result.status)
    assert.is_truthy(result.errors:find("its passphrase is another", 1, true))
  end)

  it("replaces no file unless it is told to", function()
    encrypt("a", {})
    local before = read "a"
    local result = encrypt("a", {})
    assert.equal(1, result.status)
    assert.is_truthy(result.errors:find("is there already", 1, true))
    assert.equal(before, read "a")
    assert.equal(0, encrypt("a", { "--force" }).status)
    assert.not_equal(before, read "a")
  end)

  it("asks nobody when there is no terminal", function()
    local result = program.run({ "secret", "encrypt", folder .. "/a" }, {
      has_no_terminal = true,
    })
    assert.equal(1, result.status)
    assert.is_truthy(result.errors:find("there is no terminal to ask", 1, true))
    assert.is_nil(uv.fs_stat(folder .. "/a"))
  end)

  it("asks on a terminal, and shows nothing of what is typed", function()
    local words = { "secret", "encrypt", folder .. "/a" }
    local terminal <close> = program.on_terminal(words)
    for _, step in ipairs {
      { "Password: ", HIDDEN }, { "Password, again: ", HIDDEN },
      { "Passphrase: ", "open sesame" }, { "Passphrase, again: ", "open sesame" },
    } do
      terminal:expect(step[1])
      terminal:type(step[2] .. "\n")
    end
    assert.equal(0, terminal:wait())
    assert.is_nil(terminal.text:find(HIDDEN, 1, true))
    assert.is_nil(terminal.text:find("sesame", 1, true))
    assert.equal(0, check("a", ENVIRONMENT).status)
  end)

  it("leaves a terminal that shows what is typed when it is interrupted", function()
    local words = { "secret", "encrypt", folder .. "/a" }
    local options = { behind = "echo status $?; stty -a" }
    local terminal <close> = program.on_terminal(words, options)
    terminal:expect "Password: "
    terminal:type "half\3"
    terminal:expect "interrupted"
    terminal:expect "status 1"
    terminal:expect " echo "
    terminal:wait()
    assert.is_nil(uv.fs_stat(folder .. "/a"))
  end)

  it("compares what was typed", function()
    local words = { "secret", "encrypt", folder .. "/a" }
    local terminal <close> = program.on_terminal(words)
    terminal:expect "Password: "
    terminal:type "one\n"
    terminal:expect "Password, again: "
    terminal:type "two\n"
    assert.equal(1, terminal:wait())
    assert.is_truthy(terminal.text:find("they are not the same", 1, true))
  end)

  it("explains itself, and refuses a wrong command line", function()
    assert.equal(0, run({ "--help" }).status)
    assert.is_truthy(run({ "encrypt", "-h" }).output:find("--stdin", 1, true))
    assert.equal(2, run({ "encrypt" }).status)
    assert.equal(2, run({ "decrypt", "x" }).status)
    assert.equal(2, run({}).status)
  end)
end)
