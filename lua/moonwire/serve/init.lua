--- The HTTP API: the program's doors for other programs, inside the same loop as the
-- sessions. It binds to this machine alone unless it was given a token; callers reach
-- what the inventory holds; credentials go in and never come out.
-- @module moonwire.serve
local answer = require "moonwire.serve.answer"
local call = require "moonwire.serve.call"
local gate = require "moonwire.serve.gate"
local inventory = require "moonwire.inventory"
local log = require "moonwire.log"
local openapi = require "moonwire.serve.openapi"
local registry = require "moonwire.serve.registry"
local router = require "moonwire.serve.router"
local targets = require "moonwire.serve.targets"
local task = require "moonwire.task"
local uv = require "luv"

local serve = {}

local MAX_BODY = 8 << 20
local HEARTBEAT = 15 -- seconds between two signs of life in a stream of events
local FLUSH = 5 -- seconds that the last answers have to get out

local Service = { __name = "moonwire.serve.Service" }
Service.__index = Service

local function all_routes()
  local routes = {}
  for _, name in ipairs { "netmiko", "runs", "fleet", "status", "pages" } do
    for _, route in ipairs(require("moonwire.serve.api." .. name).routes) do
      routes[#routes + 1] = route
    end
  end
  return routes
end

--- Whether an address is this machine only.
-- @string address
-- @treturn boolean
function serve.is_loopback(address)
  return address == "::1" or address:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

--- Whether this program was built with an HTTP server in it.
-- @treturn boolean
function serve.is_built()
  return (pcall(require, "host.http"))
end

-- ---- inventories, which may be read again while runs use the old one ----

local function load_inventory(options)
  local loaded, message, kind = inventory.load(options.inventory,
    options.inventory_options)
  if not loaded then
    return nil, message, kind
  end
  return { inventory = loaded, users = 0 }
end

--- Take the inventory for a run.
-- @treturn table holder: `inventory`
function Service:hold()
  self.holder.users = self.holder.users + 1
  return self.holder
end

--- Let go of an inventory; when it is not the current one, the last closes it.
-- @tparam table holder
function Service:let_go(holder)
  holder.users = holder.users - 1
  if holder.users == 0 and holder ~= self.holder then
    holder.inventory:close()
  end
end

--- Read the inventory again. When it is wrong, the old one stays.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
function Service:reload()
  local fresh, message = load_inventory(self.options)
  if not fresh then
    return nil, message
  end
  local old = self:hold()
  self.holder = fresh
  self:let_go(old)
  return true
end

--- Let a task read the inventory again. May be called from outside of tasks.
function Service:ask_reload()
  self.wants_reload = true
  if self.wake_reload then
    self.wake_reload()
  end
end

function Service:_reload_on_demand()
  while true do
    if not self.wants_reload then
      task.await(function(done)
        self.wake_reload = done
      end)
    end
    self.wants_reload = false
    local ok, message = self:reload()
    if self.options.on_reload then
      self.options.on_reload(ok, message)
    end
  end
end

-- ---- runs ----

-- What `moonwire runs` is told of where the devices come from.
local function origin_of(options, filter)
  local about, from = {}, options.inventory
  for name, value in pairs(options.inventory_options or {}) do
    about[name] = value
  end
  about.filter = filter or about.filter
  return type(from) == "string" and (uv.fs_realpath(from) or from) or "-", about
end

-- And of what is done with them. Lines of a configuration may be secret.
local function order_of(self, request)
  local source, about = origin_of(self.options, request.filter)
  local is_push = request.configuration ~= nil
  return {
    verb = is_push and "push" or "send",
    source = source,
    inventory = about,
    mode = request.mode,
    workers = request.workers,
    sessions = request.limit,
    timeout = request.timeout,
    run_timeout = request.deadline,
    commands = request.commands,
    file = is_push and "lines that came over HTTP" or nil,
    changes = is_push and not request.dry_run or nil,
  }
end

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
    self:let_go(holder)
  end
  options.order = order_of(self, request)
  local one, message = self.registry:start(devices, request, options)
  if one then
    return one
  end
  self:let_go(holder)
  if message then
    self.on_error(message)
    return nil, answer.problem(503, "the run cannot be written down")
  end
  local detail = "as many runs as can be are waiting"
  return nil, answer.problem(429, detail, { ["Retry-After"] = "5" })
end

-- ---- requests ----

function Service:_admit(head)
  local refusal = self.gate:check(head)
  if not refusal and self.is_stopping and not head.route.is_public then
    local headers = { ["Retry-After"] = "10" }
    refusal = answer.problem(503, "the server is about to stop", headers)
  end
  if refusal then
    self:_count(refusal.status)
    return refusal.status, refusal.headers, refusal.body
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

-- an address as it stands in a URL
local function bracketed(address)
  return address:find(":", 1, true) and "[" .. address .. "]" or address
end

local function names_of(options)
  if not serve.is_loopback(options.address) and not next(options.hosts or {}) then
    return nil -- the token says who may call; the name could be any
  end
  local names = { localhost = true, ["127.0.0.1"] = true, ["[::1]"] = true }
  names[bracketed(options.address)] = true
  for _, name in ipairs(options.hosts or {}) do
    names[name:lower()] = true
  end
  return names
end

local function set_of(list)
  local set = {}
  for _, item in ipairs(list or {}) do
    set[item] = true
  end
  return set
end

local function new_gate(self, routes)
  local options = self.options
  return gate.new {
    router = router.new(routes),
    max_body = options.max_body or MAX_BODY,
    token = options.token,
    hosts = names_of(options),
    origins = set_of(options.origins),
    scheme = options.certificate and "https" or "http",
  }
end

local function listen(self)
  local options = self.options
  return require("host.http").listen {
    address = options.address,
    port = options.port,
    certificate = options.certificate,
    key = options.key,
    max_body = options.max_body or MAX_BODY,
    max_connections = options.max_connections,
    max_per_peer = not serve.is_loopback(options.address) and 64 or nil,
    head_time = options.head_time,
    body_time = options.body_time,
    admit = function(head)
      return self:_admit(head)
    end,
  }
end

local function complaint(options)
  if not serve.is_loopback(options.address) and not options.token then
    return "beyond this machine it wants a token: --token-file FILE"
  elseif not serve.is_loopback(options.address) and not options.certificate
    and not options.allow_plain then
    return "beyond this machine it wants TLS: --certificate and --key, or --plain "
      .. "where something in front of it does that"
  end
end

local function new_service(group, options)
  local self = setmetatable({
    options = options,
    since = task.now(),
    answered = {},
    in_flight = 0,
    registry = registry.new(group, options.limits, options.runs),
    targets = targets.new(options.allow_any_device),
    on_error = options.on_error or log.say,
  }, Service)
  local routes = all_routes()
  self.description = openapi.describe(routes, {
    version = options.version or "unknown", has_token = options.token ~= nil,
  })
  self.gate = new_gate(self, routes)
  return self
end

local function begin(self)
  local message, kind
  self.holder, message, kind = load_inventory(self.options)
  if not self.holder then
    return nil, message, kind
  end
  self.listener, message, kind = listen(self)
  if not self.listener then
    self.holder.inventory:close()
    return nil, message, kind
  end
  return true
end

--- The address to call it by.
-- @treturn string such as "http://127.0.0.1:8000"
function Service:url()
  local scheme = self.options.certificate and "https" or "http"
  local name = bracketed(self.options.address)
  return ("%s://%s:%d"):format(scheme, name, self.listener:port())
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
  self.listener:close()
  self.holder.inventory:close()
end

--- Serve until `stop` is called. `fn(service)` is called once it listens.
-- @tparam table options `inventory` (what `moonwire.inventory.load` takes); optional
-- are `inventory_options` (for it), `address` ("127.0.0.1"), `port` (8000; 0: a free
-- one), `token` (a secret), `hosts` and `origins` (lists of names and of web origins
-- beside our own), `certificate` (PEM) and `key` (its file), `allow_plain`,
-- `allow_push`, `allow_any_device`, `max_body` (8 MiB), `limits` (see `registry.new`),
-- `heartbeat` (15 seconds), `runs` (the folder of all runs), `head_time`, `body_time`,
-- `max_connections` (see `host.http`),
-- `version`, `on_error` (given a traceback), `on_reload` (given whether it went well,
-- and a message)
-- @tparam[opt] function fn
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid" (options, inventory), "local" (the socket)
function serve.run(options, fn)
  options.address = options.address or "127.0.0.1"
  options.port = options.port or 8000
  local message = complaint(options)
  if message then
    return nil, message, "invalid"
  elseif not serve.is_built() then
    return nil, "this moonwire was built without libmicrohttpd", "local"
  end
  return task.group(function(group)
    local self = new_service(group, options)
    local ok, why, kind = begin(self)
    if not ok then
      return nil, why, kind
    end
    local helpers = {
      group:spawn(self._beat, self), group:spawn(self._reload_on_demand, self),
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
