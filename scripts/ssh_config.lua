#!/usr/bin/env moonwire
--- What an ssh_config says about hosts, and where it says so; --time tells what asking
--- costs.
local ssh_config = require "moonwire.ssh_config"
local uv = require "luv"

local USAGE = "usage: moonwire scripts/ssh_config.lua FILE HOST... | FILE --time"
local ROUNDS = 20

if #arg < 2 or arg[1] == "--help" then
  print(USAGE)
  return arg[1] == "--help"
end

local started = uv.hrtime()
local config, message = ssh_config.load(arg[1])
if not config then
  io.stderr:write(message, "\n")
  return false
end
local reading = (uv.hrtime() - started) / 1e6

local function show(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  for i, one in ipairs(value) do
    parts[i] = one.text or one
  end
  return table.concat(parts, " ")
end

local function print_host(host)
  local options, places = config:lookup(host)
  if not options then
    io.stderr:write(places, "\n")
    return false
  end
  local names = {}
  for name in pairs(options) do
    names[#names + 1] = name
  end
  table.sort(names)
  print(host)
  for _, name in ipairs(names) do
    local place = places[name] and "  # " .. places[name] or ""
    print(("  %-26s %s%s"):format(name, show(options[name]), place))
  end
  return true
end

local function print_time()
  local names = config:names()
  started = uv.hrtime()
  for _ = 1, ROUNDS do
    for _, name in ipairs(names) do
      assert(config:lookup(name))
    end
  end
  local each = (uv.hrtime() - started) / 1e3 / (ROUNDS * math.max(1, #names))
  print(("%d names: read in %.1f ms, looked up in %.1f us each"):format(
    #names, reading, each))
  return true
end

local is_good = true
for i = 2, #arg do
  local print_it = arg[i] == "--time" and print_time or print_host
  is_good = print_it(arg[i]) and is_good
end
return is_good
