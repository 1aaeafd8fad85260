--- Begin a run: which devices, what is done with them, and whether it was asked for
-- before.
-- @module moonwire.serve.api.start
local answer = require "moonwire.serve.answer"
local change = require "moonwire.serve.change"
local filter = require "moonwire.inventory.filter"
local set = require "moonwire.set"
local shapes = require "moonwire.serve.shapes"
local tokens = require "moonwire.serve.tokens"
local wave = require "moonwire.fleet.wave"

local start_api = {}

local LONGEST_KEY = 200

local function place_of(one)
  return "/api/v1/runs/" .. one.id
end

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

local function check_push(call)
  local caller = call.head.caller
  if not call.service.options.allow_push then
    return answer.problem(403, "this server pushes nothing; --allow-push lets it")
  elseif caller and not tokens.allows(caller.scope, "push") then
    return answer.problem(403, "this token does not let its callers push")
  end
end

local FOR_CONFIGURATION = {
  "save", "dry_run", "plan", "confirm_within", "allow", "max_lines", "large",
}
local OF_PLAN = {
  "configuration", "commands", "filter", "save", "dry_run", "plan", "confirm_within",
  "allow", "max_lines", "large",
}

local function first_given(body, names)
  for _, name in ipairs(names) do
    if body[name] then
      return name
    end
  end
end

local function check_apply(call)
  local other = first_given(call.body, OF_PLAN)
  if other then
    return wrong(other, "stands in the plan that is applied")
  elseif not call.body.expect then
    return wrong("expect", "must say how many devices will be changed")
  end
  return check_push(call)
end

local function check_configuration(call)
  local body = call.body
  if body.commands then
    return wrong("configuration", "there are commands as well: one of them")
  elseif body.confirm_within and not body.plan then
    return wrong("confirm_within", "is for a plan")
  elseif body.plan and body.dry_run then
    return wrong("dry_run", "a plan changes nothing in any case")
  end
  return check_push(call)
end

local function check_body(call)
  if call.body.apply then
    return check_apply(call)
  elseif call.body.configuration then
    return check_configuration(call)
  end
  local other = first_given(call.body, FOR_CONFIGURATION)
  return other and wrong(other, "is for a configuration")
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

-- Few devices first and an end when some are not well, where anything is changed.
local function begin_carefully(request)
  if request.configuration and not (request.dry_run or request.plan) then
    request.waves = request.waves or change.WAVES
    request.abort_after = request.abort_after or change.ABORT_AFTER
  end
end

local function check_waves(body, count)
  local _, message = wave.ends(body.waves or "rest", count)
  if message then
    return wrong("waves", (message:gsub("^waves: ", "")))
  elseif body.abort_after and not wave.amount(body.abort_after, count) then
    return wrong("abort_after", "must be a number of devices, or a share such as 2%")
  end
end

-- What the body says itself: devices and a request.
local function plain_request(holder, body)
  local devices, refusal = choose(holder, body)
  if not devices then
    return nil, refusal
  end
  local request = {}
  for _, name in ipairs { "configuration", "save", "dry_run", "plan", "confirm_within",
    "mode", "limit", "workers", "timeout", "deadline", "filter", "max_lines", "large",
    "waves", "abort_after" } do
    request[name] = body[name]
  end
  request.allow = body.allow and set.of(body.allow)
  begin_carefully(request)
  if not body.configuration then
    request.commands = body.commands or holder.inventory.commands or { "show version" }
  end
  return devices, request
end

-- What a plan says.
local function applied_request(service, holder, body)
  local path, complaint = change.find(service.registry, body.apply)
  if not path and not complaint then
    return nil, wrong("apply", "this server has no such plan; make it anew")
  end
  local devices, request
  if path then
    devices, request = change.apply(path, body, holder.inventory.devices)
  end
  if not devices then
    return nil, answer.problem(409, complaint or request)
  elseif #devices ~= body.expect then
    return nil, wrong("expect", ("%d devices would be changed"):format(#devices))
  end
  return devices, request
end

local function begin(call)
  local service, body = call.service, call.body
  local refusal = check_body(call)
  if refusal then
    return nil, refusal
  end
  local holder = service.stock:hold()
  local devices, request
  if body.apply then
    devices, request = applied_request(service, holder, body)
  else
    devices, request = plain_request(holder, body)
  end
  refusal = devices and check_waves(body, #devices) or not devices and request
  if refusal then
    service.stock:let_go(holder)
    return nil, refusal
  end
  local caller = call.head.caller
  request.mode = request.mode or "nonblocking"
  request.caller = caller and caller.name
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

start_api.routes = {
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
        type = "application/json", schema = shapes.run, example = shapes.run_example,
      },
    },
    problems = { 400, 403, 409, 413, 415, 422, 429, 503 },
    handler = start,
  },
}

return start_api
