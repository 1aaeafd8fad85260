--- A platform's own commands for files, as its twin obeys them.
-- @module moonwire.lab.twin.file
local flash = require "moonwire.lab.flash"
local platforms = require "moonwire.platform"
local scp = require "moonwire.lab.scp"
local wording = require "moonwire.lab.twin.wording"

local file = {}

-- what stands for the %s of a command; nil when the line is another one
local function argument(line, command)
  local before, behind = command:match "^(.*)%%s(.*)$"
  local last = #line - #(behind or "")
  if before and line:sub(1, #before) == before and line:sub(last + 1) == behind then
    return line:sub(#before + 1, last)
  end
end

local function show_checksum(session, command, word)
  local name = flash.plain(session.device, scp.unquote(word))
  local algorithm = command:match "sha%d+" or "md5"
  session:think()
  if not flash.size(session.device, name) then
    session:write(wording.rejection(session.platform, "rejected") .. "\r\n")
    return
  end
  local value = flash.checksum(session.device, name, algorithm)
  session:print(("%s  %s\r\n"):format(value, word))
end

local function show_free(session, rule)
  local free = flash.free(session.device) // (rule.unit or 1)
  local rows = {}
  for i, name in ipairs(flash.names(session.device)) do
    local size = flash.size(session.device, name)
    rows[i] = ("%12d  Mar 2 2026 08:00:00  %s\r\n"):format(size, name)
  end
  session:print(table.concat(rows) .. "\r\n" .. rule.text:format(free) .. "\r\n")
end

--- Run a line that is about files.
-- @param session a twin's
-- @tparam table platform
-- @string line
-- @treturn boolean false when it is none
function file.run(session, platform, line)
  local action = platforms.action(platform, "checksum")
  local word = action and argument(line, action.run[1])
  if word and (not action.mode or action.mode == session.mode) then
    show_checksum(session, action.run[1], word)
    return true
  end
  local free = platform.files and platform.files.free
  if free and argument(line, free[1]) then
    show_free(session, free)
    return true
  end
  return false
end

return file
