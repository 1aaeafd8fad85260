--- Runs as things: begin one, look at it, watch it, cancel it.
-- @module moonwire.serve.api.runs
local answer = require "moonwire.serve.answer"
local filter = require "moonwire.inventory.filter"
local json = require "moonwire.report.json"
local shapes = require "moonwire.serve.shapes"

local runs = {}

local PAGE = 1000 -- results in one answer, unless asked for others
local STALLED = 20 -- seconds in which a reader of events has to take some
local LONGEST_KEY = 200

local function place_of(one)
  return "/api/v1/runs/" .. one.id
end

-- ---- begin ----

local function wrong(field, message)
  return answer.problem(422, "a field is wrong", nil,
    { { field = field, message = message } })
end

local function choose(holder, body)
  local devices, message = holder.inventory.devices, nil
  if body.filter then
    devices, message = filter.select(body.filter, devices)
  end
  if not devices then
    return nil, wrong("filter", message)
  elseif #devices == 0 then
    return nil, wrong("filter", "no device is wanted by it")
  elseif body.expect and #devices ~= body.expect then
    return nil, wrong("expect", ("there are %d devices"):format(#devices))
  end
  return devices
end

local function check_body(call)
  local body = call.body
  if body.configuration and body.commands then
    return wrong("configuration", "there are commands as well: one of them")
  elseif body.configuration and not call.service.options.allow_push then
    return answer.problem(403, "this server pushes nothing; --allow-push lets it")
  elseif (body.save or body.dry_run) and not body.configuration then
    return wrong(body.save and "save" or "dry_run", "is for a configuration")
  end
end

local function find_earlier(call)
  local key = call.head.headers["idempotency-key"]
  if key and (#key == 0 or #key > LONGEST_KEY) then
    local limit = ("Idempotency-Key has 1 to %d characters"):format(LONGEST_KEY)
    return nil, answer.problem(400, limit)
  end
  local one, is_same = call.service.registry:find_key(key, call.text)
  if one and not is_same then
    return nil, answer.problem(409, "the key was used with another body")
  end
  return one
end

local function begin(call)
  local service, body = call.service, call.body
  local refusal = check_body(call)
  if refusal then
    return nil, refusal
  end
  local holder = service.stock:hold()
  local devices
  devices, refusal = choose(holder, body)
  if not devices then
    service.stock:let_go(holder)
    return nil, refusal
  end
  local request = { mode = body.mode or "nonblocking" }
  for _, name in ipairs { "configuration", "save", "dry_run", "limit", "workers",
    "timeout", "deadline", "filter" } do
    request[name] = body[name]
  end
  if not body.configuration then
    request.commands = body.commands or holder.inventory.commands or { "show version" }
  end
  local key = call.head.headers["idempotency-key"]
  return service:start(holder, devices, request, { key = key, body = call.text })
end

local function find_or_begin(call)
  local one, refusal = find_earlier(call)
  if one or refusal then
    return one, refusal
  end
  return begin(call)
end

local function start(call)
  -- one after another: of two with the same key, the second finds the first
  local one, refusal = call.service.registry:in_turn(find_or_begin, call)
  if not one then
    return refusal
  end
  return answer.json(202, one:summary(), { Location = place_of(one) })
end

-- ---- look ----

local function list(call)
  local found = {}
  for _, one in ipairs(call.service.registry.list) do
    table.insert(found, 1, one:summary())
  end
  return answer.json(200, { runs = found, total = #found })
end

local function find(call)
  local one = call.service.registry:get(call.params.id)
  return one, not one and answer.problem(404, "there is no such run") or nil
end

local function whole(call, name, otherwise, highest)
  local text = call.query[name]
  if text == nil then
    return otherwise
  end
  local number = text:find "^%d+$" and math.tointeger(tonumber(text))
  if not number or number > highest then
    local errors = { { field = name, message = "must be a whole number" } }
    return nil, answer.problem(422, "a parameter is wrong", nil, errors)
  end
  return number
end

local function show(call)
  local one, refusal = find(call)
  if not one then
    return refusal
  end
  local offset, limit
  offset, refusal = whole(call, "offset", 0, 1 << 40)
  if not refusal then
    limit, refusal = whole(call, "limit", PAGE, PAGE)
  end
  if refusal then
    return refusal
  end
  local document = one:summary()
  document.results = table.move(one:in_order(), offset + 1, offset + limit, 1, {})
  document.total = #one.results
  return answer.json(200, document)
end

local function cancel(call)
  local one, refusal = find(call)
  if not one then
    return refusal
  elseif one:is_over() then
    return answer.problem(409, "the run is over: " .. one.state)
  end
  call.service.registry:cancel(one)
  one:wait()
  return answer.json(200, one:summary())
end

-- ---- watch ----

local function event(name, value, id)
  local head = id and ("id: %d\n"):format(id) or ""
  return ("%sevent: %s\ndata: %s\n"):format(head, name, json.encode(value, true))
end

-- An event is small: what the device said is in the run.
local function result_event(result, id)
  local small = {}
  for name, value in pairs(result) do
    small[name] = name ~= "output" and value or nil
  end
  return event("result", small, id)
end

local function write_new(request, one, seen)
  while seen < #one.results do
    seen = seen + 1
    if not request:write(result_event(one.results[seen], seen), STALLED) then
      return nil
    end
  end
  return seen
end

local function follow(request, one, seen)
  if not request:write(event("run", one:summary()), STALLED) then
    return
  end
  while true do
    local before = seen
    seen = write_new(request, one, seen)
    if not seen then
      return
    elseif one:is_over() and seen == #one.results then
      request:write(event("end", one:summary()), STALLED)
      return request:finish()
    elseif seen == before and not request:write(": still here\n\n", STALLED) then
      return
    end
    one:wait_for_more(seen)
  end
end

local function watch(call)
  local one, refusal = find(call)
  if not one then
    return refusal
  end
  local last = call.head.headers["last-event-id"] or "0"
  local seen = last:find "^%d+$" and math.tointeger(tonumber(last)) or 0
  local headers = answer.bytes(200, "text/event-stream; charset=utf-8", "").headers
  if call.request:stream(200, headers) and call.head.method ~= "HEAD" then
    follow(call.request, one, math.min(seen, #one.results))
  end
end

-- ---- the table ----

local EXAMPLE = {
  id = "20260131-120000-5eed",
  mode = "nonblocking",
  state = "running",
  ok = false,
  devices = 1000,
  count = { ok = 617, failed = 2, cancelled = 0 },
  seconds = 1.25,
  created = "2026-01-31T12:00:00Z",
}

local ID = " of a run."

runs.routes = {
  {
    method = "POST", path = "/api/v1/runs", id = "start_run", tag = "Runs",
    summary = "Begin a run",
    description = "Answers at once; the run goes on by itself. The same "
      .. "Idempotency-Key with the same body gives the same run.",
    body = shapes.run_body,
    is_body_optional = true,
    example = {
      mode = "nonblocking", filter = 'name ~ "SW-*"', commands = { "show version" },
      limit = 100,
    },
    parameters = {
      {
        name = "Idempotency-Key", place = "header", type = "string",
        description = "The caller's own name for this run.",
      },
    },
    answers = {
      [202] = {
        description = "It has begun, or waits for its turn.",
        type = "application/json", schema = shapes.run, example = EXAMPLE,
      },
    },
    problems = { 400, 403, 409, 413, 415, 422, 429, 503 },
    handler = start,
  },
  {
    method = "GET", path = "/api/v1/runs", id = "list_runs", tag = "Runs",
    summary = "Runs, the latest first",
    answers = {
      [200] = {
        description = "Those that are not over, and the last that are.",
        type = "application/json", schema = shapes.page("runs", shapes.run),
        example = { runs = { EXAMPLE }, total = 1 },
      },
    },
    handler = list,
  },
  {
    method = "GET", path = "/api/v1/runs/{id}", id = "show_run", tag = "Runs",
    summary = "A run and its results",
    parameters = {
      {
        name = "offset", place = "query", type = "integer",
        description = "How many results to leave out.",
      },
      {
        name = "limit", place = "query", type = "integer",
        description = "How many results to give; 1000 at most.",
      },
    },
    answers = {
      [200] = {
        description = "The state" .. ID,
        type = "application/json", schema = shapes.run, example = EXAMPLE,
      },
    },
    problems = { 404, 422 },
    handler = show,
  },
  {
    method = "GET", path = "/api/v1/runs/{id}/events", id = "watch_run", tag = "Runs",
    summary = "Devices as they finish",
    description = "Server-sent events: run, then a result for each device, then end. "
      .. "Last-Event-ID goes on where a connection broke.",
    answers = {
      [200] = {
        description = "A stream of events.",
        type = "text/event-stream", schema = { type = "string" },
        example = 'id: 1\nevent: result\ndata: {"device":"SW-CORE_1","ok":true}\n\n',
      },
    },
    problems = { 404 },
    handler = watch,
    streams = true,
  },
  {
    method = "DELETE", path = "/api/v1/runs/{id}", id = "cancel_run", tag = "Runs",
    summary = "Cancel a run",
    description = "Sessions that are open are dropped; the results so far stay.",
    answers = {
      [200] = {
        description = "It is over.",
        type = "application/json", schema = shapes.run, example = EXAMPLE,
      },
    },
    problems = { 404, 409 },
    handler = cancel,
  },
}

return runs
