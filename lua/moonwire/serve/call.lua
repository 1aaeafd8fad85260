--- One request on its way through a handler: its body read and checked, its query
-- decoded, and whatever the handler does turned into an answer.
-- @module moonwire.serve.call
local answer = require "moonwire.serve.answer"
local host = require "host.task"
local json = require "moonwire.report.json"
local schema = require "moonwire.serve.schema"

local call = {}

-- "%41" as "A"; a sign that is not followed by two digits makes it nil.
local function decode(text)
  local bad = false
  local decoded = text:gsub("%%(.?.?)", function(digits)
    if not digits:find "^%x%x$" then
      bad = true
      return ""
    end
    return string.char(tonumber(digits, 16))
  end)
  if bad or decoded:find "%c" or not utf8.len(decoded) then
    return nil
  end
  return decoded
end

local function read_query(given)
  local query = {}
  for name, value in pairs(given) do
    query[name] = decode(value)
    if query[name] == nil then
      return nil, answer.problem(400, "the query is malformed")
    end
  end
  return query
end

local function read_text(request)
  local text, message, kind = request:body()
  if text then
    return text
  end
  return nil, answer.problem(kind == "limit" and 413 or 400, message)
end

local function read_body(route, text)
  if not route.body then
    return nil
  elseif text == "" and route.is_body_optional then
    return json.object()
  end
  local body, message = schema.read(text)
  if body == nil then
    return nil, answer.problem(400, message)
  end
  local errors = schema.check(body, route.body)
  if #errors > 0 then
    return nil, answer.problem(422, "fields are wrong", nil, errors)
  end
  return body
end

local function read(service, request, head)
  local query, refusal = read_query(head.query)
  local text, body
  if not refusal then
    text, refusal = read_text(request)
  end
  if not refusal then
    body, refusal = read_body(head.route, text)
  end
  if refusal then
    return nil, refusal
  end
  return {
    service = service, request = request, head = head, params = head.params,
    query = query, text = text, body = body,
  }
end

local function run_handler(service, request, head)
  local one, refusal = read(service, request, head)
  if not one then
    return refusal
  end
  return head.route.handler(one)
end

--- Answer a request that was admitted.
-- @param service
-- @param request of `host.http`
-- @treturn int status that it was answered with
function call.answer(service, request)
  local head = request:head()
  local ok, given = xpcall(run_handler, function(err)
    return err == host.cancelled and err or debug.traceback(tostring(err), 2)
  end, service, request, head)
  if not ok and given == host.cancelled then
    error(given, 0)
  elseif not ok then
    service.on_error(given)
    given = answer.problem(500, "this is a mistake in the server; its log tells more")
  end
  if not given then
    return 200 -- it was a stream
  end
  request:respond(given.status, given.headers, given.body)
  return given.status
end

return call
