-- Every route and everything that can be wrong with a request: what each gets. Routes
-- and fields are those of the tables that serve, so that none is forgotten.
local json = require "moonwire.report.json"
local lfs = require "lfs"
local secret = require "host.secret"
local serve = require "moonwire.serve"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

local TOKEN = "the-token-of-this-matrix"
local MAX_BODY = 64 * 1024
local AT_ONCE = 20

-- What a good request of a route gets, where that is not 200.
local GOOD = { start_run = 202, cancel_run = 409, ["/redoc"] = 308 }

-- Files that only `make docs-ui` brings.
local function is_missing(path)
  local folder = uv.exepath():match "^(.*)/"
  return path:find "^/docs%-ui/" and not lfs.attributes(folder .. path)
end

local function operations()
  local list = {}
  for _, route in ipairs(serve.routes()) do
    local id = route.id or route.path
    list[#list + 1] = {
      id = id, method = route.method, path = route.path, body = route.body,
      is_public = route.is_public, good = GOOD[id] or is_missing(id) and 404 or 200,
    }
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

-- ---- fields ----

local VALUES = {
  string = "x", integer = 7, boolean = true, object = json.object(),
  array = { "x" }, null = json.null,
}
local EXCEPT = { number = "integer" } -- is a number as well

local function of_wrong_types(rule, bad)
  local right = {}
  for _, kind in ipairs(type(rule.type) == "table" and rule.type or { rule.type }) do
    right[EXCEPT[kind] or kind] = true
  end
  for kind, value in pairs(VALUES) do
    if not right[kind] then
      bad["of type " .. kind] = value
    end
  end
end

local function filled(value, count)
  local list = {}
  for i = 1, count do
    list[i] = value
  end
  return list
end

-- What a schema does not take, by what is wrong with it.
local function bad_values(rule)
  local bad = {}
  of_wrong_types(rule, bad)
  bad["below its minimum"] = rule.minimum and rule.minimum - 1
  bad["above its maximum"] = rule.maximum and rule.maximum + 1
  bad["that is too long"] = rule.maxLength and ("x"):rep(rule.maxLength + 1)
  bad["none of its words"] = rule.enum and "none-of-them"
  bad["that is empty"] = (rule.minLength or 0) > 0 and "" or nil
  if rule.maxItems and rule.maxItems * #'"x",' < MAX_BODY then
    bad["of too many"] = filled("x", rule.maxItems + 1)
  end
  return bad
end

-- Each field of a schema: its path, its rule, and what makes a body of its value.
local function fields_of(rule, path, wrap, found)
  for name, inner in pairs(rule.properties or {}) do
    local at = path == "" and name or path .. "." .. name
    local function body_of(value)
      return wrap { [name] = value }
    end
    found[#found + 1] = { path = at, rule = inner, body_of = body_of }
    fields_of(inner, at, body_of, found)
  end
  if rule.items then
    local function body_of(value)
      return wrap { value }
    end
    found[#found + 1] = { path = path .. "[0]", rule = rule.items, body_of = body_of }
    fields_of(rule.items, path .. "[0]", body_of, found)
  end
  return found
end

local function itself(body)
  return body
end

local function is_named(errors, path)
  for _, one in ipairs(errors) do
    if one.field == path then
      return true
    end
  end
  return false
end

describe("the API, whatever is asked of it:", function()
  local site, run

  local function ask(operation, options)
    options = options or {}
    local path = operation.path:gsub("{(%w+)}", { id = run, index = "1" })
      .. (options.query or "")
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
    { "two lengths of a body", { ["Transfer-Encoding"] = "chunked",
      ["Content-Length"] = "2" }, 400 },
  }

  for _, operation in ipairs(operations()) do
    describe(operation.id, function()
      it("does what is asked of it", function()
        local answer = ask(operation)
        assert.equal(operation.good, answer.status, answer.text)
        assert.is_string(answer.headers["content-security-policy"])
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

      it("refuses a malformed query", function()
        refused(ask(operation, { query = "?x=%zz" }), 400)
      end)

      it("refuses a huge header", function()
        local answer = ask(operation, { headers = { X = ("x"):rep(MAX_BODY) } })
        assert.equal(431, answer.status, answer.text)
      end)

      if not operation.is_public then
        it("refuses a wrong token", function()
          local headers = { Authorization = "Bearer " .. TOKEN .. "x" }
          refused(ask(operation, { headers = headers }), 401)
        end)
      end

      for _, field in ipairs(fields_of(operation.body or {}, "", itself, {})) do
        it("refuses what is wrong with " .. field.path, function()
          for what, value in pairs(bad_values(field.rule)) do
            local answer = ask(operation, { body = field.body_of(value) })
            refused(answer, 422)
            assert.is_true(is_named(answer.json.errors, field.path), what)
          end
        end)
      end

      if operation.body then
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
