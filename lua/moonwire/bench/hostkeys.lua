--- How long it takes to find a host's key among many: with plain names, and with hashed
-- ones, the first time that a host is asked for and from then on.
-- @module moonwire.bench.hostkeys
local hostkeys = require "host.hostkeys"
local scratch = require "moonwire.scratch"
local text_table = require "moonwire.report.table"

local bench = {}

local LINES = 100000
local GOAL = 50e-6 -- seconds for a look-up
local ROUNDS = 10000 -- look-ups of a measurement
local FIRST = 50 -- hosts, where each costs milliseconds

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

--- Measure.
-- @int[opt=100000] count lines in the file
-- @treturn {table,...} each with `name`, `seconds` (CPU for one look-up), `is_good`;
-- those of hashed names only where there is an ssh-keygen to hash them
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
  if hash(path) then
    local hashed = assert(hostkeys.open { files = { path } })
    add("hashed names, first time", hashed, hosts, hosts)
    add("hashed names, from then on", hashed, ROUNDS, hosts)
  end
  return rows
end

--- Measure, and print.
-- @tparam table streams `out`
-- @treturn int exit status
function bench.run(streams)
  local rows = {}
  for i, row in ipairs(bench.measure()) do
    local judged = row.is_good and "reached" or "missed"
    rows[i] = { row.name, ("%.1f µs"):format(row.seconds * 1e6), judged }
  end
  streams.out:write(text_table.format({
    { title = ("one of %d host keys"):format(LINES) },
    { title = "CPU", align = "right" }, { title = "50 µs" },
  }, rows))
  return 0
end

return bench
