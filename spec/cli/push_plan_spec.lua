-- Faults of spec/README.md: P4, P7, P8, P9, R11.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local program = require "spec.support.program"
local pushes = require "spec.support.pushes"
local uv = require "luv"

local LINES = "set system ntp server 192.0.2.77\nset system domain-name s3cret-net\n"

describe("moonwire push --plan and --apply", function()
  local at, folder, root, lines, inventory, plan

  before_each(function()
    at = pushes.open(LINES)
    folder, root, lines, inventory = at.folder, at.root, at.lines, at.inventory
    plan = folder .. "/change.plan"
    uv.os_setenv("MOONWIRE_LOCKS", folder .. "/locks")
  end)

  after_each(function()
    uv.os_unsetenv "MOONWIRE_LOCKS"
    at:close()
  end)

  local function with_lab(options, fn)
    options.platform = options.platform or "juniper_junos"
    labs.with_lab(options, function(lab)
      at:put(lab:inventory())
      fn(lab)
    end)
  end

  local function push(...)
    return program.run { "push", "--runs", root, ... }
  end

  local function make_plan(...)
    local result = push("-i", inventory, "-f", lines, "--plan", plan, ...)
    assert.equal(0, result.status, result.errors)
    return result
  end

  local function has_line(lab, index)
    local found = lab:device(index).twin
    return found ~= nil
      and table.concat(found.running, "\n"):find("192.0.2.77", 1, true) ~= nil
  end

  -- the run that has applied the plan
  local function applied()
    for _, id in ipairs(journal.list(root)) do
      local known = at:read(id)
      if known.head.order.change.mode == "apply" then
        return known
      end
    end
  end

  it("shows what would change and what is promised, and changes nothing", function()
    with_lab({ devices = 3 }, function(lab)
      local shown = make_plan "--commit-confirm=5m"
      assert.matches("%+  set system ntp server 192%.0%.2%.77", shown.output)
      assert.matches("all lines or none; dead%-man timer", shown.output)
      assert.matches("3 unchanged", shown.errors)
      for i = 1, 3 do
        assert.is_false(has_line(lab, i))
        assert.is_false(lab:device(i):sent "commit")
      end
      local about = uv.fs_stat(plan)
      assert.equal(tonumber("600", 8), about.mode & tonumber("777", 8))
      local text = files.read(plan)
      local body = assert(json.decode(text:match "\n(.*)$"))
      assert.equal(64, #body.devices[1].before)
      assert.equal(2, body.devices[1].changes)
    end)
  end)

  it("keeps no secret in clear", function()
    files.write(lines, "set snmp community S3CRET authorization read-only\n")
    with_lab({ devices = 1 }, function()
      make_plan()
      assert.is_nil(files.read(plan):find("S3CRET", 1, true))
    end)
  end)

  it("does what was planned", function()
    with_lab({ devices = 5 }, function(lab)
      make_plan "--commit-confirm=5m"
      local result = push("--apply", plan)
      assert.equal(0, result.status, result.errors)
      assert.matches("5 changed", result.errors)
      assert.matches("wave 1 is well", result.errors)
      for i = 1, 5 do
        assert.is_true(has_line(lab, i))
        assert.equal(1, lab:device(i):sent "commit confirmed 5")
      end
      local tally = applied():tally()
      assert.equal(5, tally.changed)
    end)
  end)

  it("ends with a canary whose check fails, and leaves all as it was", function()
    files.write(folder .. "/check.lua", [[return function(session)
      return nil, "no route from " .. session.device.name
    end]])
    with_lab({ devices = 4, clock = 600 }, function(lab)
      make_plan("--commit-confirm=60s", "--check", folder .. "/check.lua")
      local result = push("--apply", plan)
      assert.equal(1, result.status)
      assert.matches("1 rolled_back, 3 skipped", result.errors)
      assert.matches("rolled_back: SW%-CORE_1", result.errors)
      assert.matches("no route from SW%-CORE_1", result.output .. result.errors)
      for i = 1, 4 do
        assert.is_false(has_line(lab, i))
      end
    end)
  end)

  it("waits for a lost timer before it says or sends anything", function()
    files.write(folder .. "/check.lua", ([[
      local uv, mark = require "luv", "%s/mark"
      return function()
        if uv.fs_stat(mark) then
          return true
        end
        io.open(mark, "w"):close()
        uv.kill(uv.os_getpid(), "sigkill") -- between the commit and its confirmation
      end]]):format(folder))
    with_lab({ devices = 1, clock = 12 }, function(lab)
      make_plan("--commit-confirm=60s", "--check", folder .. "/check.lua")
      push("--apply", plan)
      assert.equal("handed", applied():state(1))
      assert.is_number(applied().timers[1])
      local shown = program.run { "runs", "show", "--runs", root, applied().id }
      assert.matches("the timer of SW%-CORE_1 ", shown.output)
      local heard = lab:device(1):count_lines()
      local result = program.run { "runs", "resume", "--runs", root, applied().id }
      assert.equal(0, result.status, result.errors)
      assert.equal("changed", applied():state(1))
      assert.is_nil(applied().timers[1])
      assert.is_true(has_line(lab, 1))
      local typed = table.concat(lab:device(1):lines(), "\n", heard + 1)
      local reads, writes = typed:find "show configuration", typed:find "set system"
      assert.is_true(reads < writes)
    end)
  end)

  it("refuses a device that has changed since", function()
    with_lab({ devices = 3 }, function(lab)
      make_plan()
      lab:device(2).twin:add({}, "set system domain-name elsewhere")
      local result = push("--apply", plan, "--waves", "100%", "--abort-after", "3")
      assert.equal(1, result.status)
      assert.matches("2 changed, 1 failed_clean", result.errors)
      assert.matches("drifted in change %(1%): SW%-CORE_2", result.errors)
      assert.is_false(has_line(lab, 2))
    end)
  end)

  local function refused(words, ...)
    local result = push("--apply", plan, ...)
    assert.equal(2, result.status, result.errors)
    assert.is_truthy(result.errors:find(words, 1, true), result.errors)
  end

  it("refuses a plan that was edited, torn, or is none", function()
    with_lab({ devices = 1 }, function(lab)
      make_plan()
      local text = files.read(plan)
      files.write(plan, (text:gsub('"changes": ?2', '"changes": 3')))
      refused "has been edited since it was made, or is torn"
      files.write(plan, text:sub(1, -20))
      refused "has been edited since it was made, or is torn"
      files.write(plan, "{}\n")
      refused "is no plan"
      files.write(plan, (text:gsub('"moonwire_plan": ?2', '"moonwire_plan":1')))
      refused "format 1"
      os.remove(plan)
      refused "No such file"
      assert.is_false(has_line(lab, 1))
    end)
  end)

  it("refuses a plan that is old, other lines, and another inventory", function()
    with_lab({ devices = 2 }, function(lab)
      make_plan()
      files.write(lines, LINES .. "set system domain-search x\n")
      refused "is not what it was"
      files.write(lines, LINES)
      local devices = lab:inventory()
      table.remove(devices)
      at:put(devices)
      refused "made for another inventory"
      at:put(lab:inventory())
      local text = files.read(plan)
      local body = assert(json.decode(text:match "\n(.*)$"))
      body.made = body.made - 7200
      local plans = require "moonwire.journal.plan"
      assert(plans.write(body, plan))
      refused("was made 2 hours ago, and is not applied after 60", "--plan-age", "1h")
      assert.equal(0, push("--apply", plan).status)
    end)
  end)

  it("wants the guards in the plan, and nothing beside it", function()
    for words, given in pairs {
      ["--check goes with --plan"] = { "-f", lines, "--check", lines },
      ["--allow stands in the plan"] = { "--allow", "interfaces", "--apply", plan },
      ["missing option '-f'"] = {},
      ["--file stands in the plan"] = { "-f", lines, "--apply", plan },
      ["--large stands in the plan"] = { "--large", "--apply", plan },
    } do
      local result = push("-i", "lab:1", table.unpack(given))
      assert.equal(2, result.status)
      assert.is_truthy(result.errors:find(words, 1, true), result.errors)
    end
    files.write(folder .. "/check.lua", "return 7")
    local result = push("-i", "lab:1", "-f", lines, "--plan", plan, "--check",
      folder .. "/check.lua")
    assert.equal(2, result.status)
    assert.matches("gives no function", result.errors)
  end)

  it("denies what destroys, unless it is allowed by name", function()
    files.write(lines, "delete interfaces\n")
    with_lab({ devices = 1 }, function(lab)
      local result = push("-i", inventory, "-f", lines, "--plan", plan)
      assert.equal(1, result.status)
      assert.matches("denied in change %(1%)", result.errors)
      assert.equal(1, push("--apply", plan).status) -- there is nothing to expect of it
      assert.is_false(lab:device(1):sent "delete interfaces")
      make_plan("--allow", "interfaces", "--large")
    end)
  end)
end)
