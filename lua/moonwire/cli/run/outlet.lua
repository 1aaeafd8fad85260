--- Standard output while sessions are open. Who reads it may stop for a time, as `less`
-- does, and must not stop the loop with its deadlines: a pipe is written on a thread of
-- the pool, and only the task that writes waits. Files and terminals do not stop for
-- long, and a terminal may be shared with the progress bar: they are written at once.
-- @module moonwire.cli.run.outlet
local task = require "moonwire.task"
local uv = require "luv"

local outlet = {}

local STDOUT = 1
local PAUSE = 0.01 -- seconds, where somebody made our end one that does not block

local AT_ONCE = { file = true, tty = true }

local function write_some(text)
  return task.await(function(done)
    uv.fs_write(STDOUT, text, -1, done)
  end)
end

local function write_beside(text)
  while text ~= "" do
    local err, count = write_some(text)
    if not err then
      text = text:sub(count + 1)
    elseif err:find "^EAGAIN" then
      task.sleep(PAUSE)
    else
      return nil, err
    end
  end
  return true
end

--- Write a text, all of it, behind what was printed before.
-- @string text
-- @treturn[1] boolean true
-- @return[2] nil: nobody reads it any more, or the disk is full
-- @treturn[2] string message
function outlet.write(text)
  if AT_ONCE[uv.guess_handle(STDOUT)] then
    local ok, message = io.stdout:write(text)
    if not ok then
      return nil, message
    end
    return io.stdout:flush()
  end
  io.stdout:flush()
  return write_beside(text)
end

return outlet
