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
  elseif kind == "limit" then
    return nil, answer.problem(413, "the body is longer than this server takes")
  end
  return nil, answer.problem(400, message)
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

local function read(one)
  local query, refusal = read_query(one.head.query)
  local text, body
  if not refusal then
    text, refusal = read_text(one.request)
  end
  if not refusal then
    body, refusal = read_body(one.head.route, text)
  end
  one.query, one.text, one.body = query, text, body
  return refusal
end

local function run_handler(one)
  return read(one) or one.head.route.handler(one)
end

local function explain(err)
  return err == host.cancelled and err or debug.traceback(tostring(err), 2)
end

-- A mistake of ours is an answer, too.
local function handle(service, request, head)
  local one = {
    service = service, request = request, head = head, params = head.params,
  }
  local ok, given = xpcall(run_handler, explain, one)
  if not ok and given == host.cancelled then
    error(given, 0)
  elseif not ok then
    service.on_error(given)
    given = answer.problem(500, "this is a mistake in the server; its log tells more")
  end
  return given
end

-- What stands for a request that has no body.
local NO_BODY = {
  body = function()
    return ""
  end,
}

--- Whether a request can be answered outside of any task: its handler waits for
-- nothing, and there is nothing to read.
-- @tparam table head that the gate has let in
-- @treturn boolean
function call.is_quick(head)
  return head.route.is_quick and not head.has_body
end

--- The answer to such a request.
-- @param service
-- @tparam table head
-- @treturn table answer
function call.at_once(service, head)
  return handle(service, NO_BODY, head)
end

--- Answer a request that was admitted. No stream outlives its handler: one that was not
-- finished is broken off.
-- @param service
-- @param request of `host.http`
-- @treturn int status that it was answered with
function call.answer(service, request)
  local given = handle(service, request, request:head())
  if request:is_answered() then
    request:break_off()
  elseif given then
    request:respond(given.status, given.headers, given.body)
  end
  return given and given.status or 200
end

return call
