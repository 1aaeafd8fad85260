--- Files and saved configurations of a switch: copy, write, delete, dir, more.
-- Most of these ask something first, which is what makes them worth simulating.
-- @module moonwire.lab.cisco_ios.file
local complaint = require "moonwire.lab.cisco_ios.complaint"
local contents = require "moonwire.lab.content"
local flash = require "moonwire.lab.flash"
local show = require "moonwire.lab.cisco_ios.show"

local file = {}

local DOT = 1 << 20 -- bytes that are verified between two dots
local NO_ROOM = "startup-config file open failed (Not enough space)\r\n"
local DONE = "Building configuration...\r\n[OK]\r\n"

-- "flash:/x", "flash0:x" and "x" are the same file
local function plain(session, name)
  return flash.plain(session.device, name)
end

local function save(session)
  if session.device:fault "save_failure" then
    session:print(NO_ROOM)
  else
    session.device:save()
    session:print(DONE)
  end
end

--- `write memory`
function file.write_memory(session)
  save(session)
end

--- `write erase`
function file.write_erase(session)
  local question = "Erasing the nvram filesystem will remove all configuration files! "
    .. "Continue? [confirm]"
  if session:confirm(question) then
    session.device:erase()
    session:print "[OK]\r\nErase of nvram: complete\r\n"
  end
end

--- `copy running-config startup-config`
function file.copy_running_to_startup(session)
  if session:ask "Destination filename [startup-config]? " then
    save(session)
  end
end

local function missing(session, doing, name)
  local message = "%%Error %s flash0:/%s (No such file or directory)\r\n"
  session:write(message:format(doing, name))
end

local function with_returns(text)
  return (text:gsub("\n", "\r\n"))
end

-- what can be copied; nil when there is no such thing
local function content_of(session, source)
  if source == "running-config" then
    return with_returns(session.device:running_config())
  elseif source == "startup-config" then
    local text = session.device:startup_config()
    return text and with_returns(text)
  end
  return session.device:files()[plain(session, source)]
end

local function store(session, name, content)
  if contents.size(content) > flash.free(session.device) then
    session:write "%Error writing flash0:/ (No space left on device)\r\n"
    return
  elseif name == "" then
    session:write "%Error opening flash0:/ (No such file or directory)\r\n"
    return
  end
  session.device:put_file(name, content)
  local size = contents.size(content)
  session:print(("%d bytes copied in 0.068 secs (%d bytes/sec)\r\n"):format(
    size, size * 1000 // 68
  ))
end

local function copy(session, source, target)
  local content = content_of(session, source)
  if not content then
    return missing(session, "opening", plain(session, source))
  end
  local name = plain(session, target)
  local answer = session:ask(("Destination filename [%s]? "):format(name))
  if answer then
    store(session, answer ~= "" and plain(session, answer) or name, content)
  end
end

--- `copy SOURCE TARGET`, where the target is a file in flash
function file.copy(session, found)
  local source, target = found[1], found[2]
  if not target:find "^flash%d?:" then
    return complaint.invalid(session, found.columns[2])
  end
  copy(session, source, target == "flash:" and plain(session, source) or target)
end

--- `copy running-config TARGET`
function file.copy_running(session, found)
  return file.copy(session, {
    "running-config", found[1], columns = { 0, found.columns[1] },
  })
end

--- `copy startup-config TARGET`
function file.copy_startup(session, found)
  return file.copy(session, {
    "startup-config", found[1], columns = { 0, found.columns[1] },
  })
end

--- `delete FILE`: asks for the name, then for consent
function file.delete(session, found)
  local given = plain(session, found[1])
  local answer = session:ask(("Delete filename [%s]? "):format(given))
  if not answer then
    return
  end
  local name = answer ~= "" and plain(session, answer) or given
  if not session:confirm(("Delete flash0:/%s? [confirm]"):format(name)) then
    return
  end
  if not session.device:files()[name] then
    local message = "%%Error deleting flash0:%s (No such file or directory)\r\n"
    session:write(message:format(name))
    return
  end
  session.device:put_file(name, nil)
end

--- `dir`
function file.dir(session)
  session:print(show.flash(session))
end

--- `verify /md5 FILE`
function file.verify(session, found)
  local name = plain(session, found[1])
  local size = flash.size(session.device, name)
  if not size then
    return missing(session, "verifying", name)
  end
  local value = flash.checksum(session.device, name, "md5")
  local dots = ("."):rep(size // DOT % 60)
  local words = "%sDone!\r\nverify /md5 (%s) = %s\r\n"
  session:print(words:format(dots, found[1], value))
end

--- `more FILE`
function file.more(session, found)
  local content = session.device:files()[plain(session, found[1])]
  if type(content) == "string" then
    local text = content:gsub("\r?\n", "\r\n")
    session:print(found.filter and found.filter(text) or text)
    return
  end
  local message = "%%Error opening flash0:/%s (%s)\r\n"
  local reason = content and "Not a text file" or "No such file or directory"
  session:write(message:format(plain(session, found[1]), reason))
end

return file
