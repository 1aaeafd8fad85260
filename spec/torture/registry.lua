--- The parts of `make torture`: every file of spec/torture/part is one. A part is
--
--     return {
--       about = "what it does to moonwire, in a line",
--       beside = 200, -- nil: it measures time, and nothing may run beside it; others
--                     -- say how many seconds they take, about
--       run = function(say)          -- say(text): how far it is, for whoever waits
--         return {                   -- one row of the table for each promise
--           {
--             what = "the other 999 say what they always say",
--             goal = "999 of 999",
--             value = "999 of 999",  -- nil: could not be measured, 'note' says why
--             is_reached = true,
--             note = "…",            -- if there is more to say
--             covers = { "N3", "S1" }, -- of spec/README.md
--           },
--         }
--       end,
--     }
--
-- It runs in a process of its own: what it breaks is its own.
local lfs = require "lfs"

local registry = {}

local FOLDER = "spec/torture/part"

--- The names of all parts, sorted.
function registry.names(folder)
  local names = {}
  for file in lfs.dir(folder or FOLDER) do
    names[#names + 1] = file:match "^([%w_]+)%.lua$"
  end
  table.sort(names)
  return names
end

local function complaint_of(row)
  if type(row) ~= "table" or type(row.what) ~= "string" then
    return "a row needs 'what'"
  elseif type(row.goal) ~= "string" then
    return ("%s: 'goal' must be a string"):format(row.what)
  elseif row.is_reached and row.value == nil then
    return ("%s: cannot be reached without a value"):format(row.what)
  elseif row.value == nil and not row.note then
    return ("%s: has neither a value nor a note that says why"):format(row.what)
  end
end

local function problem_of(ok, rows)
  if not ok then
    return tostring(rows)
  elseif type(rows) ~= "table" or #rows == 0 then
    return "it gave no row"
  end
  for _, row in ipairs(rows) do
    local complaint = complaint_of(row)
    if complaint then
      return complaint
    end
  end
end

--- Run a part, here. What it raises, and what is no row, is a row that is not reached.
-- @string name
-- @tparam table part
-- @tparam function say
-- @treturn {table,...} rows, each with `part`
function registry.run(name, part, say)
  local ok, rows = xpcall(part.run, debug.traceback, say)
  local problem = problem_of(ok, rows)
  if problem then
    rows = { { what = "runs to its end", goal = "yes", note = problem } }
  end
  for _, row in ipairs(rows) do
    row.part = name
    row.is_reached = row.is_reached == true
  end
  return rows
end

--- Load a part.
function registry.load(name, folder)
  return dofile(("%s/%s.lua"):format(folder or FOLDER, name))
end

return registry
