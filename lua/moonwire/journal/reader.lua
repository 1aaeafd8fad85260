--- A journal that is read: every record whose checksum is right, up to the first that
-- is not. Behind that nothing is believed, and nothing is guessed.
-- @module moonwire.journal.reader
local crc = require "host.journal"
local is_record = require "moonwire.journal.shape"
local json = require "moonwire.report.json"

local reader = {}

--- The form of journals that this program writes; it reads no newer one.
reader.FORMAT = 1

--- The record in a line of a journal, with its end of line; nil when it is not whole.
-- @string line
-- @treturn ?table
function reader.record(line)
  local sum, text = line:match "^([0-9a-f]+) (.*)\n$" -- as the writer has it
  if not sum or #sum ~= 8 or tonumber(sum, 16) ~= crc.crc(text) then
    return nil
  end
  local record = json.decode(text)
  return is_record(record) and record or nil
end

-- What is behind a bad record: nothing that is a record (a tail that was torn off), or
-- records that cannot be believed without it.
local function has_records(file)
  for line in file:lines "L" do
    if reader.record(line) then
      return true
    end
  end
  return false
end

local function read_all(file, take, found)
  for line in file:lines "L" do
    local record = reader.record(line)
    if not record or record.n ~= found.last + 1 then
      found.is_torn = true
      found.is_damaged = record ~= nil or has_records(file)
      return true
    end
    found.last, found.length = record.n, found.length + #line
    if record.type == "run" and record.format > reader.FORMAT then
      return nil, "it was written by a newer moonwire", "invalid"
    end
    take(record)
  end
  return true
end

--- Read a journal.
-- @string path
-- @tparam function take called with each record
-- @tparam[opt] table from what an earlier reading has given: go on behind that
-- @treturn[1] table `last` (the number of the last good record), `length` (bytes up to
-- there), `is_torn` (something that is no record follows), `is_damaged` (and behind
-- that records that are not read)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local", "invalid"
function reader.read(path, take, from)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message, "local"
  end
  local open <close> = file -- luacheck: ignore 211
  local found = { last = from and from.last or 0, length = from and from.length or 0 }
  file:seek("set", found.length)
  local ok, why, kind = read_all(file, take, found)
  if not ok then
    return nil, ("%s: %s"):format(path, why), kind
  elseif found.last == 0 then
    return nil, path .. ": there is no record in it", "invalid"
  end
  return found
end

return reader
