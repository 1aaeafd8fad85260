-- 200 hostile texts as what a device says, from its terminal to all formats of send, to
-- the files of a run, and to the reports on it.
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local payloads = require "spec.support.payload"
local program = require "spec.support.program"
local uv = require "luv"

local OWNER_ONLY = 384 -- 0600
-- As files of a device: its `more` shows each, as a program on it could.
local function put_files(device)
  local commands = {}
  for i, text in ipairs(payloads) do
    device:put_file("p" .. i, text .. "\n")
    commands[i] = "more flash:p" .. i
  end
  return commands
end

local function send(path, folder, format, commands)
  return program.run {
    "send", "-i", path, "--format", format, "--runs", folder .. "/runs",
    "--output", folder .. "/out", "--record", folder .. "/rec",
    table.unpack(commands),
  }
end

local function check_terminal(text)
  assert.is_nil(text:find "[\0-\8\11-\31\127]")
  assert.is_nil(text:find "\xc2[\x80-\x9f]")
  assert.is_truthy(utf8.len(text))
end

-- A cell of RFC 4180, and where it ends.
local function cell_at(text, at)
  if text:sub(at, at) ~= '"' then
    return text:match("^([^,\r\n]*)()", at)
  end
  local stop = at + 1
  while true do
    local quote = assert(text:find('"', stop, true), "a cell that is not closed")
    if text:sub(quote + 1, quote + 1) ~= '"' then
      return text:sub(at + 1, quote - 1), quote + 1
    end
    stop = quote + 2
  end
end

-- None is a formula to a spreadsheet.
local function check_csv(text)
  local cells, at = 0, 1
  while at <= #text do
    local cell, behind = cell_at(text, at)
    assert.is_true(not cell:find "^[=+@\t\r-]" or tonumber(cell) ~= nil, cell)
    assert.is_truthy(text:find("^[,\r\n]", behind) or behind > #text, cell)
    cells, at = cells + 1, behind + 1
  end
  return cells
end

local function each_file(folder, fn)
  for _, name in ipairs(files.list(folder)) do
    local path = folder .. "/" .. name
    if uv.fs_lstat(path).type == "directory" then
      each_file(path, fn)
    else
      assert.equal("file", uv.fs_lstat(path).type)
      fn(path, name)
    end
  end
end

describe("200 hostile answers", function()
  local folder, path, commands, lab

  local function with_device(fn)
    labs.with_lab({ devices = 1 }, function(opened)
      lab = opened
      local place = os.getenv "TMPDIR" or "/tmp"
      folder = assert(uv.fs_mkdtemp(place .. "/answers-XXXXXX"))
      path = folder .. "/inventory.json"
      files.write(path, json.encode { devices = lab:inventory() })
      uv.fs_chmod(path, OWNER_ONLY)
      commands = put_files(lab:device(1))
      fn()
      os.execute("rm -rf " .. folder)
    end)
  end

  it("leave a terminal, CSV and JSON alone, and every file in its folder", function()
    with_device(function()
      assert.is_true(#commands >= 200)
      for _, format in ipairs { "text", "table", "csv", "json", "ndjson" } do
        local result = send(path, folder, format, commands)
        assert.equal(0, result.status, result.errors)
        check_terminal(result.errors)
        if format == "text" or format == "table" then
          check_terminal(result.output)
          assert.is_truthy(result.output:find("alert(1)", 1, true)) -- they came
        elseif format == "csv" then
          assert.is_true(check_csv(result.output) > 200)
        else
          assert.is_nil(result.output:find "[\0-\8\11-\31\127]")
          assert(json.decode((result.output:gsub("\n$", ""))))
        end
      end
      local seen = 0
      each_file(folder, function(_, name)
        assert.is_truthy(name:find "^[%w_%%-][%w._%%~-]*$", name)
        seen = seen + 1
      end)
      assert.is_true(seen > 5, seen)
      assert.is_nil(uv.fs_stat "/tmp/owned")
    end)
  end)

  it("are no markup in a report, and no control bytes in the history", function()
    with_device(function()
      local result = send(path, folder, "text", commands)
      assert.equal(0, result.status, result.errors)
      for _, format in ipairs { "html", "markdown", "csv", "json", "table" } do
        local shown = program.run {
          "report", "--runs", folder .. "/runs", "-f", format, "last",
        }
        assert.equal(0, shown.status, shown.errors)
        check_terminal(shown.output)
        assert.is_nil(shown.output:find "<script", format)
        assert.is_nil(shown.output:find "<img", format)
      end
      local runs = folder .. "/runs"
      local history = program.run { "runs", "show", "--runs", runs, "last" }
      assert.equal(0, history.status, history.errors)
      check_terminal(history.output)
    end)
  end)
end)
