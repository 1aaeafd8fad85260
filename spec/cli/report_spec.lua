local files = require "spec.support.files"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local lfs = require "lfs"
local sample = require "spec.report.run.sample"
local uv = require "luv"

describe("moonwire report", function()
  local folder, path

  setup(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-report-XXXXXX")
    path = folder .. "/run.json"
    files.write(path, json.encode { modes = { sample.run("sync", 3, 1) } })
  end)
  teardown(function()
    for _, name in ipairs(files.list(folder)) do
      os.remove(folder .. "/" .. name)
    end
    lfs.rmdir(folder)
  end)

  local function report(...)
    return program.run({ "report", ... }, { environment = { LC_ALL = "C" } })
  end

  it("prints a table", function()
    local done = report(path)
    assert.equal(0, done.status)
    assert.equal("", done.errors)
    assert.matches("| sync |", done.output)
    assert.matches("| +1 | timeout | connect |", done.output)
    assert.is_nil(done.output:find "[\x80-\xff]")
  end)

  for format, pattern in pairs {
    json = "^{\n", csv = "^run,device,", markdown = "^# Report of ",
    html = "^<!DOCTYPE html>", table = "^%+%-",
  } do
    it("writes " .. format, function()
      local done = report(path, "--format", format)
      assert.equal(0, done.status)
      assert.matches(pattern, done.output)
    end)
  end

  it("writes a file in the format of its ending, for its owner alone", function()
    local page = folder .. "/page.html"
    local done = report(path, "--output", page)
    assert.equal(0, done.status)
    assert.equal("", done.output)
    assert.matches("^wrote .*page.html\n$", done.errors)
    assert.matches("^<!DOCTYPE html>", files.read(page))
    assert.equal("rw-------", lfs.attributes(page, "permissions"))
  end)

  it("compares files, one of them from standard input", function()
    local other = json.encode(sample.run("nonblocking", 2, 0))
    local done = program.run({ "report", path, "-", "-f", "json" }, { input = other })
    local document = assert(json.decode(done.output))
    assert.equal("sync", document.runs[1].mode)
    assert.equal("nonblocking", document.runs[2].mode)
  end)

  it("tells of a run that `send` has done, by its name", function()
    local runs = folder .. "/runs"
    local sent = program.run {
      "send", "--runs", runs, "-i", "lab:3", "show clock", "-q",
    }
    assert.equal(0, sent.status)
    local done = report("--runs", runs, "last", "-f", "json")
    assert.equal(0, done.status, done.errors)
    local document = assert(json.decode(done.output))
    assert.matches("^run %d+%-", document.name)
    assert.equal("nonblocking", document.runs[1].mode)
    assert.equal(3, document.runs[1].ok)
    assert.is_true(document.runs[1].phases[2].p50 > 0) -- the key exchange
    local page = report("--runs", runs, "last", "-f", "html").output
    assert.equal(3, select(2, page:gsub("<h4>show clock</h4>", "")))
    assert.is_nil(page:find("It is not known when", 1, true))
    os.execute("rm -r " .. runs)
  end)

  it("refuses what it cannot read, and says which", function()
    local empty = folder .. "/empty.json"
    files.write(empty, "{}")
    for _, words in ipairs {
      {}, { "/nowhere" }, { empty }, { path, empty }, { path, "-f", "xml" },
      { path, "--colour" },
    } do
      local done = report(table.unpack(words))
      assert.equal(2, done.status)
      assert.equal("", done.output)
      assert.matches("moonwire report: ", done.errors)
      assert.is_nil(done.errors:find("traceback", 1, true))
    end
  end)

  it("exits with 1 when it cannot write", function()
    local done = report(path, "-o", "/proc/nowhere/page.html")
    assert.equal(1, done.status)
    assert.matches("moonwire report: cannot ", done.errors)
  end)

  it("explains itself", function()
    local done = report "--help"
    assert.equal(0, done.status)
    for _, word in ipairs { "--format", "--output", "markdown", "html" } do
      assert.is_truthy(done.output:find(word, 1, true), word)
    end
  end)
end)
