--- Results as a file of a run has them.
local json = require "moonwire.report.json"
local source = require "moonwire.report.run.source"

local sample = {}

local PHASES = { "resolve", "connect", "banner", "kex", "hostkey", "auth", "shell" }

local function phases()
  local seconds = {}
  for _, name in ipairs(PHASES) do
    seconds[name] = 0.1
  end
  return seconds
end

--- One that did well, or failed in a phase.
function sample.result(index, failed_phase)
  local name = ("r%d"):format(index)
  local host = ("192.0.2.%d"):format(index)
  return {
    device = name,
    host = host,
    ok = not failed_phase,
    kind = failed_phase and "timeout" or nil,
    phase = failed_phase,
    message = failed_phase and ("%s: %s:22: no answer"):format(name, host) or nil,
    started = (index - 1) * 0.5,
    elapsed = 1 + index / 100,
    phases = phases(),
    output = { { command = "show clock", output = "12:00" } },
  }
end

--- A run with so many devices that did well, and so many that failed behind them.
function sample.run(mode, ok, failed, seconds)
  local results = {}
  for i = 1, ok + failed do
    results[i] = sample.result(i, i > ok and "connect" or nil)
  end
  return { mode = mode, seconds = seconds or 2, runs = { 1.9, 2, 2.1 },
    results = results, peak_sessions = 3, threads = 1, cpu_seconds = 0.01 }
end

--- A subject of several runs, as it is read from a file.
function sample.subject(...)
  local text = json.encode { modes = { ... } }
  return assert(source.parse(text, "sample.json"))
end

return sample
