--- Devices that send a gigabyte and mind no window: memory grows by what one answer may
-- be, and no more.
local bad = require "spec.support.hostile.insider"
local crowd = require "spec.support.crowd"
local fleet = require "moonwire.fleet"
local task = require "moonwire.task"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local LIMIT = 64 << 20 -- bytes of one answer: the default of a session
local MORE = 2 << 20
local WINDOW = 4 << 20 -- and what libssh holds when nobody reads
local FLOODS = {
  "window-flood", "error-flood", "ignore-flood", "banners-without-end", "answer-flood",
  "prompts-flood", "idle-flood",
}
local IDLE = 3 -- seconds in which a device may fill its limit and nobody reads

local function job(session)
  return session:send_command "show privilege"
end

local function idle_job(session)
  assert(job(session))
  task.sleep(IDLE)
  return job(session)
end

local JOBS = { ["idle-flood"] = idle_job }

local function case_called(cases, name)
  for _, case in ipairs(cases) do
    if case.name == name then
      return case
    end
  end
end

local function growth_of(device, how)
  local before = crowd.memory()
  assert(usage.forget_peak(), "the kernel keeps its own peak")
  local run = fleet.run({ device }, { job = how, timeout = 20, device_timeout = 60 })
  local peak = usage.of(uv.os_getpid()).max_rss_bytes
  return peak - before, run.results[1]
end

return {
  about = "floods of a gigabyte, and the memory that they take",
  run = function(say)
    local process <close>, cases = bad.start() -- luacheck: ignore 211/process
    growth_of(cases[1].device, job) -- what is loaded once
    local rows = {}
    for i, name in ipairs(FLOODS) do
      local case = case_called(cases, name)
      local grown, result = growth_of(case.device, JOBS[name] or job)
      local kind = result.ok and "ok" or result.kind
      local most = LIMIT + MORE + (JOBS[name] and WINDOW or 0)
      say(("%s: %s"):format(name, kind))
      rows[i] = {
        what = "memory that it takes: " .. name,
        goal = ("<= %d MiB"):format(most >> 20),
        value = ("%.1f MiB"):format(grown / (1 << 20)),
        is_reached = grown <= most and case.kinds[kind] == true,
        covers = { "S9", "S6", "S18" },
      }
    end
    return rows
  end,
}
