-- Plans made over HTTP, on the disk: for a server that was started anew, and for the
-- command line.
local change = require "moonwire.serve.change"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local plans = require "moonwire.journal.plan"
local program = require "spec.support.program"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

local LINES = { "interface Vlan7", "", "description kept-plan" }
local ANY_RIGHTS = tonumber("777", 8)
local OWNER_ONLY = tonumber("600", 8)
local WEEK = 7 * 24 * 60 * 60

describe("the file of a plan made over HTTP", function()
  local folder, root, inventory

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-plans-XXXXXX")
    root, inventory = folder .. "/runs", folder .. "/inventory.json"
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function start()
    return web.start {
      inventory = inventory, inventory_options = { filter = "name ~ 'SW-*'" },
      runs = root, allow_push = true,
    }
  end

  -- fn(lab, id) with a lab of three, of which a server, gone by then, has planned two
  local function with_plan(fn, more)
    support.with_lab({ devices = 3 }, function(lab)
      files.write(inventory, json.encode { devices = lab:inventory() })
      assert(uv.fs_chmod(inventory, OWNER_ONLY))
      local body = { configuration = LINES, plan = true, filter = "SW-CORE_[1-2]" }
      for name, value in pairs(more or {}) do
        body[name] = value
      end
      local site = start()
      local planned = site:run(body)
      site:close()
      assert.is_true(planned.ok, json.encode(planned, true))
      fn(lab, planned.id)
    end)
  end

  local function has_lines(lab)
    local found = {}
    for i = 1, 3 do
      local text = lab:device(i):running_config()
      found[i] = text:find("description kept-plan", 1, true) ~= nil
    end
    return found
  end

  local function refused(id, words)
    local site <close> = start()
    local answer = site:ask("POST", "/api/v1/runs", {
      body = { apply = id, expect = 2 },
    })
    assert.equal(409, answer.status, answer.text)
    assert.is_truthy(answer.json.detail:find(words, 1, true), answer.json.detail)
  end

  it("is there for a server that was started anew", function()
    with_plan(function(lab, id)
      local site <close> = start()
      local shown = site:ask("GET", "/api/v1/runs/" .. id).json
      assert.is_true(shown.plan)
      assert.is_true(shown.save)
      assert.equal(2, shown.results[1].value.changes)
      assert.matches("kept-plan", shown.results[1].value.diff, 1, true)
      local applied = site:run { apply = id, expect = 2 }
      assert.same({ ok = 2, failed = 0, cancelled = 0 }, applied.count)
      assert.equal("threads", applied.mode)
      assert.equal(id, applied.applies)
      assert.is_true(applied.results[2].value.saved)
      assert.same({ true, true, false }, has_lines(lab))
    end, { mode = "threads", save = true })
  end)

  it("is for its owner, and holds the guards that were set", function()
    with_plan(function(_, id)
      for _, name in ipairs { "plan", "lines" } do
        local status = assert(uv.fs_stat(("%s/%s/%s"):format(root, id, name)))
        assert.equal(OWNER_ONLY, status.mode & ANY_RIGHTS)
      end
      local plan = assert(plans.read(("%s/%s/plan"):format(root, id)))
      assert.same({ interfaces = true }, plan.change.allow)
    end, { allow = { "interfaces" } })
  end)

  for _, by_name in ipairs { true, false } do
    local way = by_name and "by the run's name" or "by its path"
    it("is applied from the command line, " .. way, function()
      with_plan(function(lab, id)
        local said = program.run {
          "push", "--runs", root, "--apply",
          by_name and id or ("%s/%s/plan"):format(root, id),
        }
        assert.equal(0, said.status, said.errors)
        assert.matches("2 changed", said.errors)
        assert.same({ true, true, false }, has_lines(lab))
      end)
    end)
  end

  it("is taken whole, with its lines, and within a day", function()
    with_plan(function(lab, id)
      local path, lines = ("%s/%s/plan"):format(root, id), root .. "/" .. id .. "/lines"
      local text, before = files.read(path), files.read(lines)
      files.write(lines, before .. "shutdown\n")
      refused(id, "the lines of the plan cannot be read")
      files.write(lines, before)
      files.write(path, (text:gsub('"changes": ?2', '"changes":3')))
      refused(id, "the plan has been edited since it was made, or is torn")
      local body = assert(json.decode(text:match "\n(.*)$"))
      body.made = body.made - 25 * 60 * 60
      assert(plans.write(body, path))
      refused(id, "was made 25 hours ago")
      assert.same({ false, false, false }, has_lines(lab))
    end)
  end)

  it("is for the devices that it was made for", function()
    with_plan(function(lab, id)
      local devices = lab:inventory()
      devices[2].username = "somebody"
      files.write(inventory, json.encode { devices = devices })
      refused(id, "the inventory has changed since the plan was made")
    end)
  end)

  it("is taken away with its lines after a week", function()
    with_plan(function(_, id)
      local path, lines = ("%s/%s/plan"):format(root, id), root .. "/" .. id .. "/lines"
      local function age(seconds)
        assert(uv.fs_utime(path, os.time() - seconds, os.time() - seconds))
        change.forget_old(root)
      end
      age(WEEK - 60)
      assert.is_truthy(uv.fs_stat(path) and uv.fs_stat(lines))
      age(WEEK + 60)
      assert.is_nil(uv.fs_stat(path))
      assert.is_nil(uv.fs_stat(lines))
    end)
  end)

  it("ends no server when it cannot be looked at now", function()
    local forget_old = change.forget_old
    finally(function()
      change.forget_old = forget_old
    end)
    function change.forget_old()
      error("too many open files", 0)
    end
    local told = task.queue(1)
    task.group(function(group)
      local tidying = group:spawn(change.tidy, root, function(message)
        told:put(message)
      end)
      assert.equal("old plans stay: too many open files", told:get())
      tidying:cancel()
    end)
  end)
end)
