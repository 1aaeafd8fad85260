local json = require "moonwire.report.json"
local openapi = require "moonwire.serve.openapi"
local schema = require "moonwire.serve.schema"
local web = require "spec.support.web"

local METHODS = { get = true, post = true, delete = true }
local TYPES = {
  object = true, array = true, string = true, integer = true, number = true,
  boolean = true, null = true,
}
local KEYWORDS = {
  type = true, description = true, properties = true, required = true, items = true,
  enum = true, default = true, minimum = true, maximum = true, minLength = true,
  maxLength = true, minItems = true, maxItems = true, format = true, ["$ref"] = true,
  additionalProperties = true,
}

describe("moonwire.serve.openapi", function()
  local description

  lazy_setup(function()
    local site <close> = web.start()
    description = site:ask("GET", "/openapi.json").json
  end)

  local function operations()
    local list = {}
    for path, methods in pairs(description.paths) do
      for method, operation in pairs(methods) do
        assert.is_true(METHODS[method])
        list[#list + 1] = { path = path, method = method, operation = operation }
      end
    end
    return list
  end

  local function check_words(rule, where)
    for name in pairs(rule) do
      assert.is_true(KEYWORDS[name] or false, where .. ": " .. name)
    end
    for _, kind in ipairs(type(rule.type) == "table" and rule.type or { rule.type }) do
      assert.is_true(TYPES[kind] or false, where)
    end
  end

  local function check_schema(rule, where)
    check_words(rule, where)
    assert.is_true(rule.properties == nil or json.is_object(rule.properties), where)
    for name, inner in pairs(rule.properties or {}) do
      check_schema(inner, where .. "." .. name)
    end
    if rule.items then
      check_schema(rule.items, where .. "[]")
    end
    for _, name in ipairs(rule.required or {}) do
      assert.is_table(rule.properties[name], where .. "." .. name)
    end
  end

  it("has what version 3.1 wants", function()
    assert.equal("3.1.0", description.openapi)
    assert.is_string(description.info.title)
    assert.is_string(description.info.version)
    assert.is_true(json.is_object(description.paths))
  end)

  it("describes the operations of old, and all others", function()
    local ids, count = {}, 0
    for _, one in ipairs(operations()) do
      assert.is_nil(ids[one.operation.operationId])
      ids[one.operation.operationId] = one.path
      count = count + 1
    end
    assert.equal(15, count)
    assert.equal("/api/v1/netmiko/sync", ids.netmiko_sync)
    assert.equal("/api/v1/netmiko/async", ids.netmiko_async)
    assert.equal("/api/v1/netmiko/nb-async", ids.netmiko_nb_async)
  end)

  it("names every parameter of a path, and says what each answer is", function()
    for _, one in ipairs(operations()) do
      local where = one.method .. " " .. one.path
      local in_path = {}
      for _, parameter in ipairs(one.operation.parameters or {}) do
        assert.is_table(parameter.schema, where)
        in_path[parameter.name] = parameter["in"] == "path" and parameter.required
      end
      for name in one.path:gmatch "{(%w+)}" do
        assert.is_true(in_path[name], where)
      end
      local has_good
      for status, answer in pairs(one.operation.responses) do
        assert.matches("^[2-5]%d%d$", status)
        assert.is_string(answer.description, where)
        has_good = has_good or status:find "^2"
        for _, content in pairs(answer.content or {}) do
          check_schema(content.schema, where)
          assert.is_not_nil(content.example, where)
        end
      end
      assert.is_not_nil(has_good, where)
    end
  end)

  it("has references that lead somewhere", function()
    local text = json.encode(description)
    for name in text:gmatch '"%$ref": ?"#/components/schemas/(%w+)"' do
      check_schema(description.components.schemas[name], name)
    end
  end)

  it("has examples that the server would take, and schemas that it checks", function()
    local count = 0
    for _, one in ipairs(operations()) do
      local body = one.operation.requestBody
      if body then
        local content = body.content["application/json"]
        check_schema(content.schema, one.path)
        assert.same({}, schema.check(content.example, content.schema))
        count = count + 1
      end
    end
    assert.equal(4, count)
  end)

  it("wants a token where the server does", function()
    local route = {
      method = "GET", path = "/x", id = "x", tag = "X", summary = "x",
      answers = { [200] = { description = "x" } },
    }
    local secured = openapi.describe({ route }, { version = "1", has_token = true })
    assert.same({ { bearer = {} } }, secured.paths["/x"].get.security)
    route.is_public = true
    local open = openapi.describe({ route }, { version = "1", has_token = true })
    assert.is_nil(open.paths["/x"].get.security)
  end)
end)
