-- Every operation of the API and everything that can be wrong with a request: what each
-- gets. The operations are those of the description, so that none is forgotten.
local json = require "moonwire.report.json"
local openapi = require "moonwire.serve.openapi"
local secret = require "host.secret"
local serve = require "moonwire.serve"
local task = require "moonwire.task"
local web = require "spec.support.web"

local TOKEN = "the-token-of-this-matrix"
local MAX_BODY = 4096
local AT_ONCE = 20

-- What a good request of an operation gets.
local GOOD = { start_run = 202, cancel_run = 409 }

local function operations()
  local list = {}
  local description = openapi.describe(serve.routes(), { has_token = true })
  for path, methods in pairs(description.paths) do
    for method, operation in pairs(methods) do
      list[#list + 1] = {
        id = operation.operationId, method = method:upper(), path = path,
        is_public = operation.security == nil, has_body = operation.requestBody ~= nil,
        good = GOOD[operation.operationId] or 200,
      }
    end
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

describe("the API, whatever is asked of it:", function()
  local site, run

  local function ask(operation, options)
    options = options or {}
    local path = operation.path:gsub("{(%w+)}", { id = run, index = "1" })
    local headers = { Authorization = "Bearer " .. TOKEN }
    for name, value in pairs(options.headers or {}) do
      headers[name] = value
    end
    return site:ask(options.method or operation.method, path, {
      headers = headers, body = options.body,
    })
  end

  lazy_setup(function()
    site = web.start {
      inventory = { lab = { devices = 1 } }, token = secret.from_string(TOKEN),
      max_body = MAX_BODY,
    }
    local begun = site:ask("POST", "/api/v1/runs", {
      headers = { Authorization = "Bearer " .. TOKEN },
    })
    run = begun.json.id
    site.service.registry:get(run):wait()
  end)

  lazy_teardown(function()
    site:close()
  end)

  local function refused(answer, status)
    assert.equal(status, answer.status, answer.text)
    assert.equal("application/problem+json", answer.headers["content-type"])
    assert.equal(status, answer.json.status)
    assert.is_nil(answer.text:find(TOKEN, 1, true))
  end

  local BODIES = {
    { "a body that is cut off", "{", 400 },
    { "a body of another kind", "[]", 422 },
    { "a field that is not known", { nonsense = 1 }, 422 },
    { "a body without end", (" "):rep(MAX_BODY + 1), 413 },
  }
  local HEADERS = {
    { "a wrong Host", { Host = "evil.example" }, 403 },
    { "no Host", { Host = "" }, 400 },
    { "a foreign origin", { Origin = "https://evil.example" }, 403 },
  }

  for _, operation in ipairs(operations()) do
    describe(operation.id, function()
      it("does what is asked of it", function()
        local answer = ask(operation)
        assert.equal(operation.good, answer.status, answer.text)
        assert.equal("nosniff", answer.headers["x-content-type-options"])
        assert.equal("no-store", answer.headers["cache-control"])
      end)

      it(("answers %d at once"):format(AT_ONCE), function()
        local list = {}
        for i = 1, AT_ONCE do
          list[i] = i
        end
        for _, answer in ipairs(task.map(list, AT_ONCE, function()
          return ask(operation)
        end)) do
          assert.equal(operation.good, answer.status, answer.text)
        end
      end)

      it("refuses a method that it has not", function()
        local answer = ask(operation, { method = "PATCH" })
        refused(answer, 405)
        assert.is_string(answer.headers.allow)
      end)

      for _, case in ipairs(HEADERS) do
        local name, headers, status = table.unpack(case)
        it("refuses " .. name, function()
          refused(ask(operation, { headers = headers }), status)
        end)
      end

      if not operation.is_public then
        it("refuses a wrong token", function()
          local headers = { Authorization = "Bearer " .. TOKEN .. "x" }
          refused(ask(operation, { headers = headers }), 401)
        end)
      end

      if operation.has_body then
        for _, case in ipairs(BODIES) do
          local name, body, status = table.unpack(case)
          it("refuses " .. name, function()
            refused(ask(operation, { body = body }), status)
          end)
        end

        it("refuses a body of another type", function()
          local headers = { ["Content-Type"] = "text/plain" }
          refused(ask(operation, { headers = headers, body = "{}" }), 415)
        end)

        it("takes an empty body, and an empty object", function()
          for _, body in ipairs { "", json.object() } do
            local answer = ask(operation, { body = body })
            assert.equal(operation.good, answer.status, answer.text)
          end
        end)
      end
    end)
  end

  it("is as it was before, behind all of that", function()
    local service = site.service
    repeat -- the last runs may still be on their way
      task.sleep(0.002)
    until service.listener:stats().open == 0 and service.in_flight == 0
      and service.registry.open == 0
  end)
end)
