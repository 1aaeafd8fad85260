#!/usr/bin/env moonwire
--- A configuration of a thousand lines, every echo and answer checked.
--
-- Lines go to the device in windows, several at once, and not one for each round trip.
-- Then the same again with a line in the middle that the device rejects: it is named,
-- and configuration mode has been left.
--
--   scripts/config_push.lua                a simulated device, 50 ms away
--   scripts/config_push.lua 1000 20ms      so many lines; so far away
local moonwire = require "moonwire"

if arg[1] == "--help" then
  print "usage: scripts/config_push.lua [LINES] [ROUND_TRIP]   (1000, 50ms)"
  return 0
end
local count = math.tointeger(tonumber(arg[1] or 1000))
local rtt = assert(moonwire.duration.parse(arg[2] or "50ms"))
assert(count and count > 0 and count < 65536, "LINES is a number from 1 to 65535")

local lines = {}
for i = 1, count do
  local route = "ip route 10.%d.%d.0 255.255.255.0 192.0.2.1"
  lines[i] = route:format(i >> 8, i & 255)
end

local function now()
  return moonwire.task.now()
end

-- The lab runs as long as this variable lives.
local lab = { devices = 1, rtt = rtt }
local devices <close> = assert(moonwire.inventory.load { lab = lab })

-- login, push, logout; how long that took, and what came of it
local function configure(config)
  local started = now()
  local session <close> = assert(moonwire.connect(devices[1]))
  local login = now() - started
  local result, message, kind, detail = session:send_config_set(config)
  local took = now() - started
  return {
    login = login, took = took, result = result, message = message, kind = kind,
    detail = detail, prompt = session:find_prompt(),
  }
end

local good = configure(lines)
assert(good.result, good.message)
local form = "%d lines applied and checked in %.2f s (login: %.2f s); prompt %s"
print(form:format(good.result.applied, good.took, good.login, good.prompt))

local wrong = math.max(1, count // 2)
lines[wrong] = "ip rout 10.0.0.0 255.255.255.0"
local bad = configure(lines)
assert(bad.kind == "rejected", bad.message)
print(bad.message)
print(("line %d, stopped after %.2f s; prompt %s"):format(
  bad.detail.line, bad.took, bad.prompt
))
