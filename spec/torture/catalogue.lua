--- The catalogue of faults: which rows there are, and what spec/README.md says of each.
-- One is covered by the specs that it names there, or the table says why not.
local catalogue = {}

-- how many rows each group has
local GROUPS = {
  { "N", 17 }, { "S", 24 }, { "C", 25 }, { "P", 12 }, { "I", 16 }, { "H", 12 },
  { "W", 6 }, { "R", 14 },
}

local README = "spec/README.md"

--- All identifiers, in order: "N1", "N2", …
function catalogue.ids()
  local ids = {}
  for _, group in ipairs(GROUPS) do
    for i = 1, group[2] do
      ids[#ids + 1] = group[1] .. i
    end
  end
  return ids
end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

--- The rows of the table in a text.
-- @treturn {table,...} `id`, `name`, `specs` (paths), `words` (the third column)
function catalogue.rows(text)
  local rows = {}
  for id, name, words in text:gmatch "\n| (%u%d+) | ([^|\n]*) | ([^|\n]*) |" do
    local row = { id = id, name = name, words = words, specs = {} }
    for path in words:gmatch "`(spec/[%w_/.]+)`" do
      row.specs[#row.specs + 1] = path
    end
    rows[#rows + 1] = row
  end
  return rows
end

local function check_specs(row, complain)
  for _, path in ipairs(row.specs) do
    local text = read(path)
    if not text then
      complain("%s: there is no %s", row.id, path)
    elseif not text:find("%f[%w]" .. row.id .. "%f[^%w]") then
      complain("%s: %s does not mention it", row.id, path)
    end
  end
  if #row.specs == 0 and not row.words:find "^not: %S" then
    complain("%s: names no spec, and no reason (\"not: …\")", row.id)
  end
end

--- What is wrong with the table.
-- @string[opt] text of a table, that of spec/README.md when left out
-- @treturn {string,...} complaints
function catalogue.check(text)
  local complaints, times = {}, {}
  local function complain(...)
    complaints[#complaints + 1] = README .. ": " .. string.format(...)
  end
  for _, row in ipairs(catalogue.rows(text or read(README) or "")) do
    times[row.id] = (times[row.id] or 0) + 1
    check_specs(row, complain)
  end
  for _, id in ipairs(catalogue.ids()) do
    local count = times[id] or 0
    times[id] = nil
    if count ~= 1 then
      complain("%s has %d rows, not one", id, count)
    end
  end
  for id in pairs(times) do
    complain("%s is no row of the catalogue", id)
  end
  return complaints
end

--- How many rows have a spec, of how many.
function catalogue.covered()
  local count = 0
  local rows = catalogue.rows(read(README) or "")
  for _, row in ipairs(rows) do
    count = count + (#row.specs > 0 and 1 or 0)
  end
  return count, #catalogue.ids()
end

return catalogue
