--- For specs: the HTTP API in this very process, a client that sends whatever bytes it
-- is told, and curl.
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local serve = require "moonwire.serve"
local task = require "moonwire.task"
local uv = require "luv"

local web = {}

local Web = {}
Web.__index = Web

--- Start it. `options` as for `serve.run`; the port is a free one, and the inventory a
-- lab of three devices when none is named. A folder of runs that is named stays.
function web.start(options)
  options = options or {}
  options.inventory = options.inventory or { lab = { devices = 3 } }
  options.port = 0
  local self = setmetatable({ runs = options.runs }, Web)
  if not self.runs then
    self.runs, self.is_scratch = os.tmpname(), true
    os.remove(self.runs)
    options.runs = self.runs
  end
  task.await(function(done)
    self.task = task.spawn(function()
      self.ok, self.message, self.kind = serve.run(options, function(service)
        self.service = service
        self.port, self.url = service.listener:port(), service:url()
        done()
      end)
      done()
    end)
  end)
  return self
end

--- Stop it, with all that runs.
function Web:close()
  if self.service then
    self.service:stop(true)
  end
  self.task:join()
  if self.is_scratch then
    process.run { "rm", "-rf", self.runs }
  end
end
Web.__close = Web.close

local function connect(port)
  local socket = uv.new_tcp()
  local err = task.await(function(done)
    socket:connect("127.0.0.1", port, done)
  end)
  assert(not err, err)
  return socket
end

--- Send bytes to a port, and give all that comes back until the server closes.
-- `is_open`: this side does not say that nothing more comes.
function web.send(port, bytes, is_open)
  local socket = connect(port)
  local parts = {}
  task.await(function(done)
    socket:read_start(function(_, more)
      if more then
        parts[#parts + 1] = more
      else
        done()
      end
    end)
    socket:write(bytes, function()
      if not is_open and not socket:is_closing() then
        socket:shutdown()
      end
    end)
  end)
  socket:close()
  return table.concat(parts)
end

--- A connection whose client is the spec itself.
web.connect = connect

function Web:send(bytes, is_open)
  return web.send(self.port, bytes, is_open)
end

local function parse(text)
  local head, body = text:match "^(.-)\r\n\r\n(.*)$"
  local status = text:match "^HTTP/1%.1 (%d+)"
  local headers = {}
  for name, value in (head or ""):gmatch "\n([%w-]+): ([^\r\n]*)" do
    headers[name:lower()] = value
  end
  local answer = { text = text, headers = headers, body = body }
  answer.status = tonumber(status)
  if (headers["content-type"] or ""):find "json" and body ~= "" then -- HEAD has none
    answer.json = assert(json.decode(body))
  end
  return answer
end

--- A request as a well-behaved client sends it. `options`: `headers` (by name), `body`
-- (text, or a table that becomes JSON)
function Web:ask(method, path, options)
  options = options or {}
  local headers = { Host = "127.0.0.1:" .. self.port, Connection = "close" }
  local body = options.body
  if type(body) == "table" then
    body = json.encode(body, true)
  end
  if body then
    headers["Content-Type"], headers["Content-Length"] = "application/json", #body
  end
  for name, value in pairs(options.headers or {}) do
    headers[name] = value or nil
  end
  local lines = { ("%s %s HTTP/1.1"):format(method, path) }
  for name, value in pairs(headers) do
    lines[#lines + 1] = ("%s: %s"):format(name, value)
  end
  local head = table.concat(lines, "\r\n") .. "\r\n\r\n"
  return parse(self:send(head .. (body or ""), true))
end

--- Begin a run, and give its id.
function Web:begin(body)
  local answer = self:ask("POST", "/api/v1/runs", { body = json.object(body) })
  assert(answer.status == 202, answer.text)
  return answer.json.id
end

--- A run to its end, with its results.
function Web:run(body)
  local id = self:begin(body)
  self:ask("GET", ("/api/v1/runs/%s/events"):format(id))
  return self:ask("GET", "/api/v1/runs/" .. id).json
end

--- The devices of a site's inventory, as a YAML file has them.
function web.devices_of(site)
  local lines = { "devices:" }
  for i, device in ipairs(site.service.stock.inventory.devices) do
    lines[i + 1] = ("- { name: %s, host: %s, port: %d, username: admin, "
      .. "password: admin, device_type: cisco_ios, host_key: %s }"):format(
      device.name, device.host, device.port, json.encode(device.host_key))
  end
  return table.concat(lines, "\n") .. "\n"
end

--- curl: what it printed, and its exit status.
function web.curl(...)
  return process.run { "curl", "-sS", "--max-time", "60", ... }
end

return web
