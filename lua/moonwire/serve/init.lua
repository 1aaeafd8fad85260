--- The HTTP API: the program's doors for other programs, inside the same loop as the
-- sessions. It binds to this machine alone unless it was given a token; callers reach
-- what the inventory holds; credentials go in and never come out.
-- @module moonwire.serve
local answer = require "moonwire.serve.answer"
local call = require "moonwire.serve.call"
local change = require "moonwire.serve.change"
local door = require "moonwire.serve.door"
local log = require "moonwire.log"
local openapi = require "moonwire.serve.openapi"
local order = require "moonwire.serve.order"
local past = require "moonwire.serve.past"
local registry = require "moonwire.serve.registry"
local router = require "moonwire.serve.router"
local stock = require "moonwire.serve.stock"
local targets = require "moonwire.serve.targets"
local task = require "moonwire.task"
local tokens = require "moonwire.serve.tokens"

local serve = {}

local HEARTBEAT = 15 -- seconds between two signs of life in a stream of events
local FLUSH = 5 -- seconds that the last answers have to get out

local Service = { __name = "moonwire.serve.Service" }
Service.__index = Service

--- All routes: what is served and what is described.
-- @treturn {table,...}
function serve.routes()
  local routes = {}
  for _, name in ipairs { "netmiko", "start", "runs", "fleet", "status", "pages" } do
    for _, route in ipairs(require("moonwire.serve.api." .. name).routes) do
      routes[#routes + 1] = route
    end
  end
  return routes
end

--- Whether this program was built with an HTTP server in it.
-- @treturn boolean
function serve.is_built()
  return (pcall(require, "host.http"))
end

-- ---- runs ----

--- Begin a run on devices of a holder, which it lets go of in any case.
-- @tparam table holder
-- @tparam table devices
-- @tparam table request as for `run.new`
-- @tparam[opt] table options `key`, `body`
-- @treturn[1] Run
-- @return[2] nil
-- @treturn[2] table the answer that refuses
function Service:start(holder, devices, request, options)
  options = options or {}
  options.on_end = function()
    self.stock:let_go(holder)
  end
  options.order = order.of(self.options, request)
  request.via = self.warm and self.options.warm.path or nil
  local one, message = self.registry:start(devices, request, options)
  if one then
    return one
  end
  self.stock:let_go(holder)
  if message then
    self.on_error(message)
    return nil, answer.problem(503, "the run cannot be written down")
  end
  local detail = "as many runs as can be are waiting"
  return nil, answer.problem(429, detail, { ["Retry-After"] = "5" })
end

-- ---- requests ----

function Service:_admit(head)
  local given = self.gate:check(head)
  if not given and self.is_stopping and not head.route.is_public then
    local headers = { ["Retry-After"] = "10" }
    given = answer.problem(503, "the server is about to stop", headers)
  elseif not given and call.is_quick(head) then
    given = call.at_once(self, head)
  end
  if given then
    self:_count(given.status)
    return given.status, given.headers, given.body
  end
end

function Service:_count(status)
  self.answered[status] = (self.answered[status] or 0) + 1
end

function Service:_answer(request)
  self.in_flight = self.in_flight + 1
  local ok, status = pcall(call.answer, self, request)
  self.in_flight = self.in_flight - 1
  if not ok then
    error(status, 0)
  end
  self:_count(status)
end

function Service:_accept(group)
  while true do
    local request, _, kind = self.listener:accept()
    if request then
      group:spawn(self._answer, self, request)
    elseif kind == "closed" then
      return
    end
  end
end

function Service:_beat()
  while true do
    task.sleep(self.options.heartbeat or HEARTBEAT)
    self.registry:stir()
  end
end

-- ---- its life ----

local function new_service(group, options)
  local runs = registry.new(group, options.limits, options.runs)
  local self = setmetatable({
    options = options,
    since = task.now(),
    answered = {},
    in_flight = 0,
    registry = runs,
    past = past.new(options.runs, function()
      return runs.creating > 0
    end),
    targets = targets.new(options.allow_any_device),
    on_error = options.on_error or log.say,
  }, Service)
  local routes = serve.routes()
  self.description = openapi.describe(routes, {
    version = options.version, has_token = options.tokens ~= nil,
  })
  self.gate = door.new_gate(options, router.new(routes))
  return self
end

-- Sessions that others may borrow.
function Service:_open_warm(group)
  local warm = self.options.warm
  return require("moonwire.warm").open(group, warm.path, function()
    return self.stock.inventory
  end, warm)
end

local function begin(self, group)
  local message, kind
  self.stock, message, kind = stock.open(self.options)
  if not self.stock then
    return nil, message, kind
  end
  self.listener, message, kind = door.listen(self.options, function(head)
    return self:_admit(head)
  end)
  if not self.listener then
    self.stock:close()
    return nil, message, kind
  end
  if self.options.warm then
    self.warm, message, kind = self:_open_warm(group)
  end
  if message then
    self:__close()
    return nil, message, kind
  end
  return true
end

--- The address to call it by.
-- @treturn string such as "http://127.0.0.1:8000"
function Service:url()
  return door.url(self.options, self.listener:port())
end

--- Stop: no new requests; the runs go on to their end, or are cancelled.
-- @bool[opt] cancels_runs
function Service:stop(cancels_runs)
  self.is_stopping = true
  if cancels_runs then
    self.registry:cancel_all()
  end
  if self.wake_stop then
    self.wake_stop()
  end
end

local function await_stop(self)
  if not self.is_stopping then
    task.await(function(done)
      self.wake_stop = done
    end)
  end
  self.registry:wait()
  local give_up = task.now() + FLUSH
  while self.in_flight > 0 and task.now() < give_up do
    task.sleep(0.01)
  end
end

function Service:__close()
  if self.warm then
    self.warm:close()
  end
  self.listener:close()
  self.stock:close()
end

--- Serve until `stop` is called. `fn(service)` is called once it listens.
-- @tparam table options `inventory` (what `moonwire.inventory.load` takes); optional
-- are `inventory_options` (for it), `address` ("127.0.0.1"), `port` (8000; 0: a free
-- one), `token` (a secret) or `tokens` (as of `moonwire.serve.tokens`), `hosts` and
-- `origins` (lists of names and of web origins beside our own), `certificate` (PEM) and
-- `key` (its file), `allow_plain`,
-- `allow_push`, `allow_any_device`, `max_body` (8 MiB), `limits` (see `registry.new`),
-- `heartbeat` (15 seconds), `runs` (the folder of all runs), `head_time`, `body_time`,
-- `max_connections` (see `host.http`), `warm` (`path`, and what `moonwire.warm.open`
-- takes: sessions are lent there),
-- `version`, `on_error` (given a traceback), `on_reload` (given how many
-- devices there are, or nil and a message)
-- @tparam[opt] function fn
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid" (options, inventory), "local" (the socket)
function serve.run(options, fn)
  options.address = options.address or "127.0.0.1"
  options.port = options.port or 8000
  options.version = options.version or "unknown"
  options.tokens = options.tokens or options.token and tokens.single(options.token)
  local message = door.complaint(options)
  if message then
    return nil, message, "invalid"
  elseif not serve.is_built() then
    return nil, "this moonwire was built without libmicrohttpd", "local"
  end
  return task.group(function(group)
    local self = new_service(group, options)
    local ok, why, kind = begin(self, group)
    if not ok then
      return nil, why, kind
    end
    local helpers = {
      group:spawn(self._beat, self),
      group:spawn(self.stock.reload_on_demand, self.stock),
      group:spawn(change.tidy, options.runs, self.on_error),
    }
    group:spawn(self._accept, self, group)
    local _ <close> = self -- luacheck: ignore
    if fn then
      fn(self)
    end
    await_stop(self)
    for _, helper in ipairs(helpers) do
      helper:cancel()
    end
    return true
  end)
end

return serve
