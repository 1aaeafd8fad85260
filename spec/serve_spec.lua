-- Faults of spec/README.md: H2, H3, H4, H5, H6, H7, H8, H9, H10, H11.
local files = require "spec.support.files"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local lfs = require "lfs"
local program = require "spec.support.program"
local secret = require "host.secret"
local serve = require "moonwire.serve"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

local SEEDS = { sync = "sync", async = "threads", ["nb-async"] = "nonblocking" }
local SEED = "/api/v1/netmiko/"
local PAGES = { ["index.html"] = "/", ["docs.html"] = "/docs/plain" }

-- devices that never answer a command in the time of a spec
local function slow_lab()
  return { lab = { devices = 2, think = 300 } }
end

describe("moonwire.serve", function()
  local site

  lazy_setup(function()
    site = web.start { allow_push = true }
  end)

  lazy_teardown(function()
    site:close()
  end)

  local function problem(answer, status)
    assert.equal(status, answer.status, answer.text)
    assert.equal("application/problem+json", answer.headers["content-type"])
    assert.equal(status, answer.json.status)
    assert.is_string(answer.json.title)
    assert.is_string(answer.json.detail)
    return answer.json
  end

  describe("the operations of old", function()
    for word, mode in pairs(SEEDS) do
      it("run the inventory: " .. word, function()
        local answer = site:ask("POST", SEED .. word)
        assert.equal(200, answer.status, answer.text)
        assert.matches("^Total time: %d:%d%d:%d%d", answer.json.result)
        assert.equal(mode, answer.json.mode)
        assert.same({ ok = 3, failed = 0, cancelled = 0 }, answer.json.count)
        assert.equal(3, #answer.json.results)
        assert.matches("simulated", answer.json.results[3].output[1].output)
        if mode == "sync" then
          assert.equal(1, answer.json.peak_sessions)
        end
      end)
    end

    for word, mode in pairs(SEEDS) do
      it("run commands of the body: " .. word, function()
        local body = { commands = { commands = { "show version", "show vlan" } } }
        local answer = site:ask("POST", SEED .. word, { body = body })
        assert.equal(200, answer.status, answer.text)
        assert.same({ ok = 3, failed = 0, cancelled = 0 }, answer.json.count)
        assert.equal(mode, answer.json.mode)
        assert.equal("show vlan", answer.json.results[1].output[2].command)
      end)
    end

    it("run devices and commands of the body", function()
      local device = site.service.stock.inventory.devices[2]
      local answer = site:ask("POST", SEED .. "nb-async", {
        body = {
          devices = {
            {
              host = device.host, username = "admin", password = "admin",
              device_type = "cisco_ios", port = device.port,
              ssh_config_file = "~/.ssh/config",
            },
          },
          commands = { commands = { "show ip int brief", "show vlan" } },
        },
      })
      assert.equal(200, answer.status, answer.text)
      assert.same({ ok = 1, failed = 0, cancelled = 0 }, answer.json.count)
      assert.equal(device.name, answer.json.results[1].device)
      assert.equal("show vlan", answer.json.results[1].output[2].command)
    end)

    it("count a device that fails, and say why, without its password", function()
      local device = site.service.stock.inventory.devices[1]
      local answer = site:ask("POST", SEED .. "sync", {
        body = {
          devices = {
            {
              host = device.host, username = "admin", password = "wrong-canary",
              device_type = "cisco_ios",
            },
          },
        },
      })
      assert.equal(200, answer.status, answer.text)
      assert.same({ ok = 0, failed = 1, cancelled = 0 }, answer.json.count)
      assert.equal("auth", answer.json.results[1].kind)
      assert.is_nil(answer.text:find("wrong-canary", 1, true))
      local place = "/api/v1/runs/" .. answer.json.run
      local events = site:ask("GET", place .. "/events").body
      assert.is_false(json.decode(events:match "event: result\ndata: ([^\n]*)").ok)
      local small = site:ask("GET", place .. "?output=false").json
      assert.is_false(small.results[1].ok)
    end)

    it("refuse a device that the inventory has not", function()
      local device = {
        host = "192.0.2.1", username = "admin", password = "canary",
        device_type = "cisco_ios",
      }
      local body = { devices = { device } }
      local answer = site:ask("POST", SEED .. "sync", { body = body })
      assert.equal("devices[0]", problem(answer, 403).errors[1].field)
      assert.is_nil(answer.text:find("canary", 1, true))
    end)

    it("answer others while one runs", function()
      local slow <close> = web.start { inventory = slow_lab() }
      local waiting = task.spawn(slow.ask, slow, "POST", SEED .. "sync")
      repeat
        task.sleep(0.002)
        local list = slow:ask("GET", "/api/v1/runs").json.runs
      until list[1] and list[1].state == "running"
      assert.equal(200, slow:ask("GET", "/docs").status)
      assert.equal("running", slow:ask("GET", "/api/v1/runs").json.runs[1].state)
      local id = slow:ask("GET", "/api/v1/runs").json.runs[1].id
      local gone = slow:ask("DELETE", "/api/v1/runs/" .. id)
      assert.equal("cancelled", gone.json.state, gone.text)
      local _, answer = waiting:join()
      problem(answer, 503)
    end)
  end)

  describe("a body", function()
    local DEVICE = {
      host = "10.0.0.1", username = "u", password = "canary", device_type = "cisco_ios",
    }

    local function with(changes)
      local device = {}
      for _, fields in ipairs { DEVICE, changes } do
        for name, value in pairs(fields) do
          device[name] = value
        end
      end
      return { devices = { device } }
    end

    -- the body, the status, and the field that is named
    local BODIES = {
      { "{", 400 },
      { "[1, 2", 400 },
      { "nonsense", 400 },
      { '{"mode": "sync", "mode": "threads"}', 400 },
      { '{"a": "\\ud800"}', 400 },
      { '{"deadline": 1e400}', 400 },
      { '{"a": "\xff"}', 400 },
      { ("["):rep(100000), 400 },
      { ("["):rep(200) .. ("]"):rep(200), 400 },
      { "{} {}", 400 },
      { "[]", 422, "body" },
      { "7", 422, "body" },
      { "null", 422, "body" },
      { { mode = "quick" }, 422, "mode" },
      { { comands = { "x" } }, 422, "comands" },
      { { commands = json.object() }, 422, "commands" },
      { { commands = { "" } }, 422, "commands[0]" },
      { { commands = { "a", 7 } }, 422, "commands[1]" },
      { { commands = { "a\nreload" } }, 422, "commands[0]" },
      { '{"commands": []}', 422, "commands" },
      { { limit = 0 }, 422, "limit" },
      { { limit = 1.5 }, 422, "limit" },
      { { limit = "7" }, 422, "limit" },
      { { workers = 100000 }, 422, "workers" },
      { { deadline = -1 }, 422, "deadline" },
      { { save = 1 }, 422, "save" },
      { { save = true }, 422, "save" },
      { { filter = "(" }, 422, "filter" },
      { { filter = "no-such-device" }, 422, "filter" },
      { { expect = 99 }, 422, "expect" },
      { { commands = { "a" }, configuration = { "b" } }, 422, "configuration" },
    }
    for _, case in ipairs(BODIES) do
      local body, status, field = table.unpack(case)
      local name = type(body) == "table" and json.encode(body, true) or body
      it(("of a run: %d for %s"):format(status, name:sub(1, 40):gsub("%s+$", "")),
        function()
          local answer = site:ask("POST", "/api/v1/runs", { body = body })
          local document = problem(answer, status)
          if field then
            assert.equal(field, document.errors[1].field)
          end
        end)
    end

    local DEVICES = {
      { with { host = json.null }, "devices[0].host" },
      { with { host = "a b" }, "devices[0].host" },
      { with { host = "" }, "devices[0].host" },
      { with { port = 0 }, "devices[0].port" },
      { with { port = 99999 }, "devices[0].port" },
      { with { port = "x" }, "devices[0].port" },
      { with { password = { command = { "id" } } }, "devices[0].password" },
      { with { password = "" }, "devices[0].password" },
      { with { username = 7 }, "devices[0].username" },
      { with { proxy_command = "id" }, "devices[0].proxy_command" },
      { with { jump = "x" }, "devices[0].jump" },
      { with { known_hosts = "/etc/passwd" }, "devices[0].known_hosts" },
      { { devices = { json.object() } }, "devices[0].device_type" },
      { { devices = json.object { a = 1 } }, "devices" },
      { '{"devices": []}', "devices" },
      { { commands = { "show version" } }, "commands" },
      { { commands = { commands = "show version" } }, "commands.commands" },
      { '{"commands": {"commands": []}}', "commands.commands" },
    }
    for _, case in ipairs(DEVICES) do
      local body, field = table.unpack(case)
      it("names " .. field .. " in " .. (type(body) == "table"
        and json.encode(body, true) or body):sub(1, 60):gsub("%s+$", ""), function()
        local answer = site:ask("POST", SEED .. "sync", { body = body })
        assert.equal(field, problem(answer, 422).errors[1].field)
        assert.is_nil(answer.text:find("canary", 1, true))
      end)
    end

    it("that is too long is refused, with its length told or not", function()
      local small <close> = web.start { max_body = 1000 }
      problem(small:ask("POST", "/api/v1/runs", { body = (" "):rep(1001) }), 413)
      local chunk = ("%x\r\n%s\r\n"):format(600, (" "):rep(600))
      local text = small:send("POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\n"
        .. "Connection: close\r\nContent-Type: application/json\r\n"
        .. "Transfer-Encoding: chunked\r\n\r\n" .. chunk:rep(2) .. "0\r\n\r\n", true)
      assert.matches("^HTTP/1.1 413 ", text)
      assert.matches('"detail":"the body is longer than', text)
    end)
  end)

  describe("a mistake in a handler", function()
    local faulty, told

    lazy_setup(function()
      told = {}
      faulty = web.start {
        on_error = function(traceback)
          table.insert(told, traceback)
        end,
      }
    end)

    lazy_teardown(function()
      faulty:close()
    end)

    local function ask_faulty(handler)
      faulty.service.gate.options.router.exact["/faulty"] = {
        GET = { method = "GET", path = "/faulty", handler = handler },
      }
      local answer = faulty:ask("GET", "/faulty")
      assert.matches("a canary", told[#told])
      assert.is_nil(answer.text:find("canary", 1, true))
      assert.equal(200, faulty:ask("GET", "/health").status)
      return answer
    end

    it("is an answer", function()
      problem(ask_faulty(function()
        error "a canary"
      end), 500)
    end)

    it("ends a stream that had begun, and nothing else", function()
      local answer = ask_faulty(function(call)
        call.request:stream(200, {})
        call.request:write(("x"):rep(1 << 17)) -- waits until it has been taken
        error "a canary"
      end)
      assert.equal(200, answer.status)
    end)
  end)

  -- method, path, headers, status
  local REQUESTS = {
    { "GET", "/index.html", nil, 404 },
    { "GET", "/nowhere", nil, 404 },
    { "GET", "/api/v1/runs/../../etc/passwd", nil, 404 },
    { "GET", "/api/v1/runs/%2e%2e/%2e%2e", nil, 404 },
    { "GET", "/api/v1/runs/x%00", nil, 404 },
    { "GET", "/api/v1/runs/nothing-like-it", nil, 404 },
    { "GET", "/api/v1/runs/" .. ("x"):rep(65), nil, 404 },
    { "DELETE", "/api/v1/runs/nothing-like-it", nil, 404 },
    { "GET", "/api/v1/runs/x/events", nil, 404 },
    { "GET", "//health", nil, 404 },
    { "GET", "/health/", nil, 404 },
    { "GET", "/docs.html", nil, 404 },
    { "GET", "/docs/plain", nil, 200 },
    { "GET", "/docs-ui/package.json", nil, 404 },
    { "GET", "/docs-ui/../moonwire", nil, 404 },
    { "GET", SEED .. "sync", nil, 405 },
    { "DELETE", SEED .. "async", nil, 405 },
    { "PUT", "/api/v1/runs", nil, 405 },
    { "OPTIONS", "/api/v1/runs", nil, 405 },
    { "TRACE", "/health", nil, 405 },
    { "BREW", "/health", nil, 405 },
    { "POST", SEED .. "sync", { ["Content-Type"] = "text/plain" }, 415 },
    {
      "POST", "/api/v1/runs",
      { ["Content-Type"] = "application/x-www-form-urlencoded" }, 415,
    },
    { "POST", "/api/v1/runs", { ["Content-Type"] = "application/jsonx" }, 415 },
    { "GET", "/health", { Host = "evil.example" }, 403 },
    { "GET", "/health", { Host = "127.0.0.1.evil.example" }, 403 },
    { "GET", "/health", { Host = "" }, 400 },
    { "GET", "/health", { Origin = "https://evil.example" }, 403 },
    { "POST", SEED .. "sync", { Origin = "null" }, 403 },
    { "GET", "/api/v1/devices?filter=(", nil, 422 },
    { "GET", "/api/v1/devices?filter=%zz", nil, 400 },
    { "GET", "/api/v1/devices?filter=%00", nil, 400 },
    { "POST", "/api/v1/runs", { ["Idempotency-Key"] = ("k"):rep(201) }, 400 },
    { "GET", "/health", nil, 200 },
    { "GET", "/health", { Host = "localhost" }, 200 },
    { "GET", "/health?x=1&x=2", nil, 200 },
    { "HEAD", "/health", nil, 200 },
    { "GET", "/docs", nil, 200 },
    { "GET", "/", nil, 200 },
    { "GET", "/page/docs.css", nil, 200 },
    { "GET", "/page/docs.mjs", nil, 200 },
    { "GET", "/page/../init.lua", nil, 404 },
    { "GET", "/page/", nil, 404 },
    { "GET", "/api/v1/server", nil, 200 },
    { "GET", "/openapi.json", nil, 200 },
    { "GET", "/redoc", nil, 308 },
    { "GET", "/metrics", nil, 200 },
    { "GET", "/api/v1/devices", nil, 200 },
    { "GET", "/api/v1/platforms", nil, 200 },
    { "GET", "/api/v1/runs", nil, 200 },
  }
  for _, case in ipairs(REQUESTS) do
    local method, path, headers, status = table.unpack(case, 1, 4)
    local about = ""
    for name, value in pairs(headers or {}) do
      about = (" with %s: %s"):format(name, value:sub(1, 30))
    end
    it(("answers %s %s%s with %d"):format(method, path:sub(1, 50), about, status),
      function()
        local answer = site:ask(method, path, { headers = headers })
        assert.equal(status, answer.status, answer.text)
        if status >= 400 then
          problem(answer, status)
        end
        if status == 405 then
          assert.is_string(answer.headers.allow)
        end
      end)
  end

  it("has pages that run nothing inline and load nothing from elsewhere", function()
    local count = 0
    for name in lfs.dir "lua/moonwire/serve/page" do
      local path = PAGES[name] or "/page/" .. name
      if not name:find "^%." and name ~= "swagger.html" then
        local answer = site:ask("GET", path)
        assert.equal(200, answer.status, path)
        local policy = answer.headers["content-security-policy"]
        assert.matches("^default%-src 'none'; script%-src 'self';", policy)
        assert.is_nil(policy:find("unsafe", 1, true))
        assert.equal("nosniff", answer.headers["x-content-type-options"])
        assert.is_nil(answer.body:find "<script[^>]*>[^<]")
        count = count + 1
      end
    end
    assert.is_true(count > 15)
  end)

  it("answers twenty at once, each with its own", function()
    local asked = {}
    for i = 1, 20 do
      asked[i] = i
    end
    local answers = task.map(asked, 20, function(i)
      local word = i % 2 == 0 and "sync" or "nb-async"
      return site:ask("POST", SEED .. word, {
        body = { commands = { commands = { "show version | include uptime" } } },
      })
    end)
    local ids = {}
    for i, answer in ipairs(answers) do
      assert.equal(200, answer.status, answer.text)
      assert.equal(i % 2 == 0 and "sync" or "nonblocking", answer.json.mode)
      assert.same({ ok = 3, failed = 0, cancelled = 0 }, answer.json.count)
      assert.is_nil(ids[answer.json.run])
      ids[answer.json.run] = true
    end
  end)

  it("shows devices without how one logs in to them", function()
    local answer = site:ask("GET", "/api/v1/devices?filter=SW-CORE_1")
    assert.equal(1, answer.json.total)
    local device = answer.json.devices[1]
    assert.equal("SW-CORE_1", device.name)
    assert.is_nil(device.username)
    assert.is_nil(device.password)
    assert.is_nil(answer.text:find "[Pp]assword")
  end)

  describe("a run", function()
    it("is watched, event by event, and from the middle", function()
      local id = site:begin { commands = { "show version" } }
      local path = ("/api/v1/runs/%s/events"):format(id)
      local all = site:ask("GET", path)
      assert.matches("^text/event%-stream", all.headers["content-type"])
      local names = {}
      local begun = 0
      for name, data in all.body:gmatch "event: (%a+)\ndata: ([^\n]*)\n" do
        if name == "begin" then
          begun = begun + #json.decode(data).devices
        elseif name ~= "run" or #names == 0 then -- the first one may be queued
          names[#names + 1] = name
        end
      end
      assert.equal(3, begun)
      assert.same({ "run", "result", "result", "result", "end" }, names)
      local later = site:ask("GET", path, { headers = { ["Last-Event-ID"] = "2" } })
      assert.is_nil(later.body:find("id: 2\n", 1, true))
      assert.matches("\nid: 3\n", later.body)
    end)

    it("says when its turn has come", function()
      local slow <close> = web.start { inventory = slow_lab(), limits = { active = 1 } }
      local first, second = slow:begin {}, slow:begin {}
      local path = ("/api/v1/runs/%s/events"):format(second)
      local watching = task.spawn(slow.ask, slow, "GET", path)
      repeat
        task.sleep(0.002)
      until slow.service.in_flight == 1
      slow:ask("DELETE", "/api/v1/runs/" .. first)
      slow.service.registry:get(second):wait_for_more(0, 0)
      slow:ask("DELETE", "/api/v1/runs/" .. second)
      local _, answer = watching:join()
      local states = {}
      for name, data in answer.body:gmatch "event: (%a+)\ndata: ([^\n]*)" do
        states[#states + 1] = (name == "run" or name == "end")
          and json.decode(data).state or nil
      end
      assert.same({ "queued", "running", "cancelled" }, states)
    end)

    it("is shown a page at a time, in the order of the devices", function()
      local id = site:begin { commands = { "show version" } }
      site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      local answer = site:ask("GET", "/api/v1/runs/" .. id .. "?offset=1&limit=1")
      assert.equal(1, #answer.json.results)
      assert.equal(2, answer.json.results[1].index)
      assert.equal(3, answer.json.total)
      problem(site:ask("GET", "/api/v1/runs/" .. id .. "?offset=-1"), 422)
      problem(site:ask("GET", "/api/v1/runs/" .. id .. "?limit=100000"), 422)
      problem(site:ask("DELETE", "/api/v1/runs/" .. id), 409)
    end)

    it("has the names of its devices, and what each said", function()
      local id = site:begin { commands = { "show version" } }
      local place = "/api/v1/runs/" .. id
      site:ask("GET", place .. "/events")
      local names = site:ask("GET", place .. "/devices").json
      assert.equal(3, names.total)
      local second = site:ask("GET", place .. "/results/2").json
      assert.equal(names.devices[2], second.device)
      assert.equal(2, second.index)
      assert.matches("simulated", second.output[1].output)
      assert.is_true(second.started >= 0)
      local small = site:ask("GET", place .. "?output=false")
      assert.equal(3, #small.json.results)
      assert.is_nil(small.text:find("simulated", 1, true))
      for _, wrong in ipairs { "/results/4", "/results/0", "/results/x", "/device" } do
        problem(site:ask("GET", place .. wrong), 404)
      end
    end)

    it("is the same for the same key, and another body is refused", function()
      local function ask(body)
        return site:ask("POST", "/api/v1/runs", {
          body = body, headers = { ["Idempotency-Key"] = "order-66" },
        })
      end
      local answers = task.map({ 1, 2, 3 }, 3, function()
        return ask '{"limit": 1}'
      end)
      for _, answer in ipairs(answers) do
        assert.equal(202, answer.status)
        assert.equal(answers[1].json.id, answer.json.id)
      end
      problem(ask '{"limit": 2}', 409)
    end)

    it("ends at its deadline, and its counts add up", function()
      local slow <close> = web.start { inventory = slow_lab() }
      local id = slow:begin { deadline = 0.05 }
      slow:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      local answer = slow:ask("GET", "/api/v1/runs/" .. id)
      assert.equal("late", answer.json.state)
      local count = answer.json.count
      assert.equal(2, count.ok + count.failed + count.cancelled)
    end)

    it("goes on when the one who watches it leaves", function()
      local slow <close> = web.start { inventory = slow_lab(), heartbeat = 0.01 }
      local id = slow:begin { mode = "nonblocking" }
      local socket = web.connect(slow.port)
      task.await(function(done)
        socket:read_start(function()
          done()
        end)
        socket:write(("GET /api/v1/runs/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
          :format(id))
      end)
      socket:close()
      repeat
        task.sleep(0.002)
      until slow.service.listener:stats().open == 0 and slow.service.in_flight == 0
      assert.equal("running", slow:ask("GET", "/api/v1/runs/" .. id).json.state)
    end)

    for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
      it("does commands, and lines of a configuration, in mode " .. mode, function()
        for _, body in ipairs {
          { mode = mode, commands = { "show clock" } },
          { mode = mode, configuration = { "banner x" }, dry_run = true },
        } do
          local id = site:begin(body)
          site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
          local answer = site:ask("GET", "/api/v1/runs/" .. id)
          assert.equal("done", answer.json.state, answer.text)
          assert.same({ ok = 3, failed = 0, cancelled = 0 }, answer.json.count)
        end
      end)
    end

    it("goes on when the one who waits for its answer leaves", function()
      local slow <close> = web.start { inventory = slow_lab() }
      local socket = web.connect(slow.port)
      socket:write(("POST %ssync HTTP/1.1\r\nHost: localhost\r\n\r\n"):format(SEED))
      repeat
        task.sleep(0.002)
        local list = slow:ask("GET", "/api/v1/runs").json.runs
      until list[1] and list[1].state == "running"
      socket:close()
      local id = slow:ask("GET", "/api/v1/runs").json.runs[1].id
      assert.equal("running", slow:ask("GET", "/api/v1/runs/" .. id).json.state)
      slow:ask("DELETE", "/api/v1/runs/" .. id)
      repeat
        task.sleep(0.002)
      until slow.service.listener:stats().open == 0 and slow.service.in_flight == 0
      assert.equal("cancelled", slow:ask("GET", "/api/v1/runs/" .. id).json.state)
    end)

    it("is refused when too many wait", function()
      local slow <close> = web.start {
        inventory = slow_lab(), limits = { active = 1, queued = 1 },
      }
      slow:begin {}
      slow:begin {}
      local answer = slow:ask("POST", "/api/v1/runs", { body = json.object() })
      problem(answer, 429)
      assert.equal("5", answer.headers["retry-after"])
    end)

    it("is written down as any other is, without its passwords", function()
      local id = site:begin { commands = { "show version" } }
      site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      repeat
        task.sleep(0.002)
      until not journal.is_running(id, site.runs)
      local known = assert(journal.read(id, { root = site.runs }))
      assert.equal("send", known.head.verb)
      assert.same({ "show version" }, known.head.order.commands)
      assert.equal(3, #known.names)
      assert.same({}, known:unfinished())
    end)

    it("changes a configuration only where that is allowed", function()
      local body = { configuration = { "interface Vlan10", "description via-http" } }
      local id = site:begin(body)
      site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      local answer = site:ask("GET", "/api/v1/runs/" .. id)
      assert.same({ ok = 3, failed = 0, cancelled = 0 }, answer.json.count)
      assert.equal("changed", answer.json.results[1].state)
      id = site:begin(body)
      site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      answer = site:ask("GET", "/api/v1/runs/" .. id)
      assert.equal("unchanged", answer.json.results[1].state)
      local strict <close> = web.start()
      problem(strict:ask("POST", "/api/v1/runs", { body = body }), 403)
    end)

    it("leaves lines that a device still wants to moonwire runs resume", function()
      local slow <close> = web.start { inventory = slow_lab(), allow_push = true }
      local quick <close> = web.start { inventory = { lab = { devices = 2 } } }
      local id = slow:begin {
        mode = "sync", save = true,
        configuration = { "banner motd ^one", "two^", "interface Vlan10" },
      }
      local path = ("%s/%s/lines"):format(slow.runs, id)
      assert.equal("rw-------", lfs.attributes(path, "permissions"))
      local one = slow.service.registry:get(id)
      one:wait_for_more(0, 0) -- the first device is begun, the second is not
      slow:ask("DELETE", "/api/v1/runs/" .. id)
      local known = assert(journal.read(id, { root = slow.runs }))
      assert.same({ 2 }, known:unfinished())
      assert.is_true(known.head.order.save)
      assert.is_nil(json.encode(known.head):find("Vlan10", 1, true))
      files.write(slow.runs .. "/devices.yaml", web.devices_of(quick))
      assert(uv.fs_chmod(slow.runs .. "/devices.yaml", tonumber("600", 8)))
      repeat
        task.sleep(0.002)
      until not journal.is_running(id, slow.runs)
      local said = program.run {
        "runs", "resume", id, "--runs", slow.runs, "-q", "-i",
        slow.runs .. "/devices.yaml",
      }
      assert.is_true(said.status < 2, said.errors)
      known = assert(journal.read(id, { root = slow.runs }))
      assert.equal("failed_clean", known:state(1)) -- it was dropped before any line
      assert.equal("changed", known:state(2))
    end)

    it("takes its lines away when every device has them", function()
      local id = site:begin { configuration = { "interface Vlan11" } }
      site:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      repeat
        task.sleep(0.002)
      until not journal.is_running(id, site.runs)
      assert.is_nil(lfs.attributes(("%s/%s/lines"):format(site.runs, id)))
    end)

    it("keeps no more output than there is room for", function()
      local small <close> = web.start { limits = { room = 10 } }
      local id = small:begin { mode = "sync" }
      small:ask("GET", ("/api/v1/runs/%s/events"):format(id))
      local results = small:ask("GET", "/api/v1/runs/" .. id).json.results
      assert.is_table(results[1].output)
      assert.is_true(results[3].is_output_dropped)
    end)
  end)

  describe("a token", function()
    local guarded

    lazy_setup(function()
      guarded = web.start { token = secret.from_string "the-canary-token" }
    end)

    lazy_teardown(function()
      guarded:close()
    end)

    local function ask(authorization)
      return guarded:ask("GET", "/api/v1/devices", {
        headers = { Authorization = authorization },
      })
    end

    it("is wanted, and the right one opens", function()
      local answer = ask(nil)
      problem(answer, 401)
      assert.matches("^Bearer", answer.headers["www-authenticate"])
      assert.equal(200, ask("Bearer the-canary-token").status)
      assert.equal(200, guarded:ask("GET", "/health").status)
      assert.equal(200, guarded:ask("GET", "/docs").status)
    end)

    it("that is wrong is refused, and after many of them everything is", function()
      for _, wrong in ipairs {
        "Bearer", "Bearer the-canary-toke", "Bearer the-canary-token2",
        "Basic dGhlLWNhbmFyeS10b2tlbg==", "the-canary-token",
        "Bearer " .. ("x"):rep(5000),
      } do
        local answer = ask(wrong)
        problem(answer, 401)
        assert.is_nil(answer.text:find("canary", 1, true))
      end
      local answer
      for _ = 1, 20 do
        answer = ask "Bearer x"
      end
      problem(answer, 429)
      assert.equal("10", answer.headers["retry-after"])
    end)
  end)

  it("does not listen beyond this machine without a token and TLS", function()
    local ok, message, kind = serve.run { address = "0.0.0.0", inventory = "r1" }
    assert.is_nil(ok)
    assert.matches("token", message)
    assert.equal("invalid", kind)
    ok, message = serve.run {
      address = "0.0.0.0", inventory = "r1", token = secret.from_string "long enough",
    }
    assert.is_nil(ok)
    assert.matches("TLS", message)
  end)

  it("says why it cannot listen", function()
    local ok, message, kind = serve.run {
      inventory = { devices = {} }, port = site.port,
    }
    assert.is_nil(ok)
    assert.matches("in use", message)
    assert.equal("local", kind)
  end)

  it("stops when its runs are over, and refuses new ones meanwhile", function()
    local slow = web.start { inventory = slow_lab() }
    local id = slow:begin {}
    slow.service:stop()
    problem(slow:ask("POST", "/api/v1/runs", { body = json.object() }), 503)
    assert.equal(503, slow:ask("GET", "/health").status)
    slow.service:stop(true)
    slow.task:join()
    assert.is_true(slow.ok)
    assert.equal("cancelled", slow.service.registry:get(id).state)
  end)

  it("reads its inventory again, and keeps the old one when that is wrong", function()
    local path = os.tmpname()
    local function write(text)
      local file <close> = assert(io.open(path, "w"))
      file:write(text)
    end
    local line = "  - { host: %s, username: a, password: pass, device_type: linux }\n"
    write("devices:\n" .. line:format "r1")
    local changing <close> = web.start {
      inventory = path, inventory_options = { format = "yaml" },
    }
    write("devices:\n" .. line:format "r2" .. line:format "r3")
    assert.equal(2, changing.service.stock:reload())
    assert.equal(2, changing:ask("GET", "/api/v1/devices").json.total)
    write "devices: 7\n"
    assert.is_nil((changing.service.stock:reload()))
    assert.equal(2, changing:ask("GET", "/api/v1/devices").json.total)
    os.remove(path)
  end)
end)
