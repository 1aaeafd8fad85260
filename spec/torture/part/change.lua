--- Changes that cut a device off from us, on six platforms that take back by themselves
-- what nobody confirms: every one must be seen to be as it was before.
local child = require "moonwire.lab.child"
local fleet = require "moonwire.fleet"
local uv = require "luv"

local TRIALS = 100 -- of each platform
local CLOCK = 30 -- the devices' time: a minute goes by in two seconds
local CONFIRM = 60 -- seconds of theirs

local TIMEOUTS = { banner = 0.5 }

-- the lines by which a device cuts itself off
local CUTS = {
  { "arista_eos", { "interface Ethernet1", "shutdown" } },
  { "cisco_ios", { "interface Vlan99", "no ip address" } },
  { "cisco_xr", { "interface GigabitEthernet0/0/0/0", "no ip address" } },
  { "juniper_junos", { "set interfaces ge-0/0/0 disable" } },
  { "nokia_sros", { "/configure port 1/1/1 admin-state disable" } },
  { "vyos", { "delete interfaces ethernet eth0 address" } },
}

-- runs on every device, and gives its configuration
local function look(session)
  session:enable()
  return session:get_config()
end

local function set_up_archive(session)
  session:enable()
  return session:send_config_set { "archive", " path flash:before" }
end

local function all(devices, job)
  local texts = {}
  local run = fleet.run(devices, { job = job, limit = 50 })
  for i, result in ipairs(run.results) do
    assert(result.ok, result.message)
    texts[i] = result.value
  end
  return texts
end

-- Whether lines that change by themselves are all that differs.
local function is_same(platform, before, after)
  local Change = require "moonwire.session.change.class"
  return Change.digest(platform, before) == Change.digest(platform, after)
end

local function count(devices, run, before)
  local platform = require("moonwire.platform").get(devices[1].device_type)
  local after = all(devices, look) -- by logins of their own
  local seen, told = 0, nil
  for i, result in ipairs(run.results) do
    local is_back = is_same(platform, before[i], after[i])
    local report = result.detail or {}
    local is_sent = report.lines and report.lines.handed == report.lines.total
    if result.state == "rolled_back" and is_back and is_sent then
      seen = seen + 1
    else
      told = told or ("%s: %s, and it is%s as before: %s"):format(result.device,
        result.state, is_back and "" or " not", result.message)
    end
  end
  return seen, told
end

local function try(name, lines)
  local lab <close> = assert(child.start {
    devices = TRIALS, platform = name, clock = CLOCK, reload_time = 30,
  })
  if name == "cisco_ios" then
    all(lab.devices, set_up_archive)
  end
  local before = all(lab.devices, look)
  local run = fleet.change(lab.devices, {
    lines = lines, confirm_within = CONFIRM, commit_timeout = 1, timeout = 1,
    timeouts = TIMEOUTS, waves = "100%", abort_after = TRIALS, limit = TRIALS,
  })
  return count(lab.devices, run, before)
end

local function run(say)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-torture-XXXXXX")
  uv.os_setenv("MOONWIRE_LOCKS", folder)
  local sum, note = 0, nil
  for _, cut in ipairs(CUTS) do
    local seen, told = try(cut[1], cut[2])
    say(("%s: %d of %d rolled back"):format(cut[1], seen, TRIALS))
    sum, note = sum + seen, note or told
  end
  os.execute("rm -r " .. folder)
  local trials = TRIALS * #CUTS
  return {
    {
      what = "dead-man, access lost after the commit, six platforms: rolled_back",
      goal = ("%d of %d"):format(trials, trials),
      value = ("%d of %d"):format(sum, trials),
      is_reached = sum == trials,
      note = note,
      covers = { "P3", "P5" },
    },
  }
end

return { about = "devices that cut themselves off, 100 of each platform", run = run }
