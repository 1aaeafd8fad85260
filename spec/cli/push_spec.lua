-- Faults of spec/README.md: P8, P11.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local program = require "spec.support.program"
local task = require "moonwire.task"
local uv = require "luv"

local LINES = "! time\nntp server 192.0.2.77\ninterface GigabitEthernet0/1\n"
  .. " description moonwire\n"

describe("moonwire push", function()
  local folder, root, lines

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-push-XXXXXX")
    root, lines = folder .. "/runs", folder .. "/lines.cfg"
    files.write(lines, LINES)
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  -- A lab that outlives the programs that push to it, as an inventory.
  local function with_lab(options, fn)
    labs.with_lab(options, function(lab)
      local path = folder .. "/inventory.json"
      files.write(path, json.encode { devices = lab:inventory() })
      uv.fs_chmod(path, tonumber("600", 8))
      fn(path, lab)
    end)
  end

  local function push(path, ...)
    return program.run { "push", "--runs", root, "-i", path, "-f", lines, ... }
  end

  local function has_line(lab, index)
    local text = table.concat(lab:device(index):lines(), "\n")
    return text:find("ntp server 192.0.2.77", 1, true) ~= nil
  end

  local function last_run()
    return assert(journal.read(assert(journal.find("last", root)), { root = root }))
  end

  it("changes nothing in a dry run, and shows what would be", function()
    with_lab({ devices = 3 }, function(path, lab)
      local result = push(path, "--dry-run")
      assert.equal(0, result.status, result.errors)
      local _, shown = result.output:gsub("%+ ntp server 192%.0%.2%.77\n", "")
      assert.equal(3, shown)
      assert.matches("3 unchanged", result.errors)
      for i = 1, 3 do
        assert.is_false(has_line(lab, i))
      end
    end)
  end)

  it("changes all devices, and none of them a second time", function()
    with_lab({ devices = 5 }, function(path, lab)
      local result = push(path, "--save")
      assert.equal(0, result.status, result.errors)
      assert.matches("5 changed", result.errors)
      assert.matches("wave 1 is well", result.errors)
      local heard = #lab:device(4):lines()
      result = push(path)
      assert.equal(0, result.status, result.errors)
      assert.matches("5 unchanged", result.errors)
      for i = heard + 1, #lab:device(4):lines() do
        assert.is_nil(lab:device(4):lines()[i]:find("ntp", 1, true))
      end
    end)
  end)

  it("denies what destroys, unless it is allowed by name", function()
    files.write(lines, LINES .. "no router bgp 65001\n")
    with_lab({ devices = 2 }, function(path, lab)
      local result = push(path, "--waves", "100%", "--abort-after", "2")
      assert.equal(1, result.status)
      assert.matches("2 failed_clean", result.errors)
      assert.matches("denied in ", result.errors)
      assert.is_false(has_line(lab, 1) or has_line(lab, 2))
      result = push(path, "--allow", "routing")
      assert.equal(0, result.status, result.errors)
      assert.is_true(has_line(lab, 1) and has_line(lab, 2))
    end)
  end)

  it("refuses to change more lines than it may", function()
    with_lab({ devices = 1 }, function(path, lab)
      local result = push(path, "--max-lines", "1")
      assert.equal(1, result.status)
      assert.matches("1 failed_clean", result.errors)
      assert.matches("refused in ", result.errors)
      assert.is_false(has_line(lab, 1))
      assert.equal(0, push(path, "--max-lines", "1", "--large").status)
    end)
  end)

  it("begins with one device, and ends there when that one is not well", function()
    files.write(lines, "frobnicate the network\n")
    with_lab({ devices = 5 }, function(path)
      local result = push(path)
      assert.equal(1, result.status)
      assert.matches("1 rejected, 4 skipped", result.errors)
      assert.matches("rejected in change %(1%): SW%-CORE_1", result.errors)
      local tally = last_run():tally()
      assert.same({ 1, 4 }, { tally.rejected, tally.skipped })
    end)
  end)

  it("gives the same in all modes", function()
    for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
      with_lab({ devices = 4, faults = { { name = "refuse", device = 3 } } },
        function(path)
          local result = push(path, "--mode", mode, "--waves", "100%", "--abort-after",
            "4", "--retries", "0")
          assert.equal(1, result.status)
          assert.matches("3 changed, 1 failed_clean", result.errors)
        end)
    end
  end)

  it("writes down which device it has before it writes to it", function()
    with_lab({ devices = 2, think = 0.1 }, function(path, lab)
      local process
      task.await(function(done)
        process = uv.spawn(uv.exepath(), {
          args = { "push", "--runs", root, "-i", path, "-f", lines, "--waves", "100%" },
          stdio = {},
        }, done)
        task.spawn(function()
          while not has_line(lab, 1) do
            task.sleep(0.001)
          end
          process:kill "sigkill"
        end)
      end)
      process:close()
      local known = last_run()
      assert.equal("handed", known:state(1))
      local result = program.run { "runs", "resume", "--runs", root, known.id }
      assert.equal(0, #last_run():unfinished(), result.errors)
      local tally = last_run():tally()
      assert.equal(2, tally.changed + tally.unchanged + tally.unknown)
      local sent = 0
      for _, line in ipairs(lab:device(1):lines()) do
        sent = sent + (line:find("ntp server 192.0.2.77", 1, true) and 1 or 0)
      end
      assert.equal(1, sent) -- what is there was not sent again
    end)
  end)

  it("goes on with the same lines only, and keeps none of them", function()
    files.write(lines, LINES .. "snmp-server community canary-9931 RO\n")
    with_lab({ devices = 3 }, function(path)
      push(path, "--waves", "1,rest", "--run-timeout", "0.001s")
      local id = last_run().id
      local text = files.read(("%s/%s/journal"):format(root, id))
      assert.is_nil(text:find("canary-9931", 1, true))
      files.write(lines, LINES)
      local result = program.run { "runs", "resume", "--runs", root, id }
      assert.equal(2, result.status)
      assert.matches("is not what it was when this run began", result.errors)
    end)
  end)

  it("writes to no device under two names", function()
    with_lab({ devices = 2 }, function(path, lab)
      local devices = lab:inventory()
      devices[2].host = devices[1].host
      files.write(path, json.encode { devices = devices })
      local result = push(path)
      assert.equal(2, result.status)
      assert.matches("SW%-CORE_1 and SW%-CORE_2 are the same device", result.errors)
    end)
  end)

  it("starts nothing when something is wrong", function()
    local function refused(text, ...)
      local result = program.run { "push", "--runs", root, ... }
      assert.equal(2, result.status)
      assert.is_truthy(result.errors:find(text, 1, true), result.errors)
      assert.is_nil(uv.fs_stat(root))
    end
    refused("missing option '-f'", "-i", "lab:1")
    refused("No such file", "-i", "lab:1", "-f", folder .. "/none")
    files.write(lines, "\n  \n")
    refused("there are no lines in it", "-i", "lab:1", "-f", lines)
    files.write(lines, "a\0b")
    refused("is not a text", "-i", "lab:1", "-f", lines)
    files.write(lines, LINES)
    refused("no device", "-i", "lab:1", "-f", lines, "-l", "site == nowhere")
    refused("--comment wants", "-i", "lab:1", "-f", lines, "--comment", 'a"b')
    refused("--waves", "-i", "lab:1", "-f", lines, "--waves")
  end)

  it("explains itself", function()
    assert.matches("dry%-run", program.run({ "push", "--help" }).output)
  end)
end)
