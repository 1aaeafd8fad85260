-- Runs over HTTP, on sessions that the server keeps logged in.
local await = require "spec.support.await"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local journal = require "moonwire.journal"
local relays = require "spec.support.relay"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local web = require "spec.support.web"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }
local OLD = { "sync", "async", "nb-async" }

-- A lab in this thread, and a server that keeps sessions with it: fn(site, lab, relay).
-- `relayed`: there is a relay in front of the first device.
local function with_site(options, fn)
  files.with_folder(function(folder)
    support.with_lab(options.lab or { devices = 2 }, function(lab)
      local devices = lab:inventory()
      local relay <close> = options.relayed
        and relays.open(devices[1].host, devices[1].port) or nil
      if relay then
        devices[1].host, devices[1].port = "127.0.0.1", relay.port
      end
      local warm = options.warm or {}
      warm.path = folder .. "/socket"
      local site <close> = web.start {
        inventory = { devices = devices }, warm = warm,
        allow_push = true, allow_any_device = true,
      }
      fn(site, lab, relay)
    end)
  end)
end

local function pool_of(site)
  return site.service.warm.pool
end

-- until all that were lent are back
local function await_resting(site, wanted)
  await(function()
    local count = 0
    for _, list in pairs(pool_of(site).resting) do
      count = count + #list
    end
    return count == wanted
  end)
end

local function device_of(lab, changes)
  local device = lab:inventory()[1]
  local body = {
    host = device.host, port = device.port, username = device.username,
    password = device.password, device_type = device.device_type,
  }
  for name, value in pairs(changes or {}) do
    body[name] = value
  end
  return body
end

describe("a run over HTTP", function()
  it("logs in once, whatever the modes of the runs behind it", function()
    with_site({}, function(site)
      local cold = site:run { commands = { "show privilege" } }
      assert.equal(0, cold.warm)
      assert.is_nil(cold.results[1].warm)
      for _, mode in ipairs(MODES) do
        await_resting(site, 2)
        local body = { mode = mode, commands = { "show privilege" } }
        local second = site:run(body)
        assert.is_true(second.ok, mode)
        assert.equal(2, second.warm, mode)
        for i, result in ipairs(second.results) do
          assert.is_true(result.warm, mode)
          assert.same(cold.results[i].output[1].output, result.output[1].output)
        end
      end
      assert.equal(2, pool_of(site).count.logins)
      await_resting(site, 2)
      local metrics = site:ask("GET", "/metrics").body
      assert.matches("\nmoonwire_warm_sessions 2\n", metrics, 1, true)
      assert.matches('_warm_sessions_total{event="logins"} 2\n', metrics, 1, true)
      assert.matches('_warm_sessions_total{event="lent"} 10\n', metrics, 1, true)
    end)
  end)

  it("says in its journal which sessions were warm", function()
    with_site({}, function(site)
      site:run { filter = "name == SW-CORE_1" }
      await_resting(site, 1)
      local second = site:run {}
      await(function() return not journal.is_running(second.id, site.runs) end)
      site.service.registry.by_id[second.id] = nil -- as after a start of the server
      local told = site:ask("GET", "/api/v1/runs/" .. second.id).json
      assert.same({ true, nil },
        { told.results[1].warm, told.results[2].warm }, told.results[2].device)
    end)
  end)

  it("of old borrows as well, and so does a body with the inventory's login", function()
    with_site({}, function(site, lab)
      for _, word in ipairs(OLD) do
        for round = 1, 2 do
          local answer = site:ask("POST", "/api/v1/netmiko/" .. word)
          assert.equal(200, answer.status, answer.text)
          assert.is_true(answer.json.ok, answer.text)
          assert.equal(word == "sync" and round == 1 and 0 or 2, answer.json.warm, word)
          await_resting(site, 2)
        end
      end
      local answer = site:ask("POST", "/api/v1/netmiko/sync", {
        body = { devices = { device_of(lab) } },
      })
      assert.equal(1, answer.json.warm, answer.text)
      assert.equal(2, pool_of(site).count.logins)
    end)
  end)

  it("is not lent to who brings a login of his own", function()
    with_site({}, function(site, lab)
      site:run {}
      await_resting(site, 2)
      for _, changes in ipairs {
        { password = "wrong" }, { username = "nobody" },
      } do
        local answer = site:ask("POST", "/api/v1/netmiko/nb-async", {
          body = { devices = { device_of(lab, changes) } },
        })
        assert.equal(1, answer.json.count.failed, answer.text)
        assert.equal("auth", answer.json.results[1].kind)
      end
      assert.equal(2, pool_of(site).count.lent)
    end)
  end)

  it("that reads never sees that a session has ended", function()
    with_site({ relayed = true }, function(site, _, relay)
      site:run {}
      await_resting(site, 2)
      relay:hang_up()
      local second = site:run {}
      assert.is_true(second.ok)
      assert.equal(1, second.warm)
      assert.is_nil(second.results[1].warm)
      assert.is_true(second.results[2].warm)
      assert.equal(3, pool_of(site).count.logins)
    end)
  end)

  it("that writes fails with its session, and is not logged in again", function()
    with_site({ relayed = true, lab = { devices = 1 } }, function(site, lab, relay)
      site:run {}
      await_resting(site, 1)
      local device = lab:device(1)
      local record = device.record
      function device.record(self, text) -- the line breaks once it takes lines
        if text:find "configure" then
          relay:hang_up()
        end
        return record(self, text)
      end
      local body = { configuration = { "interface Vlan7", "shutdown" } }
      local result = site:run(body).results[1]
      assert.is_false(result.ok)
      assert.equal("dropped", result.kind)
      assert.equal("failed_clean", result.state) -- no line had left
      assert.equal(1, pool_of(site).count.logins)
    end)
  end)

  it("logs in by itself where all sessions are lent", function()
    with_site({ warm = { limit = 1 } }, function(site)
      local device = site.service.stock.inventory.devices[1]
      local path = site.service.options.warm.path
      local held <close> = assert(sessions.open(device, { via = path }))
      local one = site:run {}
      assert.is_true(one.ok, json.encode(one, true))
      assert.equal(0, one.warm)
      assert.is_truthy(held:find_prompt())
      assert.equal(1, pool_of(site).count.logins)
    end)
  end)
end)
