--- What a report is about, read from a file: the runs in it, whoever wrote them.
-- Taken are the JSON of `moonwire bench`, a run as one object, results as an array, and
-- results as lines of JSON. A file may come from anywhere: what has not the type that
-- it should have is left out, so that no later part needs to ask.
-- @module moonwire.report.run.source
local figures = require "moonwire.report.run.figures"
local json = require "moonwire.report.json"

local source = {}

local function text_of(value)
  return type(value) == "string" and value or nil
end

-- Nothing is shorter than a nanosecond or longer than 30 million years, whatever a file
-- says: a picture of that would have no scale.
local SHORTEST, GREATEST = 1e-9, 1e15

local function number_of(value)
  if type(value) ~= "number" or not (value >= 0 and value <= GREATEST) then
    return nil
  end
  return value < SHORTEST and 0 or value
end

local function is_table(value)
  return type(value) == "table" and value ~= json.null
end

-- What comes from JSON knows what it was; a table of our own is what it has to be.
local function list_of(value)
  return is_table(value) and not json.is_object(value) and value or {}
end

local function is_record(value)
  return is_table(value) and not json.is_array(value)
end

local function phases_of(value)
  local phases = {}
  for name, seconds in pairs(is_record(value) and value or {}) do
    phases[name] = number_of(seconds)
  end
  return phases
end

local function answers_of(value)
  local answers = {}
  for _, answer in ipairs(list_of(value)) do
    if is_record(answer) then
      answers[#answers + 1] = {
        command = text_of(answer.command) or "",
        output = text_of(answer.output) or "",
        elapsed = number_of(answer.elapsed),
      }
    end
  end
  return answers
end

local function add_failure(result, value)
  result.kind = text_of(value.kind) or "error"
  result.message = text_of(value.message) or "no cause is known"
  result.phase, result.root = text_of(value.phase), text_of(value.root)
end

--- One result, cleaned.
-- @tparam table value plain data
-- @int index where it stands
-- @treturn table result: `device`, `host`, `ok`, `kind`, `message`, `phase`, `root`,
-- `started` (seconds), `elapsed` (seconds), `phases`, `output`
function source.result(value, index)
  local device, host = text_of(value.device), text_of(value.host)
  local result = {
    device = device or host or ("device %d"):format(index),
    host = host or device or "",
    ok = value.ok == true,
    started = number_of(value.started),
    elapsed = number_of(value.elapsed),
    phases = phases_of(value.phases),
    output = answers_of(value.output),
  }
  if not result.ok then
    add_failure(result, value)
  end
  return result
end

local function count(results)
  local counts = { ok = 0, failed = 0 }
  for _, result in ipairs(results) do
    local column = result.ok and "ok" or "failed"
    counts[column] = counts[column] + 1
  end
  return counts
end

