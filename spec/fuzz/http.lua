--- Any bytes as what a client sends to the HTTP API, over a real connection. "PORT"
-- stands for the port. What must hold: each answer has a status that the API knows, and
-- none is a mistake of the server; no answer has a line that the request brought along.
local host = require "host.task"
local task = require "moonwire.task"
local web = require "spec.support.web"

local FORBIDDEN = { ["500"] = true, ["101"] = true }
local MOST = 64 -- requests in one input

local site

local function start()
  local device = {
    name = "r1", host = "127.0.0.1", port = 1, username = "u", password = "p",
    device_type = "cisco_ios",
  }
  return web.start {
    inventory = { devices = { device }, commands = { "show version" } },
    max_body = 4096, allow_push = true, head_time = 0.02, body_time = 0.02,
    on_error = function(trace) error(trace, 0) end,
  }
end

-- It outlives the task of the first input, hence a task of its own.
local function open()
  task.await(function(done)
    host.spawn(function()
      task.group(function()
        site = start()
        done()
      end)
    end)
  end)
end

return function(bytes)
  if not site then
    open()
  end
  local sent = bytes:gsub("PORT", tostring(site.port))
  if select(2, sent:gsub("\n\r?\n", "")) > MOST or sent:find("/events", 1, true) then
    return -- an event stream lasts as long as its run
  end
  local said = site:send(sent)
  for status in said:gmatch "HTTP/1%.[01] (%d+)" do
    assert(not FORBIDDEN[status], "no answer is a mistake of the server")
  end
  assert(said == "" or said:find "^HTTP/1%.1 %d%d%d ", "an answer has a status")
  assert(not said:lower():find "\nx%-injected:", "no header of the request's making")
end
