--- The numbers to reach, and the measurements that tell whether they are.
-- Each measurement is a process of its own (see `moonwire.bench.client`) with a name,
-- its `id`; each goal says which of them it looks at.
-- @module moonwire.bench.goal
local goal = {}

local ONE = { "show version" }
local TWO = { "show ip interface brief", "show vlan" }
local FURTHER = 100 -- commands behind the first
local TIMES = 3 -- where CPU is compared: the middle one counts
local AT_A_TIME = 500 -- as fleet.run has it when nobody says otherwise
local FAR = { rtt = 0.150, think = 0.200 }

local function far(devices)
  return { devices = devices, rtt = FAR.rtt, think = FAR.think }
end

local function many()
  local commands = {}
  for i = 1, FURTHER + 1 do
    commands[i] = ONE[1]
  end
  return commands
end

--- The measurements of the growth curve for so many devices.
-- @int devices
-- @treturn table list of `id`, `title`, `spec` and `times`
function goal.growth(devices)
  return {
    {
      id = ("growth-%d"):format(devices),
      title = ("%d devices, %d at a time"):format(devices, AT_A_TIME),
      times = TIMES,
      spec = {
        lab = { devices = devices },
        commands = ONE,
        limit = AT_A_TIME,
        with_floor = true,
      },
    },
    {
      id = ("open-%d"):format(devices),
      title = ("%d sessions held open"):format(devices),
      spec = {
        lab = { devices = devices },
        commands = ONE,
        hold = true,
        with_floor = true,
      },
    },
  }
end

-- Through jump hosts; the last of them as `ssh -J` does it, with a process for each.
local function through(id, hops, title, logins)
  local by_command = id == "jump-command" or nil
  return {
    id = id,
    title = title,
    times = not by_command and TIMES or nil,
    spec = {
      lab = { devices = math.min(AT_A_TIME, logins) },
      commands = ONE,
      logins = logins,
      limit = AT_A_TIME,
      hops = hops,
      by_command = by_command,
    },
  }
end

--- The other measurements.
-- @treturn table list of `id`, `title`, `spec` and `times` (1, when left out)
function goal.others()
  return {
    {
      id = "further",
      title = "1000 devices, 101 commands each",
      spec = { lab = { devices = 1000 }, commands = many() },
    },
    {
      id = "logins-100000",
      title = "100,000 logins, 500 at a time",
      spec = {
        lab = { devices = 1000 },
        commands = ONE,
        logins = 100000,
        limit = AT_A_TIME,
      },
    },
    {
      id = "far-1000",
      title = "1000 devices, 50 ms away",
      spec = { lab = { devices = 1000, rtt = 0.05 }, commands = ONE },
    },
    through("direct", nil, "the same devices without one", 2000),
    through("jump", 1, "500 devices through a jump host", 2000),
    through("jump-two", 2, "500 devices through two jump hosts", 2000),
    through("jump-command", 1, "100 devices, each by a proxy command of its own", 100),
    {
      id = "seeds-one",
      title = "one device, 150 ms away, thinking 200 ms",
      spec = { lab = far(1), commands = TWO, mode = "sync" },
    },
    {
      id = "seeds-sync",
      title = "five of them, one after another",
      spec = { lab = far(5), commands = TWO, mode = "sync" },
    },
    {
      id = "seeds-threads",
      title = "five of them in threads",
      spec = { lab = far(5), commands = TWO, mode = "threads" },
    },
    {
      id = "seeds-nonblocking",
      title = "five of them in one thread",
      spec = { lab = far(5), commands = TWO, mode = "nonblocking" },
    },
  }
end

local function cpu_ms(figures)
  return figures.cpu_seconds / figures.logins * 1000
end

local function wall_ms(figures)
  return figures.seconds / figures.logins * 1000
end

local function above_one(figures, one, times)
  return (figures.seconds / (times * one.seconds) - 1) * 100
end

local function above_alone(figures, one)
  return above_one(figures, one, 1)
end

local function seconds(figures)
  return figures.seconds
end

local function client_mb(figures)
  return figures.max_rss_bytes / 1e6
end

