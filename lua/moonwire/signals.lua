--- SIGINT, SIGTERM and SIGHUP: who asked for them last is told, so that a question on
-- the terminal or a run that ends in order comes before the end of the program. A
-- signal that was ignored when the program began (nohup, a shell's background) stays
-- ignored. Nothing in here ends anything; but whoever has been told may leave the next
-- signal to the kernel, and a loop that has not come round for half a second of work is
-- not asked twice: see host/core/watchdog.c.
-- @module moonwire.signals
local uv = require "luv"

local signals = {}

--- The signals by name, with their numbers.
signals.numbers = { sighup = 1, sigint = 2, sigterm = 15 }

local watched -- handles of luv, while anybody wants to be told
local listeners = {}

-- Whether this process ignores ("SigIgn") or takes ("SigCgt") a signal.
local function is_set(field, number, default)
  local file <close> = io.open "/proc/self/status"
  local mask = file and file:read("a"):match("\n" .. field .. ":%s*(%x+)")
  if not mask then
    return default
  end
  return tonumber(mask, 16) & 1 << number - 1 ~= 0
end

local tell

-- One that came while the loop was held up is the last that was taken.
local function take_again(name)
  local handle = watched and watched[name]
  if handle and not is_set("SigCgt", signals.numbers[name], true) then
    handle:stop()
    handle:start(name, tell)
  end
end

function tell(name)
  local last = listeners[#listeners]
  if last then
    last.fn(name, signals.numbers[name])
  end
  take_again(name)
end

local function watch()
  watched = {}
  for name, number in pairs(signals.numbers) do
    if not is_set("SigIgn", number, false) then
      local handle = uv.new_signal()
      handle:start(name, tell)
      handle:unref()
      watched[name] = handle
    end
  end
end

local function forget()
  for _, handle in pairs(watched or {}) do
    handle:close()
  end
  watched = nil
end

local Listener = { __name = "moonwire.SignalListener" }
Listener.__index = Listener

--- Be told no more. Harmless when repeated.
function Listener:close()
  for i, one in ipairs(listeners) do
    if one == self then
      table.remove(listeners, i)
      break
    end
  end
  if #listeners == 0 then
    forget()
  end
end
Listener.__close = Listener.close

--- Call a function at each of the signals, in place of whoever else was told before,
-- until the value that this gives is closed.
-- @tparam function fn called on the loop, where nothing can wait, with the name
-- ("sigint", "sigterm", "sighup") and the number
-- @treturn Listener for `local listener <close>`
function signals.listen(fn)
  local self = setmetatable({ fn = fn }, Listener)
  listeners[#listeners + 1] = self
  if not watched then
    watch()
  end
  return self
end

--- From now on each signal does to this program what it does by itself, at once and
-- whatever the program is at, until somebody listens again.
function signals.let_go()
  listeners = {}
  forget()
end

return signals
