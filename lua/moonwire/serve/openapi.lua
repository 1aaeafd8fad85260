--- The description of the API, OpenAPI 3.1, made of the route table that serves it.
-- @module moonwire.serve.openapi
local answer = require "moonwire.serve.answer"
local json = require "moonwire.report.json"
local shapes = require "moonwire.serve.shapes"

local openapi = {}

local PROBLEMS = {
  [400] = "The request or its JSON is malformed.",
  [401] = "The token is missing or wrong.",
  [403] = "Not allowed: another name or origin, a device that is not in the inventory, "
    .. "or a push where pushes are off.",
  [404] = "There is no such thing.",
  [409] = "It is in a state, or the key was used, so that this cannot be.",
  [413] = "The body is too long.",
  [415] = "The body is not application/json.",
  [422] = "Fields of the body are wrong; errors names each.",
  [429] = "Too much at once; Retry-After says when to try again.",
  [503] = "The server is about to stop.",
}

local function problem_answer(status)
  return {
    description = PROBLEMS[status],
    content = {
      ["application/problem+json"] = {
        schema = { ["$ref"] = "#/components/schemas/Problem" },
        example = {
          type = "about:blank",
          title = answer.reason(status),
          status = status,
          detail = PROBLEMS[status],
        },
      },
    },
  }
end

local function good_answer(given)
  return {
    description = given.description,
    content = given.type and json.object {
      [given.type] = { schema = given.schema, example = given.example },
    } or nil,
  }
end

local function answers_of(route)
  local answers = {}
  for status, given in pairs(route.answers) do
    answers[tostring(status)] = good_answer(given)
  end
  for _, status in ipairs(route.problems or {}) do
    answers[tostring(status)] = problem_answer(status)
  end
  if not route.is_public then
    answers["401"] = problem_answer(401)
  end
  answers["400"] = answers["400"] or problem_answer(400)
  answers["403"] = answers["403"] or problem_answer(403)
  return json.object(answers)
end

local function parameters_of(route)
  local list = {}
  for name in route.path:gmatch "{(%w+)}" do
    list[#list + 1] = {
      name = name, ["in"] = "path", required = true, schema = { type = "string" },
    }
  end
  for _, given in ipairs(route.parameters or {}) do
    list[#list + 1] = {
      name = given.name,
      ["in"] = given.place,
      required = false,
      description = given.description,
      schema = { type = given.type },
    }
  end
  return #list > 0 and list or nil
end

local function body_of(route)
  if not route.body then
    return nil
  end
  return {
    required = not route.is_body_optional,
    content = {
      ["application/json"] = { schema = route.body, example = route.example },
    },
  }
end

local function operation_of(route, has_token)
  return {
    operationId = route.id,
    summary = route.summary,
    description = route.description,
    tags = { route.tag },
    parameters = parameters_of(route),
    requestBody = body_of(route),
    responses = answers_of(route),
    security = has_token and not route.is_public and { { bearer = {} } } or nil,
  }
end

--- Describe a route table.
-- @tparam {table,...} routes
-- @tparam table about `version`, `has_token`
-- @treturn table the document
function openapi.describe(routes, about)
  local paths = json.object()
  for _, route in ipairs(routes) do
    if not route.is_hidden then
      paths[route.path] = paths[route.path] or json.object()
      paths[route.path][route.method:lower()] = operation_of(route, about.has_token)
    end
  end
  return {
    openapi = "3.1.0",
    info = {
      title = "moonwire",
      summary = "Automate fleets of network devices",
      description = "Runs over SSH: one device at a time, in threads, or all at once "
        .. "in one thread. Whatever goes wrong comes back as a problem document.",
      version = about.version,
    },
    paths = paths,
    components = {
      schemas = { Problem = shapes.problem },
      securitySchemes = { bearer = { type = "http", scheme = "bearer" } },
    },
  }
end

return openapi
