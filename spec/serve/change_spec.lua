-- Changes over HTTP: planned, shown, and applied as they were shown.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local secret = require "host.secret"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

local LINES = { "interface Vlan7", "description via-plan" }

-- A lab in this thread, and a server of its devices: fn(site, lab).
local function with_site(options, fn)
  support.with_lab(options.lab or { devices = 3 }, function(lab)
    local site <close> = web.start {
      inventory = options.inventory or { devices = lab:inventory() },
      allow_push = options.allow_push ~= false, tokens = options.tokens,
    }
    fn(site, lab)
  end)
end

local function plan(site, more)
  local body = { configuration = LINES, plan = true }
  for name, value in pairs(more or {}) do
    body[name] = value
  end
  return site:run(body)
end

local function refusal(site, body, status)
  local answer = site:ask("POST", "/api/v1/runs", { body = body })
  assert.equal(status, answer.status, answer.text)
  return answer.json
end

describe("a change over HTTP", function()
  it("is planned, and nothing is changed", function()
    with_site({}, function(site, lab)
      local before = lab:device(1):running_config()
      local planned = plan(site)
      assert.is_true(planned.ok)
      assert.is_true(planned.plan)
      assert.equal(2, planned.lines)
      for _, result in ipairs(planned.results) do
        assert.equal("unchanged", result.state)
        assert.is_true(result.value.plan)
        assert.equal(2, result.value.changes)
        assert.matches("description via-plan", result.value.diff, 1, true)
        assert.matches("^line by line; dead%-man timer", result.value.guarantee)
      end
      assert.equal(before, lab:device(1):running_config())
      assert.is_false(lab:device(1):sent "configure terminal")
    end)
  end)

  for _, mode in ipairs { "nonblocking", "threads" } do
    it("is applied to those that the plan would change, in mode " .. mode, function()
      with_site({}, function(site, lab)
        site:run { configuration = LINES, filter = "name == SW-CORE_2" }
        local planned = plan(site, { mode = mode, save = true })
        assert.equal(0, planned.results[2].value.changes)
        local applied = site:run { apply = planned.id, expect = 2 }
        assert.is_true(applied.ok, json.encode(applied, true))
        assert.equal(planned.id, applied.applies)
        assert.equal(mode, applied.mode)
        assert.equal(2, applied.devices)
        for _, result in ipairs(applied.results) do
          assert.equal("changed", result.state)
          assert.is_true(result.value.saved)
        end
        for i = 1, 3 do
          local text = lab:device(i):running_config()
          assert.matches("description via-plan", text, 1, true)
        end
      end)
    end)
  end

  it("leaves alone what is no longer as it was, and begins no more", function()
    with_site({}, function(site, lab)
      local planned = plan(site)
      site:run {
        configuration = { "interface Vlan9", "description other" },
        filter = "name == SW-CORE_1",
      }
      local applied = site:run { apply = planned.id, expect = 3 }
      assert.same({ ok = 0, failed = 1, cancelled = 2 }, applied.count)
      assert.equal("drifted", applied.results[1].kind)
      assert.equal("failed_clean", applied.results[1].state)
      assert.equal("skipped", applied.results[2].state)
      assert.is_string(applied.message)
      for i = 1, 3 do
        assert.is_nil(lab:device(i):running_config():find("via-plan", 1, true))
      end
    end)
  end)

  it("that was broken off goes on by its plan with moonwire runs resume", function()
    with_site({}, function(site, lab)
      local planned = plan(site)
      local device = lab:device(2)
      local record = device.record
      function device.record(self, text)
        if text:find "^configure" then
          device.record = record
          site.service.registry:cancel_all()
        end
        return record(self, text)
      end
      local applied = site:run { apply = planned.id, expect = 3 }
      assert.equal("cancelled", applied.state)
      assert.equal(1, applied.count.ok)
      local path = site.runs .. "/devices.yaml"
      files.write(path, web.devices_of(site))
      assert(uv.fs_chmod(path, tonumber("600", 8)))
      repeat
        task.sleep(0.002)
      until not journal.is_running(applied.id, site.runs)
      local said = program.run {
        "runs", "resume", applied.id, "--runs", site.runs, "-q", "-i", path,
      }
      assert.equal(1, said.status, said.errors) -- the second one is as it was before
      local known = assert(journal.read(applied.id, { root = site.runs }))
      for i, state in ipairs { "changed", "failed_clean", "changed" } do
        local has_it = lab:device(i):running_config():find("via-plan", 1, true) ~= nil
        assert.equal(state, known:state(i))
        assert.equal(state == "changed", has_it)
      end
    end)
  end)

  it("that destroys is not planned to be applied", function()
    with_site({ lab = { devices = 1 } }, function(site)
      local planned = plan(site, { configuration = { "no aaa new-model" } })
      assert.equal("denied", planned.results[1].kind)
      local problem = refusal(site, { apply = planned.id, expect = 1 }, 409)
      assert.matches("changes nothing", problem.detail)
    end)
  end)

  for _, is_planned in ipairs { false, true } do
    local way = is_planned and "by way of a plan" or "at once"

    local function push(site, body)
      local done = is_planned and plan(site, body) or site:run(body)
      if is_planned and done.ok then
        done = site:run { apply = done.id, expect = 1 }
      end
      return done.results[1]
    end

    it("that destroys is made where its name is allowed, " .. way, function()
      with_site({ lab = { devices = 1 } }, function(site)
        local body = { configuration = { "no aaa new-model", "interface Vlan7" } }
        assert.equal("denied", push(site, body).kind)
        body.allow = { "ssh" }
        assert.equal("denied", push(site, body).kind)
        body.allow = { "ssh", "aaa" }
        assert.equal("changed", push(site, body).state)
      end)
    end)

    it("that is large is made where that is said, " .. way, function()
      with_site({ lab = { devices = 1 } }, function(site, lab)
        local body = { configuration = LINES, max_lines = 1 }
        local refused = is_planned and plan(site, body).results[1].value.complaint
          or push(site, body).message
        assert.matches("1 is the limit", refused, 1, true)
        assert.is_false(lab:device(1):sent "configure terminal")
        body.large = true
        assert.equal("changed", push(site, body).state)
      end)
    end)
  end

  it("goes through the devices in waves, and ends with the first that fails", function()
    with_site({ lab = { devices = 3 } }, function(site, lab)
      local body = { configuration = { "no aaa new-model" } } -- each refuses it
      local done = site:run(body)
      assert.same({ ok = 0, failed = 1, cancelled = 2 }, done.count)
      body.waves, body.abort_after = "2", "3"
      done = site:run(body)
      assert.same({ ok = 0, failed = 2, cancelled = 1 }, done.count)
      assert.is_false(lab:device(3):sent "configure terminal")
      body.waves, body.dry_run = nil, true
      assert.equal(3, site:run(body).count.failed)
    end)
  end)

  it("is refused where its timer cannot be relied on, when it is planned", function()
    with_site({ lab = { devices = 1 } }, function(site)
      local planned = plan(site, { confirm_within = 60 })
      assert.equal("unsupported", planned.results[1].kind)
      assert.matches("its timer needs", planned.results[1].message)
    end)
  end)

  it("is applied by who says how many it will change, and by nobody else", function()
    with_site({}, function(site)
      local planned = plan(site)
      for field, body in pairs {
        expect = { apply = planned.id },
        configuration = { apply = planned.id, expect = 3, configuration = LINES },
        save = { apply = planned.id, expect = 3, save = true },
        filter = { apply = planned.id, expect = 3, filter = "all" },
        apply = { apply = "20260101-000000-0000", expect = 3 },
        ["apply "] = { apply = "../" .. planned.id, expect = 3 },
        plan = { plan = true },
        confirm_within = { configuration = LINES, confirm_within = 60 },
        dry_run = { configuration = LINES, plan = true, dry_run = true },
        allow = { allow = { "aaa" } },
        max_lines = { commands = { "show clock" }, max_lines = 3 },
        large = { apply = planned.id, expect = 3, large = true },
        waves = { configuration = LINES, waves = "1,some" },
        abort_after = { configuration = LINES, abort_after = "200%" },
        ["allow[0]"] = { configuration = LINES, allow = { 1 } },
      } do
        local wrong = refusal(site, body, 422).errors[1].field
        assert.equal(field:match "^%S+", wrong)
      end
      local problem = refusal(site, { apply = planned.id, expect = 2 }, 422)
      assert.equal("3 devices would be changed", problem.errors[1].message)
      local sent = site:run { commands = { "show clock" } }
      problem = refusal(site, { apply = sent.id, expect = 3 }, 422)
      assert.equal("apply", problem.errors[1].field)
    end)
  end)

  it("is for the inventory that it was planned for", function()
    with_site({}, function(site)
      local planned = plan(site)
      local device = site.service.stock.inventory.devices[2]
      device.port = device.port + 1
      local problem = refusal(site, { apply = planned.id, expect = 3 }, 409)
      assert.matches("the inventory has changed", problem.detail)
    end)
  end)

  it("is for callers whose tokens let them push, and they are told so", function()
    local tokens = {}
    for scope in ("read run push"):gmatch "%a+" do
      tokens[#tokens + 1] = {
        name = scope, scope = scope, token = secret.from_string(scope .. "-its-token"),
      }
    end
    with_site({ tokens = tokens }, function(site)
      for scope, status in pairs { read = 403, run = 403, push = 202 } do
        local headers = { Authorization = ("Bearer %s-its-token"):format(scope) }
        local server = site:ask("GET", "/api/v1/server", { headers = headers })
        assert.equal(scope == "push", server.json.may_push, scope)
        local answer = site:ask("POST", "/api/v1/runs", {
          headers = headers, body = { configuration = LINES, plan = true },
        })
        assert.equal(status, answer.status, answer.text)
      end
    end)
    with_site({ allow_push = false }, function(site)
      refusal(site, { configuration = LINES, plan = true }, 403)
      refusal(site, { apply = "x", expect = 1 }, 403)
    end)
  end)
end)
