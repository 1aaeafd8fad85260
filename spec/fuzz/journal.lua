--- Any bytes as a journal. Behind a "+" each line gets the checksum and, where it is an
-- object without one, the number that the reader wants, so that more than checksums is
-- tried. What must hold: what is read is a history whose devices add up; it never
-- raises.
local crc = require "host.journal"
local history = require "moonwire.journal.history"
local reader = require "moonwire.journal.reader"
local uv = require "luv"
local words = require "spec.fuzz.support.words"

local place = os.getenv "TMPDIR" or "/tmp"
local folder = assert(uv.fs_mkdtemp(place .. "/moonwire-fuzz-XXXXXX"))
local path = folder .. "/journal"

local function with_checksums(text)
  local lines, number = {}, 0
  for line in text:gmatch "[^\n]+" do
    number = number + 1
    line = line:gsub("^{", ('{"n":%d,'):format(number)):gsub(",}$", "}")
    lines[number] = ("%08x %s\n"):format(crc.crc(line), line)
  end
  return table.concat(lines)
end

return function(bytes)
  local plain = bytes:match "^%+(.*)"
  local file = assert(io.open(path, "wb"))
  file:write(plain and with_checksums(plain) or bytes)
  file:close()
  local story = history.new()
  local found = words.check(reader.read(path, function(record)
    story:take(record)
  end))
  os.remove(path)
  if not found then
    return
  end
  local sum = 0
  for _, count in pairs(story:tally()) do
    sum = sum + count
  end
  assert(sum == #story.names, "every device is in one state")
  assert(#story:unfinished(true) <= #story.names, "what is left is of the plan")
end
