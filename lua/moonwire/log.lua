--- Words to the person who runs the program, on standard error: what is not an error
-- but should be known. Results and errors never go this way.
-- @module moonwire.log
local log = {}

local said = {}
local sink

local function print_line(text)
  io.stderr:write("moonwire: ", (text:gsub("%c", "?")), "\n")
end

--- Say something.
-- @string text one line
function log.say(text)
  (sink or print_line)(text)
end

--- Say something unless it has been said already.
-- @string text one line
-- @string[opt] key what it is about; the text itself when left out
function log.once(text, key)
  key = key or text
  if not said[key] then
    said[key] = true
    log.say(text)
  end
end

--- Give the words to a function from here on, as if nothing had been said yet.
-- @tparam ?function fn called with each text; nil: standard error again
function log.redirect(fn)
  sink, said = fn, {}
end

return log
