--- How the server is: for load balancers, for Prometheus.
-- @module moonwire.serve.api.status
local answer = require "moonwire.serve.answer"
local host = require "host.task"
local shapes = require "moonwire.serve.shapes"
local tokens = require "moonwire.serve.tokens"
local usage = require "moonwire.usage"
local uv = require "luv"

local status = {}

local function health_of(service, tenths)
  local is_stopping = service.is_stopping
  return answer.json(is_stopping and 503 or 200, {
    status = is_stopping and "stopping" or "ok",
    version = service.options.version,
    uptime = tenths / 10,
    runs = service.registry.open,
  })
end

-- Asked a thousand times a second, it is the same answer a hundred times.
local function health(call)
  local service, last = call.service, call.service.health
  local tenths = (host.now() - service.since) * 10 // 1
  if not last or last.tenths ~= tenths or last.runs ~= service.registry.open
    or last.is_stopping ~= service.is_stopping then
    last = {
      tenths = tenths, runs = service.registry.open, is_stopping = service.is_stopping,
      answer = health_of(service, tenths),
    }
    service.health = last
  end
  return last.answer
end

local function escaped(value)
  return (tostring(value):gsub('[\\"]', "\\%0"):gsub("\n", "\\n"))
end

local function add(lines, name, kind, help, samples)
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  lines[#lines + 1] = ("# TYPE %s %s"):format(name, kind)
  for _, sample in ipairs(samples) do
    local labels = {}
    for i = 2, #sample, 2 do
      labels[#labels + 1] = ('%s="%s"'):format(sample[i], escaped(sample[i + 1]))
    end
    local set = #labels > 0 and "{" .. table.concat(labels, ",") .. "}" or ""
    lines[#lines + 1] = ("%s%s %.14g"):format(name, set, sample[1])
  end
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local function request_samples(service)
  local samples = {}
  for _, code in ipairs(sorted_keys(service.answered)) do
    samples[#samples + 1] = { service.answered[code], "code", code }
  end
  return samples
end

local function run_samples(totals)
  local samples = {}
  for _, name in ipairs(sorted_keys(totals.runs)) do
    local mode, state = name:match "^(%a+)/(%a+)$"
    samples[#samples + 1] = { totals.runs[name], "mode", mode, "state", state }
  end
  return samples
end

-- Sessions that are kept, and what became of those that were.
local function add_warm(lines, pool)
  local samples = {}
  for _, name in ipairs(sorted_keys(pool.count)) do
    samples[#samples + 1] = { pool.count[name], "event", name }
  end
  add(lines, "moonwire_warm_sessions", "gauge", "Sessions that are kept logged in.",
    { { pool.total } })
  add(lines, "moonwire_warm_sessions_total", "counter",
    "Sessions logged in to, lent, and given up, by why.", samples)
end

local function metrics(call)
  local service, lines = call.service, {}
  local totals, sockets = service.registry.totals, service.listener:stats()
  add(lines, "moonwire_http_requests_total", "counter", "Requests by status.",
    request_samples(service))
  add(lines, "moonwire_http_connections", "gauge", "Connections that are open.",
    { { sockets.open } })
  add(lines, "moonwire_http_late_total", "counter",
    "Connections dropped since they were too slow.", { { sockets.late } })
  add(lines, "moonwire_runs_total", "counter", "Runs that are over.",
    run_samples(totals))
  add(lines, "moonwire_runs", "gauge", "Runs that are not over.",
    { { service.registry.open } })
  add(lines, "moonwire_devices_total", "counter", "Devices of runs that are over.",
    { { totals.ok, "result", "ok" }, { totals.failed, "result", "failed" } })
  add(lines, "moonwire_inventory_devices", "gauge", "Devices of the inventory.",
    { { #service.stock.inventory.devices } })
  if service.warm then
    add_warm(lines, service.warm.pool)
  end
  add(lines, "process_resident_memory_bytes", "gauge", "Memory.",
    { { uv.resident_set_memory() } })
  add(lines, "process_cpu_seconds_total", "counter", "CPU time.",
    { { usage.cpu_seconds() } })
  lines[#lines + 1] = ""
  return answer.bytes(200, "text/plain; version=0.0.4; charset=utf-8",
    table.concat(lines, "\n"))
end

-- What a page needs to know before it can offer anything.
local function describe(call)
  local service = call.service
  local options, stock = service.options, service.stock
  local caller = call.head.caller
  return answer.json(200, {
    version = options.version,
    inventory = type(options.inventory) == "string" and options.inventory or nil,
    devices = #stock.inventory.devices,
    commands = stock.inventory.commands or { "show version" },
    modes = shapes.modes,
    may_push = options.allow_push == true
      and (not caller or tokens.allows(caller.scope, "push")),
  })
end

status.routes = {
  {
    method = "GET", path = "/api/v1/server", id = "show_server", tag = "Status",
    is_quick = true,
    summary = "What it serves",
    answers = {
      [200] = {
        description = "Its inventory, and what it lets one do.",
        type = "application/json",
        schema = {
          type = "object",
          properties = {
            version = { type = "string" },
            inventory = { type = "string", description = "Where devices are from." },
            devices = { type = "integer", description = "How many." },
            commands = {
              type = "array", items = { type = "string" },
              description = "What is typed when a caller names no command.",
            },
            modes = { type = "array", items = { type = "string" } },
            may_push = {
              type = "boolean",
              description = "Whether it pushes configurations for this caller.",
            },
          },
        },
        example = {
          version = "1.0.0", inventory = "lab:5", devices = 5,
          commands = { "show version" }, modes = shapes.modes, may_push = false,
        },
      },
    },
    handler = describe,
  },
  {
    method = "GET", path = "/health", id = "health", tag = "Status", is_public = true,
    is_quick = true,
    summary = "Whether it is well",
    answers = {
      [200] = {
        description = "It is.",
        type = "application/json",
        schema = {
          type = "object",
          properties = {
            status = { type = "string", enum = { "ok", "stopping" } },
            version = { type = "string" },
            uptime = { type = "number", description = "Seconds." },
            runs = { type = "integer", description = "Runs that are not over." },
          },
        },
        example = { status = "ok", version = "1.0.0", uptime = 3600.5, runs = 0 },
      },
    },
    problems = { 503 },
    handler = health,
  },
  {
    method = "GET", path = "/metrics", id = "metrics", tag = "Status", is_quick = true,
    summary = "Counts for Prometheus",
    answers = {
      [200] = {
        description = "In its text format.",
        type = "text/plain", schema = { type = "string" },
        example = 'moonwire_devices_total{result="ok"} 5\n',
      },
    },
    handler = metrics,
  },
}

return status
