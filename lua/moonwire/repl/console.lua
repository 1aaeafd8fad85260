--- What the prompt says, and how it gets around a line that is being typed: the line is
-- taken from the screen, the words are written, and the line is drawn again below them.
-- Terminal controls in them are shown, not obeyed.
-- @module moonwire.repl.console
local escape = require "moonwire.report.escape"
local uv = require "luv"

local Console = { __name = "moonwire.repl.Console" }
Console.__index = Console

local OWN_ONLY = 384 -- 0600

--- A console that writes to a stream.
-- @tparam file out
-- @treturn Console `editor` is the one that has a line on the screen, or nil
function Console.new(out)
  return setmetatable({ out = out, is_at_start = true }, Console)
end

--- Write as it is. What the caller did not write must have been escaped.
-- @string text
function Console:write_raw(text)
  if text == "" then
    return
  end
  local editor = self.editor
  if editor then
    editor:hide()
  end
  self.out:write(text)
  self.is_at_start = text:sub(-1) == "\n"
  if editor then
    self:start_line()
    editor:show()
  end
  self.out:flush()
  self:keep(text)
end

--- Write text from wherever.
-- @string text
function Console:write(text)
  self:write_raw(escape.text(text))
end

--- Write a line that is about something, such as a session that was lost.
-- @string text
function Console:say(text)
  if not self.editor then
    self:start_line()
  end
  self:write("-- " .. escape.line(text) .. "\n")
end

--- Begin a line, when the last one has no end.
function Console:start_line()
  if not self.is_at_start then
    self.out:write "\n"
    self.is_at_start = true
  end
end

--- The same as Lua's own `print`, for this console.
-- @treturn function
function Console:printer()
  return function(...)
    local parts = table.pack(...)
    for i = 1, parts.n do
      parts[i] = tostring(parts[i])
    end
    self:write(table.concat(parts, "\t") .. "\n")
  end
end

--- Keep a copy of what is said from here on, in a file that only its owner may read.
-- @string path is added to, when it is there
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
function Console:record(path)
  self:stop_recording()
  local fd, message = uv.fs_open(path, "a", OWN_ONLY)
  if not fd then
    return nil, message
  end
  self.record_path, self.record_fd = path, fd
  return true
end

--- Stop that.
-- @treturn string|nil the path, when there was a recording
function Console:stop_recording()
  local path = self.record_path
  if path then
    uv.fs_close(self.record_fd)
  end
  self.record_path, self.record_fd = nil, nil
  return path
end

--- Add text to the recording, where there is one.
-- @string text
function Console:keep(text)
  if self.record_fd then
    local ok, message = uv.fs_write(self.record_fd, text, -1)
    if not ok then
      self:stop_recording()
      self:say("the recording has ended: " .. message)
    end
  end
end

return Console
