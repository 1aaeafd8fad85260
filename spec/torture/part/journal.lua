--- What the journal costs a push.
local child = require "moonwire.lab.child"
local fleet = require "moonwire.fleet"
local journal = require "moonwire.journal"
local observer = require "moonwire.journal.observer"
local push = require "moonwire.fleet.push"
local task = require "moonwire.task"
local uv = require "luv"

local COST = 0.02 -- of a push's time
local DEVICES, PAIRS = 200, 5
local RTT, THINK = 0.1, 0.1 -- seconds: not far away, and quick

local function timed(devices, plan, root)
  local out = root and assert(journal.create({ verb = "push" }, {}, root))
  local began = task.now()
  local run = fleet.run(devices, {
    job = function(session, device)
      return push.apply(session, device, plan)
    end,
    limit = 100, changes = true, keep_results = false,
    observer = out and observer.new(out, { changes = true }) or nil,
  })
  local seconds = task.now() - began
  assert(run.ok)
  if out then
    out:close()
  end
  return seconds
end

-- The best of several pairs: what else this machine does is in both, or in none.
local function cost_row(folder)
  local lab <close> = assert(child.start {
    devices = DEVICES, rtt = RTT, think = THINK,
  })
  local with, without, number = math.huge, math.huge, 0
  local function plan()
    number = number + 1
    return { lines = { ("ntp server 192.0.2.%d"):format(number) } }
  end
  timed(lab.devices, plan()) -- both ends are warm
  for _ = 1, PAIRS do
    without = math.min(without, timed(lab.devices, plan()))
    with = math.min(with, timed(lab.devices, plan(), folder .. "/runs"))
  end
  local share = with / without - 1
  return {
    what = "the journal's share of a push to 200 devices, 100 ms away",
    goal = "< 2 %",
    value = ("%.1f %%"):format(share * 100),
    is_reached = share < COST,
    note = ("%.2f s with it, %.2f s without"):format(with, without),
  }
end

local function run()
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-torture-XXXXXX")
  local row = cost_row(folder)
  os.execute("rm -r " .. folder)
  return { row }
end

return { about = "a push with its journal, and without", run = run }
