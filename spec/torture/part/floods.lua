--- Devices that send a gigabyte and mind no window: memory grows by what one answer may
-- be, and no more.
local bad = require "spec.support.hostile.insider"
local crowd = require "spec.support.crowd"
local fleet = require "moonwire.fleet"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local LIMIT = 64 << 20 -- bytes of one answer: the default of a session
local MORE = 2 << 20
local FLOODS = { "window-flood", "error-flood", "ignore-flood", "banners-without-end" }

local function job(session)
  return session:send_command "show privilege"
end

local function device_called(cases, name)
  for _, case in ipairs(cases) do
    if case.name == name then
      return case.device
    end
  end
end

local function growth_of(device)
  local before = crowd.memory()
  assert(usage.forget_peak(), "the kernel keeps its own peak")
  local run = fleet.run({ device }, { job = job, timeout = 20, device_timeout = 60 })
  local peak = usage.of(uv.os_getpid()).max_rss_bytes
  return peak - before, run.results[1]
end

return {
  about = "floods of a gigabyte, and the memory that they take",
  run = function(say)
    local process <close>, cases = bad.start() -- luacheck: ignore 211/process
    growth_of(cases[1].device) -- what is loaded once
    local rows = {}
    for i, name in ipairs(FLOODS) do
      local grown, result = growth_of(device_called(cases, name))
      say(("%s: %s"):format(name, result.kind or "ok"))
      rows[i] = {
        what = "memory that it takes: " .. name, goal = "<= 66 MiB",
        value = ("%.1f MiB"):format(grown / (1 << 20)),
        is_reached = grown <= LIMIT + MORE and not result.ok,
        covers = { "S9", "S6", "S18" },
      }
    end
    return rows
  end,
}
