--- Tables that people write, read by a schema: check, coerce, fill in defaults.
-- A fleet says the same of most of its devices, so what was read once is remembered,
-- and what devices have from elsewhere is read once for all of them.
-- @module moonwire.inventory.fields
local inherit = require "moonwire.inventory.inherit"
local json = require "moonwire.inventory.json"
local set = require "moonwire.set"
local spelling = require "moonwire.platform.spelling"
local ssh_config = require "moonwire.ssh_config"
local value = require "moonwire.inventory.value"

local fields = {}

-- Types of which the same text in the same file is always read as the same value.
local STEADY = { string = true, platform = true, choice = true, port = true }

-- what reading looks up in a schema, made once for each
local plans = setmetatable({}, { __mode = "k" })

local function plan_of(schema)
  local plan = plans[schema]
  if not plan then
    plan = { by_name = {}, rank = {}, names = {}, needed = {}, is_steady = {} }
    for i, field in ipairs(schema) do
      local name = field.name
      plan.by_name[name], plan.rank[name], plan.names[i] = field, i, name
      if field.is_required or field.default ~= nil then
        plan.needed[#plan.needed + 1] = field
      end
      plan.is_steady[name] = STEADY[field.type] and name ~= "name" -- each has its own
        or field.type == "secret"
    end
    plans[schema] = plan
  end
  return plan
end

local function words_of(names, record)
  local words = table.move(names, 1, #names, 1, {})
  for _, word in pairs(record.words or {}) do
    words[#words + 1] = word
  end
  table.sort(words)
  return words
end

local function unknown(key, names, record)
  local words = words_of(names, record)
  local meant = spelling.nearest(key, words, math.max(1, #key // 3))
  local advice = meant and ("; did you mean %q?"):format(meant) or ""
  return ("unknown key %q"):format(key) .. advice
end

-- in the order of the schema, unknown keys last and by name
local function complain(problems, plan, context)
  table.sort(problems, function(a, b)
    local x, y = plan.rank[a.name] or math.huge, plan.rank[b.name] or math.huge
    return x < y or x == y and a.name < b.name
  end)
  for _, problem in ipairs(problems) do
    local record, field, text = context.record, problem.name, problem.text
    if not text then
      record, field = inherit.owner(record, problem.name), nil
      text = unknown(problem.name, plan.names, record)
    end
    context.complaints:add(record, field, text)
  end
end

local function note(problems, name, text)
  problems = problems or {}
  problems[#problems + 1] = { name = name, text = text }
  return problems
end

-- What has been read from one file: what stood there and what it was read as, by field.
local function memory_of(plan, context)
  local memory = context.memories[plan]
  local source = context.record.source
  if not memory or memory.source ~= source then
    memory = { source = source, was = {}, read = {} }
    context.memories[plan] = memory
  end
  return memory
end

-- Read what nobody has read before; false: there is no such field.
local function read_new(plan, memory, name, what, context)
  local field = plan.by_name[name]
  if not field then
    return nil, false
  elseif what == json.null then
    return nil
  end
  local read, complaint = value[field.type](what, field, context)
  if plan.is_steady[name] and type(what) ~= "table" and not complaint then
    memory.was[name], memory.read[name] = what, read
  end
  return read, complaint
end

-- Read into a table; whether something is not there, and what is wrong.
local function read_all(plan, given, context, taken)
  local memory = memory_of(plan, context)
  local was, read, is_short, problems = memory.was, memory.read, false, nil
  for name, what in next, given do
    if was[name] == what then
      taken[name] = read[name]
    else
      local new, complaint = read_new(plan, memory, name, what, context)
      taken[name] = new
      if complaint ~= nil then
        problems = note(problems, tostring(name), complaint)
      end
      is_short = is_short or new == nil
    end
  end
  return is_short, problems
end

local function uses_ssh_config(taken)
  local file = taken.ssh_config_file or ssh_config.default()
  return file ~= nil and file ~= "none"
end

local NOTHING = { given = {}, from = {} }

local function says_nothing(name, given, heritage)
  local what = given[name]
  if what == nil then
    what = heritage.given[name]
  end
  return what == nil or what == json.null
end

local function fill_in(plan, given, heritage, taken, problems)
  local has_file = uses_ssh_config(taken)
  for _, field in ipairs(plan.needed) do
    local name = field.name
    local is_open = has_file and field.is_in_ssh_config
    if taken[name] == nil and not is_open and says_nothing(name, given, heritage) then
      taken[name] = field.default
      if field.is_required then
        problems = note(problems, name, "is missing")
      end
    end
  end
  return problems
end

--- Read a table by a schema.
-- @tparam table schema as `moonwire.inventory.device` has one
-- @tparam table given what somebody wrote
-- @tparam table context `complaints`, `record` (that they are about), `secrets`,
-- `platforms` and `memories` (tables that live as long as the reading)
-- @treturn table a new one
function fields.read(schema, given, context)
  local plan, taken = plan_of(schema), {}
  local _, problems = read_all(plan, given, context, taken)
  problems = fill_in(plan, given, NOTHING, taken, problems)
  if problems then
    complain(problems, plan, context)
  end
  return taken
end

-- Tables with room for what devices have: they do not grow field by field.
local function new_table()
  return {
    name = nil, host = nil, port = nil, username = nil,
    password = nil, device_type = nil, host_key_policy = nil, labels = nil,
  }
end

local function new_wide_table()
  return {
    name = nil, host = nil, port = nil, username = nil,
    password = nil, device_type = nil, host_key_policy = nil, labels = nil,
    groups = nil,
  }
end

-- The fields of a schema that have a default, and what of a file says it otherwise.
local function add_defaults(base, plan)
  local taken, has_file = base.taken, uses_ssh_config(base.taken)
  for _, field in ipairs(plan.needed) do
    local name = field.name
    if taken[name] == nil and not (has_file and field.is_in_ssh_config) then
      if field.default ~= nil then
        taken[name] = field.default
        base.defaults[#base.defaults + 1] = name
      else
        base.lacking[#base.lacking + 1] = name
      end
    end
  end
end

-- What a heritage comes to: the fields as a device has them, `defaults` of the schema
-- among them, and what is `lacking` still.
local function new_base(plan, heritage, context)
  local record, taken = context.record, {}
  context.record = {
    given = {}, inherited = heritage, source = record.source, words = record.words,
  }
  local _, problems = read_all(plan, heritage.given, context, taken)
  context.record = record
  taken.groups = heritage.groups
  local base = {
    taken = taken,
    problems = problems or {},
    source = record.source,
    defaults = {},
    lacking = {},
    new = heritage.groups and new_wide_table or new_table,
  }
  add_defaults(base, plan)
  return base
end

local function base_of(plan, record, context)
  local heritage = record.inherited or NOTHING
  local base = context.bases[heritage]
  if not base or base.source ~= record.source then
    base = new_base(plan, heritage, context)
    context.bases[heritage] = base
  end
  return base
end

-- What is wrong with what was inherited is said once, of the first that has it from
-- there.
local function add_inherited(base, given, problems)
  for i = #base.problems, 1, -1 do
    local problem = base.problems[i]
    if given[problem.name] == nil then
      problems = note(problems, problem.name, problem.text)
      table.remove(base.problems, i)
    end
  end
  return problems
end

-- A device's own labels, and those that it has from elsewhere.
local function join_labels(own, inherited)
  for name, label in next, inherited do
    if own[name] == nil then
      own[name] = label
    end
  end
end

local function lacks(base, taken)
  local lacking = base.lacking
  for i = 1, #lacking do
    if taken[lacking[i]] == nil then
      return true
    end
  end
  return false
end

-- A file of its own may say what would be a default.
local function drop_defaults(base, given, taken)
  for _, name in ipairs(base.defaults) do
    if given[name] == nil then
      taken[name] = nil
    end
  end
end

-- The fields of one that inherits, and what is wrong with them.
local function read_onto(base, plan, record, context)
  local given, taken, inherited = record.given, base.new(), base.taken
  for name, what in next, inherited do
    taken[name] = what
  end
  local is_short, problems = read_all(plan, given, context, taken)
  if inherited.groups then
    taken.groups = inherited.groups
  end
  if inherited.labels and given.labels ~= nil and taken.labels then
    join_labels(taken.labels, inherited.labels)
  end
  if given.ssh_config_file ~= nil then
    drop_defaults(base, given, taken)
    is_short = true
  end
  if is_short or lacks(base, taken) then
    local heritage = record.inherited or NOTHING
    problems = fill_in(plan, given, heritage, taken, problems)
  end
  return taken, problems
end

--- Read a record by a schema, with what it inherits; see `moonwire.inventory.inherit`.
-- @tparam table schema
-- @tparam table record
-- @tparam table context as for `fields.read`, and `bases` (a table likewise)
-- @treturn table a new one, which shares what it has inherited with others
function fields.read_record(schema, record, context)
  context.record = record
  local plan = plan_of(schema)
  local base = base_of(plan, record, context)
  local taken, problems = read_onto(base, plan, record, context)
  if base.problems[1] then
    problems = add_inherited(base, record.given, problems)
  end
  if problems then
    complain(problems, plan, context)
  end
  return taken
end

--- Complain about keys that nobody knows, with the one that was probably meant.
-- @tparam table names list of known keys
-- @tparam table given
-- @tparam table context
function fields.find_unknown(names, given, context)
  local known, strange = set.of(names), {}
  for key in pairs(given) do
    if not known[key] then
      strange[#strange + 1] = tostring(key)
    end
  end
  table.sort(strange)
  for _, key in ipairs(strange) do
    context.complaints:add(context.record, nil, unknown(key, names, context.record))
  end
end

return fields