--- The goals: `title`, `unit`, `most` (the value may not be above it) or `least`,
-- `needs` (ids of measurements) and `value` (a function of those measurements).
goal.goals = {
  {
    title = "client CPU per login + one command",
    unit = "ms",
    most = 0.45,
    needs = { "growth-10000" },
    value = cpu_ms,
  },
  {
    title = "  … beside the bare C client",
    unit = "times",
    most = 1.3,
    needs = { "growth-10000" },
    value = function(figures)
      local floor = figures.floor
      if not floor or not floor.cpu_seconds or (floor.ok or 0) == 0 then
        return nil
      end
      return cpu_ms(figures) / (floor.cpu_seconds / floor.ok * 1000)
    end,
  },
  {
    title = "each further command",
    unit = "µs",
    most = 25,
    needs = { "further", "growth-1000" },
    value = function(further, one)
      return (further.cpu_seconds - one.cpu_seconds) / further.logins / FURTHER * 1e6
    end,
  },
  {
    title = "10,000 devices: login, show version, logout",
    unit = "s",
    most = 5,
    needs = { "growth-10000" },
    value = seconds,
  },
  {
    title = "10,000 sessions open at once: client",
    unit = "MB",
    most = 280,
    needs = { "open-10000" },
    value = client_mb,
  },
  {
    title = "  … lab",
    unit = "MB",
    most = 250,
    needs = { "open-10000" },
    value = function(figures)
      return figures.lab.max_rss_bytes / 1e6
    end,
  },
  {
    title = "  … client threads",
    unit = "",
    most = 1,
    needs = { "open-10000" },
    value = function(figures)
      return figures.peak_sessions >= figures.devices and figures.threads or nil
    end,
  },
  {
    title = "100,000 logins in one run: client",
    unit = "MB",
    most = 60,
    needs = { "logins-100000" },
    value = client_mb,
  },
  {
    title = "  … failures",
    unit = "",
    most = 0,
    needs = { "logins-100000" },
    value = function(figures)
      return figures.failed
    end,
  },
  {
    title = "5 devices far away, threads",
    unit = "s",
    most = 1.8,
    needs = { "seeds-threads" },
    value = seconds,
  },
  {
    title = "  … above one device alone",
    unit = "%",
    most = 5,
    needs = { "seeds-threads", "seeds-one" },
    value = above_alone,
  },
  {
    title = "5 devices far away, nonblocking",
    unit = "s",
    most = 1.8,
    needs = { "seeds-nonblocking" },
    value = seconds,
  },
  {
    title = "  … above one device alone",
    unit = "%",
    most = 5,
    needs = { "seeds-nonblocking", "seeds-one" },
    value = above_alone,
  },
  {
    title = "5 devices far away, sync: off five times one",
    unit = "%",
    most = 5,
    needs = { "seeds-sync", "seeds-one" },
    value = function(figures, one)
      return math.abs(above_one(figures, one, 5))
    end,
  },
  {
    title = "round trips of one login + 2 commands",
    unit = "",
    most = 10,
    needs = { "seeds-one" },
    value = function(figures)
      return (figures.seconds - #TWO * FAR.think) / FAR.rtt
    end,
  },
  {
    title = "1,000 devices at 50 ms, one command",
    unit = "s",
    most = 1.3,
    needs = { "far-1000" },
    value = seconds,
  },
  {
    title = "500 at once through a jump host: a login",
    unit = "ms",
    most = 1000 / 600,
    needs = { "jump" },
    value = wall_ms,
  },
  {
    title = "  … client CPU",
    unit = "ms",
    most = 0.55,
    needs = { "jump" },
    value = cpu_ms,
  },
  {
    title = "  … what a second hop adds to it, above the first one's",
    unit = "ms",
    most = 0,
    needs = { "jump-two", "jump", "direct" },
    value = function(two, one, direct)
      return (cpu_ms(two) - cpu_ms(one)) - (cpu_ms(one) - cpu_ms(direct))
    end,
  },
  {
    title = "  … its time beside a proxy command's for each device",
    unit = "times",
    most = 0.1,
    needs = { "jump", "jump-command" },
    value = function(one, by_command)
      return wall_ms(one) / wall_ms(by_command)
    end,
  },
}

local function value_of(one, figures)
  local needed = {}
  for i, id in ipairs(one.needs) do
    needed[i] = figures[id]
    if not needed[i] or needed[i].problem then
      return nil
    end
  end
  return one.value(table.unpack(needed, 1, #one.needs))
end

local function is_within(one, value)
  return value <= (one.most or math.huge) and value >= (one.least or -math.huge)
end

--- Compare what was measured with what is to be reached.
-- @tparam table figures by id
-- @tparam[opt] table goals as `goal.goals`, which they are when left out
-- @treturn table list of `title`, `unit`, `most` or `least`, `value` (nil: not
-- measured), `is_reached`
function goal.judge(figures, goals)
  local judged = {}
  for i, one in ipairs(goals or goal.goals) do
    local value = value_of(one, figures)
    judged[i] = {
      title = one.title,
      unit = one.unit,
      most = one.most,
      least = one.least,
      measured_by = table.concat(one.needs, ", "),
      value = value,
      is_reached = value ~= nil and is_within(one, value),
    }
  end
  return judged
end

return goal
