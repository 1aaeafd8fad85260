--- Runs as things: look at them, watch one, cancel one. They are those of the command
-- line as well, since all of them have journals.
-- @module moonwire.serve.api.runs
local answer = require "moonwire.serve.answer"
local follow = require "moonwire.serve.follow"
local past = require "moonwire.serve.past"
local shapes = require "moonwire.serve.shapes"
local shown = require "moonwire.serve.shown"

local runs = {}

local PAGE = 1000 -- results in one answer, unless asked for others
local LISTED = 100 -- runs in one answer, unless asked for others
local SECOND = #"20260131-120000"

-- ---- look ----

-- Runs of this server and of the command line, the latest first. A name begins with
-- the second in which its run began; within one, only those in hand have an order.
local function all_ids(service)
  local order, ids = {}, {}
  for i, one in ipairs(service.registry.list) do
    order[one.id] = i
    ids[i] = one.id
  end
  for _, id in ipairs(service.past:ids()) do
    ids[#ids + 1] = not order[id] and id or nil
  end
  table.sort(ids, function(a, b)
    local second, other = a:sub(1, SECOND), b:sub(1, SECOND)
    if second ~= other then
      return second > other
    elseif order[a] ~= order[b] then
      return (order[a] or 0) > (order[b] or 0)
    end
    return a > b
  end)
  return ids
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

local function page_of(call, size)
  local offset, refusal = whole(call, "offset", 0, 1 << 40)
  local limit
  if not refusal then
    limit, refusal = whole(call, "limit", size, PAGE)
  end
  return not refusal and { first = offset + 1, last = offset + limit }, refusal
end

local function list(call)
  local page, refusal = page_of(call, LISTED)
  if not page then
    return refusal
  end
  local service, found = call.service, {}
  local ids = all_ids(service)
  for i = page.first, math.min(page.last, #ids) do
    local one = service.registry:get(ids[i])
    found[#found + 1] = one and one:summary() or service.past:summary(ids[i])
  end
  return answer.json(200, { runs = found, total = #ids })
end

local function not_found()
  return answer.problem(404, "there is no such run")
end

-- A run in hand, or the summary of one that is not.
local function find(call)
  local one = call.service.registry:get(call.params.id)
  if one then
    return one, one:summary()
  end
  return nil, call.service.past:summary(call.params.id)
end

-- What another program has not done yet is no result.
local function past_results(call, summary, wants)
  local all = call.service.past:results(summary.id, wants)
  if not all or summary.state ~= "running" then
    return all or {}
  end
  local ended = {}
  for _, one in ipairs(all) do
    ended[#ended + 1] = past.has_ended(one) and one or nil
  end
  return ended
end

local function show(call)
  local one, document = find(call)
  if not document then
    return not_found()
  end
  local page, refusal = page_of(call, PAGE)
  if not page then
    return refusal
  end
  local wants_output = call.query.output ~= "false"
  local results = one and one:in_order() or past_results(call, document, function(i)
    return wants_output and i >= page.first and i <= page.last
  end)
  local copy = {}
  for name, value in pairs(document) do
    copy[name] = value
  end
  copy.results, copy.total = table.move(results, page.first, page.last, 1, {}), #results
  for i, result in ipairs(copy.results) do
    copy.results[i] = wants_output and result or shown.small(result)
  end
  return answer.json(200, copy)
end

local function past_result(call, id, index)
  local all = call.service.past:results(id, function(i)
    return i == index
  end)
  local one = all and all[index]
  return one and past.has_ended(one) and one
end

local function show_result(call)
  local index = math.tointeger(tonumber(call.params.index))
  local one, document = find(call)
  local result
  if one then
    result = one.by_index[index]
  elseif document and index then
    result = past_result(call, document.id, index)
  end
  return result and answer.json(200, result)
    or answer.problem(404, "there is no such run, or nothing of that device yet")
end

local function list_names(call)
  local one, document = find(call)
  if not document then
    return not_found()
  end
  local names = one and one.names or call.service.past:names(document.id)
  return answer.json(200, { devices = names, total = #names })
end

local function cancel_past(call, id)
  local summary, message = call.service.past:cancel(id)
  return summary and answer.json(200, summary)
    or answer.problem(409, "another program has it: " .. message)
end

local function cancel(call)
  local one, document = find(call)
  if not document then
    return not_found()
  elseif not one and document.state == "running" then
    return cancel_past(call, document.id)
  elseif not one or one:is_over() then
    return answer.problem(409, "the run is over: " .. document.state)
  end
  call.service.registry:cancel(one)
  one:wait()
  return answer.json(200, one:summary())
end

-- ---- watch ----

local function watch(call)
  local one, document = find(call)
  if not document then
    return not_found()
  end
  local last = call.head.headers["last-event-id"] or "0"
  local seen = last:find "^%d+$" and math.tointeger(tonumber(last)) or 0
  local headers = answer.bytes(200, "text/event-stream; charset=utf-8", "").headers
  if not call.request:stream(200, headers) or call.head.method == "HEAD" then
    return nil
  elseif one then
    follow.run(call.request, one, seen)
  else
    follow.past(call.request, call.service.past, document.id, seen, function()
      return call.service.is_stopping
    end)
  end
end

-- ---- the table ----

local EXAMPLE = shapes.run_example
local ID = " of a run."

local PAGE_OF_RUNS = {
  {
    name = "offset", place = "query", type = "integer",
    description = "How many runs to leave out.",
  },
  {
    name = "limit", place = "query", type = "integer",
    description = "How many runs to give; 100 when left out, 1000 at most.",
  },
}

local EXAMPLE_RESULT = {
  index = 1, device = "SW-CORE_1", host = "10.2.0.101", ok = true, state = "done",
  elapsed = 0.71,
  output = { { command = "show clock", output = "12:00:00 UTC", elapsed = 0.1 } },
}

runs.routes = {
  {
    method = "GET", path = "/api/v1/runs", id = "list_runs", tag = "Runs",
    summary = "Runs, the latest first",
    description = "Those of the command line are among them.",
    parameters = PAGE_OF_RUNS,
    answers = {
      [200] = {
        description = "A page of them; total says how many there are.",
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
      {
        name = "output", place = "query", type = "boolean",
        description = "false: leave out what the devices said.",
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
    method = "GET", path = "/api/v1/runs/{id}/devices", id = "list_run_devices",
    tag = "Runs", summary = "The names of a run's devices",
    answers = {
      [200] = {
        description = "In the order of the run: the first has index 1.",
        type = "application/json",
        schema = shapes.page("devices", { type = "string" }),
        example = { devices = { "SW-CORE_1", "SW-CORE_2" }, total = 2 },
      },
    },
    problems = { 404 },
    handler = list_names,
  },
  {
    method = "GET", path = "/api/v1/runs/{id}/results/{index}", id = "show_result",
    tag = "Runs", summary = "What came of one device, with what it said",
    answers = {
      [200] = {
        description = "The result of the device with this index.",
        type = "application/json", schema = shapes.result, example = EXAMPLE_RESULT,
      },
    },
    problems = { 404 },
    handler = show_result,
  },
  {
    method = "GET", path = "/api/v1/runs/{id}/events", id = "watch_run", tag = "Runs",
    summary = "Devices as they finish",
    description = "Server-sent events: run, then begin with devices by index and "
      .. "a result for each device, then end. Last-Event-ID goes on where a connection "
      .. "broke.",
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
