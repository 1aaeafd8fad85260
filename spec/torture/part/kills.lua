--- A push to fifty devices that is killed at any record of its journal, and resumed:
-- no device is lost, none is said to be what it is not, and no line is sent twice.
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local labs = require "moonwire.lab"
local process = require "moonwire.bench.process"
local state = require "moonwire.fleet.state"
local task = require "moonwire.task"
local uv = require "luv"

local SEEDS = math.tointeger(os.getenv "TORTURE_SEEDS" or 1000)
local FIRST = math.tointeger(os.getenv "TORTURE_FIRST_SEED" or 1)
local DEVICES = 50
local AT_ONCE = 4 -- seeds: their devices are here, each one's program is by itself
local LINES = { "ntp server 192.0.2.77", "logging host 192.0.2.78" }
local RECORDS = 2 + 2 * DEVICES -- of a push from its beginning to its end, about
local SIGKILL = 9
local TRIES = 5 -- of a seed whose push has ended before it could be killed

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(uv.fs_chmod(path, 384))
end

local function count_records(path)
  local file <close> = io.open(path, "rb")
  return file and select(2, file:read("a"):gsub("\n", "")) or 0
end

local function journal_in(root)
  local id = journal.find("last", root)
  return id and ("%s/%s/journal"):format(root, id)
end

-- Start a push, and kill it once its journal holds so many records. Whether it was
-- still alive.
local function kill_behind(words, root, records)
  local status, signal
  local started = assert(uv.spawn(uv.exepath(), { args = words, stdio = {} },
    function(...) status, signal = ... end))
  repeat
    task.sleep(0.002)
    local path = journal_in(root)
    local is_there = path and count_records(path) >= records
  until is_there or status
  if not status then
    started:kill "sigkill"
  end
  while not status do
    task.sleep(0.001)
  end
  started:close()
  return signal == SIGKILL
end

local function count_in(text, words)
  local count = select(2, text:gsub(words:gsub("%p", "%%%0"), ""))
  return count
end

-- By a state, how many of the lines must and may be there.
local BOUNDS = {
  changed = { #LINES, #LINES }, unchanged = { #LINES, #LINES },
  failed_clean = { 0, 0 }, skipped = { 0, 0 }, unknown = { 1, #LINES - 1 },
}

-- What is said of a device, held against the device.
local function lie_about(device, said)
  local text, there = device:running_config(), 0
  local typed = table.concat(device:lines(), "\n")
  for _, line in ipairs(LINES) do
    there = there + (text:find(line, 1, true) and 1 or 0)
    if count_in(typed, line) > 1 then
      return "a line was sent twice"
    end
  end
  local bounds = BOUNDS[said]
  if not bounds or there < bounds[1] or there > bounds[2] then
    return ("%s, and %d lines are there"):format(said, there)
  end
end

local function judge(lab, known, ends)
  local tally = known:tally()
  if state.sum(tally) ~= DEVICES or tally.planned + tally.handed > 0 then
    return "the states do not add up"
  end
  for i = 1, DEVICES do
    local lie = lie_about(lab:device(i), known:state(i))
    if lie then
      local message = (ends[i] or {}).message
      return ("device %d: %s%s"):format(i, lie, message and "; " .. message or "")
    end
  end
end

-- What is wrong, and whether the push was killed at all.
local function try(folder, seed, records)
  local root, inventory = folder .. "/runs", folder .. "/inventory.json"
  local lab <close> = assert(labs.open { devices = DEVICES, seed = seed })
  return task.group(function(group)
    group:spawn(lab.serve, lab)
    write(inventory, json.encode { devices = lab:inventory() })
    local words = {
      "push", "--runs", root, "-i", inventory, "-f", folder .. "/../lines",
      "--waves", "1,rest", "--abort-after", tostring(DEVICES), "-q",
    }
    local is_killed = kill_behind(words, root, records)
    local id = assert(journal.find("last", root))
    process.run { uv.exepath(), "runs", "resume", "--runs", root, id, "-q" }
    local ends = {}
    local known = assert(journal.read(id, {
      root = root,
      on_end = function(record)
        ends[record.i] = record
      end,
    }))
    local lie = judge(lab, known, ends)
    lab:close()
    lie = lie and ("seed %d, killed behind %d records: %s"):format(seed, records, lie)
    return lie, is_killed
  end)
end

-- A push may be over before its last records are seen: then it is killed earlier.
local function try_until_killed(folder, seed)
  local records = 2 + seed * 7919 % RECORDS
  for i = 1, TRIES do
    local own = ("%s/%d"):format(folder, seed)
    assert(uv.fs_mkdir(own, 448))
    local ok, lie, is_killed = pcall(try, own, seed, records)
    os.execute("rm -r " .. own)
    if not ok or lie then
      return tostring(lie)
    elseif is_killed then
      return nil
    end
    records = 2 + records * (TRIES - i) // TRIES
  end
  return ("seed %d: its push could not be killed"):format(seed)
end

local function kill_row(folder, say)
  local kept, note, done = 0, nil, 0
  local seeds = {}
  for seed = FIRST, FIRST + SEEDS - 1 do
    seeds[#seeds + 1] = seed
  end
  task.map(seeds, AT_ONCE, function(seed)
    local lie = try_until_killed(folder, seed)
    kept, note, done = kept + (lie and 0 or 1), note or lie, done + 1
    if done % 100 == 0 then
      say(("%d of %d seeds, %d kept their word"):format(done, SEEDS, kept))
    end
  end)
  return {
    what = "kill -9 of a push to 50 devices: conservation, no false success, no line "
      .. "twice",
    goal = ("%d of %d"):format(SEEDS, SEEDS),
    value = ("%d of %d"):format(kept, SEEDS),
    is_reached = kept == SEEDS,
    note = note,
    covers = { "P1", "R11" },
  }
end

local function run(say)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-torture-XXXXXX")
  write(folder .. "/lines", table.concat(LINES, "\n") .. "\n")
  local row = kill_row(folder, say)
  os.execute("rm -r " .. folder)
  return { row }
end

return {
  about = ("%d pushes that are killed at any record of their journal"):format(SEEDS),
  beside = 400,
  run = run,
}
