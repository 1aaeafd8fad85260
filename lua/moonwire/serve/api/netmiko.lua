--- The three operations of the system that moonwire replaces, under their old names.
-- An empty body runs the configured inventory and its commands; `result` is what it
-- was, and the results of the devices stand beside it.
-- @module moonwire.serve.api.netmiko
local answer = require "moonwire.serve.answer"
local shapes = require "moonwire.serve.shapes"

local netmiko = {}

-- What runs, when the body gives commands or the inventory does not.
local function commands_of(call, holder)
  local given = call.body.commands
  return given and given.commands or holder.inventory.commands or { "show version" }
end

local function runner(mode)
  return function(call)
    local service = call.service
    local holder = service.stock:hold()
    local devices, refusal = service.targets:choose(holder, call.body.devices)
    if not devices then
      service.stock:let_go(holder)
      return refusal
    end
    local caller = call.head.caller
    local request = {
      mode = mode,
      commands = commands_of(call, holder),
      caller = caller and caller.name,
    }
    local one
    one, refusal = service:start(holder, devices, request)
    if not one then
      return refusal
    end
    one:wait()
    if one.state == "failed" or one.state == "cancelled" then
      return answer.problem(503, one.message or "the run was cancelled")
    end
    local summary = one:summary()
    summary.result = one:total_time()
    summary.run = one.id
    summary.results = one:in_order()
    return answer.json(200, summary)
  end
end

local EXAMPLE = {
  devices = {
    {
      host = "10.2.0.101",
      username = "admin",
      password = "secret",
      device_type = "cisco_ios",
      port = 22,
    },
  },
  commands = { commands = { "show ip int brief", "show vlan" } },
}

local EXAMPLE_ANSWER = {
  result = "Total time: 0:00:05.962356",
  run = "20260131-120000-5eed",
  ok = true,
  count = { ok = 5, failed = 0, cancelled = 0 },
}

local function route(word, id, summary, mode, description)
  return {
    method = "POST",
    path = "/api/v1/netmiko/" .. word,
    id = id,
    tag = "Netmiko",
    summary = summary,
    description = description,
    body = shapes.seed_body,
    is_body_optional = true,
    example = EXAMPLE,
    answers = {
      [200] = {
        description = "All devices have been tried; count says how many failed.",
        type = "application/json",
        schema = shapes.seed_answer,
        example = EXAMPLE_ANSWER,
      },
    },
    problems = { 400, 403, 413, 415, 422, 429, 503 },
    handler = runner(mode),
  }
end

netmiko.routes = {
  route("sync", "netmiko_sync", "Netmiko Sync", "sync", "One device after another."),
  route("async", "netmiko_async", "Netmiko Async", "threads",
    "Ten threads, one device at a time each."),
  route("nb-async", "netmiko_nb_async", "Netmiko Non-Blocking Async", "nonblocking",
    "All devices at once, in one thread."),
}

return netmiko
