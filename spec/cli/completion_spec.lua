local files = require "spec.support.files"
local program = require "spec.support.program"
local process = require "moonwire.bench.process"

local ASK = [=[
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _moonwire; echo "${COMPREPLY[*]}"
]=]

describe("moonwire completion", function()
  it("completes subcommands, commands, options and choices", function()
    files.with_folder(function(folder)
      local path = folder .. "/completion"
      local ran = program.run { "completion", "bash" }
      assert.same({ 0, "" }, { ran.status, ran.errors })
      files.write(path, ran.output)
      for line, expected in pairs {
        ["inv"] = "inventory",
        ["--v"] = "--version",
        ["inventory s"] = "show",
        ["inventory show --exp"] = "--expect",
        ["inventory convert --to y"] = "yaml",
        ["platform show --json x --pla"] = "--platform-path",
        ["completion b"] = "bash",
        ["lab --no-such"] = "",
      } do
        local words = { "bash", "-c", ASK, "bash", path, "moonwire" }
        for word in line:gmatch "%S+" do
          words[#words + 1] = word
        end
        assert.equal(expected .. "\n", (process.run(words)), line)
      end
    end)
  end)

  it("knows every option that --help shows", function()
    local script = program.run({ "completion", "bash" }).output
    for _, name in ipairs(require("moonwire.cli").subcommands()) do
      local help = program.run({ name, "--help" }).output
      local plain = name:gsub("%-", "%%-")
      local words = script:match('"' .. plain .. '"%) (words="[^\n]*)') or ""
      for option in help:gmatch "\n%s+%-?%w?,? ?(%-%-[%w-]+)" do
        assert.is_truthy((words .. '" '):find("[ \"]" .. option:gsub("%-", "%%-")
          .. "[ \"]"), name .. " " .. option)
      end
    end
  end)

  it("starts nothing when the command line is wrong", function()
    assert.equal(2, program.run({ "completion", "tcsh" }).status)
    assert.equal(2, program.run({ "completion" }).status)
    assert.equal(0, program.run({ "completion", "--help" }).status)
  end)
end)

describe("manual pages", function()
  it("are there for each subcommand, with all of its options", function()
    local cli = require "moonwire.cli"
    local pages = require("moonwire.cli.manual").pages(cli.subcommands(), "today")
    for _, name in ipairs(cli.subcommands()) do
      assert.is_string(pages[("moonwire-%s.1"):format(name)])
    end
    local page = pages["moonwire-inventory.1"]
    for _, text in ipairs { "\\fB\\-\\-expect\\fR", '.Ss "convert"', ".Xr moonwire" } do
      assert.is_truthy(page:find(text, 1, true), text)
    end
  end)
end)
