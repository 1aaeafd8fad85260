--- How long it takes to find a host's key among many: with plain names, and with hashed
-- ones, the first time that a host is asked for, from then on, and for a whole fleet.
-- @module moonwire.bench.hostkeys
local hostkeys = require "host.hostkeys"
local scratch = require "moonwire.scratch"
local task = require "moonwire.task"
local text_table = require "moonwire.report.table"

local bench = {}

local LINES = 100000
local GOAL = 50e-6 -- seconds for a look-up
local ROUNDS = 10000 -- look-ups of a measurement
local FIRST = 50 -- hosts, where each costs milliseconds
local FLEET = 1000 -- hosts at once
local TURN = 0.001 -- seconds between two looks at the clock

local FLEET_LINE = "hashed names, the first time of %d hosts at once: %.1f s on other "
  .. "threads (%.1f s of CPU), the loop kept for %.1f ms at most\n"

local function name_of(i)
  return ("r%d.example.net"):format(i)
end

-- in base64, as in a file; digits are letters of it, too
local function key_of(i)
  return ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%043d"):format(i)
end

local function write(path, count)
  local file <close> = assert(io.open(path, "w"))
  for i = 1, count do
    assert(file:write(name_of(i), " ", key_of(i), "\n"))
  end
end

-- Seconds of CPU for each of so many look-ups, of so many hosts all over the file.
local function measure(store, count, rounds, hosts)
  local keys, names = {}, {}
  for i = 1, hosts do
    local line = i * (count // hosts)
    keys[i], names[i] = key_of(line), name_of(line)
  end
  local started = os.clock()
  for round = 0, rounds - 1 do
    local i = round % hosts + 1
    if store:lookup(names[i], 22, keys[i]) ~= "known" then
      error("a key that is there was not found", 0)
    end
  end
  return (os.clock() - started) / rounds
end

local function hash(path)
  return os.execute(("ssh-keygen -q -H -f '%s' >/dev/null 2>&1"):format(path))
end

-- The longest that the loop was kept from its other tasks while a fleet, all at once,
-- waited for what threads do.
local function measure_fleet(store, names)
  local started, cpu, kept, is_over = task.now(), os.clock(), 0, false
  task.group(function(group)
    group:spawn(function()
      task.map(names, #names, function(name)
        return store:prepare(name)
      end)
      is_over = true
    end)
    while not is_over do
      local before = task.now()
      task.sleep(TURN)
      kept = math.max(kept, task.now() - before - TURN)
    end
  end)
  return {
    hosts = #names, kept = kept, cpu = os.clock() - cpu, seconds = task.now() - started,
  }
end

--- Measure.
-- @int[opt=100000] count lines in the file
-- @treturn {table,...} each with `name`, `seconds` (CPU for one look-up), `is_good`;
-- those of hashed names only where there is an ssh-keygen to hash them
-- @treturn ?table a fleet's first time: `hosts`, `seconds`, `cpu` (both of all), `kept`
-- (seconds that the loop was kept at most, at a time)
function bench.measure(count)
  count = count or LINES
  local folder <close> = scratch.folder()
  local path = folder.path .. "/known_hosts"
  write(path, count)
  local rows, hosts = {}, math.min(FIRST, count)
  local function add(name, store, rounds, among)
    local seconds = measure(store, count, rounds, among)
    rows[#rows + 1] = { name = name, seconds = seconds, is_good = seconds <= GOAL }
  end
  local plain = assert(hostkeys.open { files = { path } })
  add("plain names", plain, ROUNDS, math.min(ROUNDS, count))
  local fleet
  if hash(path) then
    local hashed = assert(hostkeys.open { files = { path } })
    add("hashed names, first time", hashed, hosts, hosts)
    add("hashed names, from then on", hashed, ROUNDS, hosts)
    local names = {}
    for i = 1, math.min(FLEET, count) do
      names[i] = name_of(i)
    end
    fleet = measure_fleet(assert(hostkeys.open { files = { path } }), names)
  end
  return rows, fleet
end

--- Measure, and print.
-- @tparam table streams `out`
-- @treturn int exit status
function bench.run(streams)
  local rows = {}
  local measured, fleet = bench.measure()
  for i, row in ipairs(measured) do
    local judged = row.is_good and "reached" or "missed"
    rows[i] = { row.name, ("%.1f µs"):format(row.seconds * 1e6), judged }
  end
  streams.out:write(text_table.format({
    { title = ("one of %d host keys"):format(LINES) },
    { title = "CPU", align = "right" }, { title = "50 µs" },
  }, rows))
  if fleet then
    streams.out:write(FLEET_LINE:format(fleet.hosts, fleet.seconds, fleet.cpu,
      fleet.kept * 1e3))
  end
  return 0
end

return bench