local function times_of(value, seconds)
  local times = {}
  for _, time in ipairs(list_of(value)) do
    times[#times + 1] = number_of(time)
  end
  return #times > 0 and times or { seconds }
end

--- A run, cleaned.
-- @tparam table value plain data with `results`, and at will `mode`, `seconds`, `runs`,
-- `peak_sessions`, `threads`, `cpu_seconds`, `max_rss_bytes`
-- @string[opt="run"] mode where it does not say its own
-- @treturn table run: these, `results` cleaned, `count` (`ok`, `failed`, as counted),
-- `runs` (the seconds of each measurement, at least one)
function source.run(value, mode)
  local results = {}
  for i, result in ipairs(list_of(value.results)) do
    results[#results + 1] = is_record(result) and source.result(result, i) or nil
  end
  local seconds = number_of(value.seconds) or figures.end_of(results)
  return {
    mode = text_of(value.mode) or mode or "run",
    results = results,
    count = count(results),
    seconds = seconds,
    runs = times_of(value.runs, seconds),
    peak_sessions = number_of(value.peak_sessions),
    threads = number_of(value.threads),
    cpu_seconds = number_of(value.cpu_seconds),
    max_rss_bytes = number_of(value.max_rss_bytes),
  }
end

local function published_of(value)
  local list = {}
  for _, line in ipairs(list_of(value)) do
    if json.is_object(line) and text_of(line.mode) then
      list[#list + 1] = {
        mode = line.mode,
        document = number_of(line.document),
        netmiko = number_of(line.netmiko),
      }
    end
  end
  return list
end

local function runs_of(value, name)
  if json.is_array(value) then
    return { source.run({ results = value }, name) }
  elseif json.is_array(value.modes) then
    local runs = {}
    for _, mode in ipairs(value.modes) do
      runs[#runs + 1] = json.is_object(mode) and source.run(mode, name) or nil
    end
    return runs
  elseif json.is_array(value.results) then
    return { source.run(value, name) }
  elseif type(value.ok) == "boolean" then -- a result by itself: one line of JSON
    return { source.run({ results = { value } }, name) }
  end
  return {}
end

local function read_lines(text, name)
  local list, number = {}, 0
  for line in text:gmatch "[^\n]+" do
    number = number + 1
    local value, message = json.decode(line)
    if not json.is_object(value) then
      message = message or "not an object"
      return nil, ("record %d: %s"):format(number, message), "invalid"
    end
    list[number] = value
  end
  return { source.run({ results = list }, name) }
end

-- Lines of JSON are what is no JSON as a whole, but whose first line is.
local function is_lines(text)
  local first = text:match "^%s*({[^\n]*})[ \r]*\n"
  return first ~= nil and json.is_object((json.decode(first)))
end

-- What a run is called that has no mode: its file, without folder and ending.
local function short_name(name)
  local short = name:match "([^/]*)$":gsub("%.%w+$", "")
  return short ~= "" and short ~= "-" and short or nil
end

local function read_runs(text, name)
  local value, message = json.decode(text)
  if is_table(value) then
    local published = json.is_object(value) and value.published
    return runs_of(value, name), published_of(published)
  elseif is_lines(text) then
    local runs
    runs, message = read_lines(text, name)
    return runs, runs and {} or message
  end
  return nil, message
end

--- Read what a file holds.
-- @string text
-- @string name what it is called
-- @treturn[1] table subject: `name`, `runs` (at least one, each with a result),
-- `published` (list of `mode`, `document` and `netmiko`, in seconds; may be empty)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function source.parse(text, name)
  local runs, rest = read_runs(text, short_name(name))
  local full = {}
  for _, run in ipairs(runs or {}) do
    full[#full + 1] = #run.results > 0 and run or nil
  end
  if #full == 0 then
    local message = not runs and rest or "there are no results in it"
    return nil, ("%s: %s"):format(name, message), "invalid"
  end
  return { name = name, runs = full, published = rest }
end

--- What a run that this program has made tells.
-- @tparam table run of `moonwire.fleet`
-- @string[opt] name what it is called; its mode when left out
-- @treturn table subject, see `parse`
function source.of(run, name)
  return { name = name or run.mode, runs = { source.run(run) }, published = {} }
end

--- Read a file.
-- @string path `-`: standard input
-- @return as `parse`; also of kind "local" when it cannot be read
function source.read(path)
  local stream, message = io.stdin, nil
  if path ~= "-" then
    stream, message = io.open(path, "rb")
  end
  if not stream then
    return nil, message, "local"
  end
  local text
  text, message = stream:read "a"
  if path ~= "-" then
    stream:close()
  end
  if not text then
    return nil, ("%s: %s"):format(path, message), "local"
  end
  return source.parse(text, path)
end

--- Put what several files say into one subject, to be compared.
-- @tparam {table,...} subjects at least one
-- @treturn table subject
function source.join(subjects)
  local joined = { runs = {}, published = {} }
  local names = {}
  for i, subject in ipairs(subjects) do
    names[i] = subject.name
    for _, key in ipairs { "runs", "published" } do
      table.move(subject[key], 1, #subject[key], #joined[key] + 1, joined[key])
    end
  end
  joined.name = table.concat(names, ", ")
  return joined
end

return source
