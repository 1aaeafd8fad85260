--- What a record of a journal looks like. A checksum tells that a record is as it was
-- written, and not that it was written by this program: readers ask here first.
-- @module moonwire.journal.shape
local function is_count(value)
  return math.type(value) == "integer" and value > 0
end

local function is_text(value)
  return type(value) == "string"
end

local function is_text_if_any(value)
  return value == nil or is_text(value)
end

local function is_number_if_any(value)
  return value == nil or type(value) == "number"
end

local function is_names(value)
  if type(value) ~= "table" then
    return false
  end
  for key, name in pairs(value) do
    if not is_count(key) or not is_text(name) then
      return false
    end
  end
  return true
end

-- The fields that a reader relies on, by type; records of other types are left alone.
local FIELDS = {
  run = { format = is_count },
  plan = { names = is_names },
  begin = { i = is_count },
  ["end"] = { i = is_count, state = is_text_if_any },
  event = { i = is_count, before = is_text_if_any, seconds = is_number_if_any },
  note = { text = is_text },
}

--- Whether something is a record.
-- @param record
-- @treturn boolean
return function(record)
  if type(record) ~= "table" or not is_count(record.n) or not is_text(record.type) then
    return false
  end
  for field, is_right in pairs(FIELDS[record.type] or {}) do
    if not is_right(record[field]) then
      return false
    end
  end
  return true
end
