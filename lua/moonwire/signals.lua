--- SIGINT, SIGTERM and SIGHUP: who asked for them last is told, so that a question on
-- the terminal or a run that ends in order comes before the end of the program. A
-- signal that was ignored when the program began (nohup, a shell's background) stays
-- ignored. Nothing in here ends anything.
-- @module moonwire.signals
local uv = require "luv"

local signals = {}

--- The signals by name, with their numbers.
signals.numbers = { sighup = 1, sigint = 2, sigterm = 15 }

local watched -- handles of luv, while anybody wants to be told
local listeners = {}

local function ignored_mask()
  local file <close> = io.open "/proc/self/status"
  local mask = file and file:read("a"):match "\nSigIgn:%s*(%x+)"
  return tonumber(mask or "0", 16)
end

local function tell(name)
  local last = listeners[#listeners]
  if last then
    last.fn(name, signals.numbers[name])
  end
end

local function watch()
  watched = {}
  local mask = ignored_mask()
  for name, number in pairs(signals.numbers) do
    if mask & 1 << number - 1 == 0 then
      local handle = uv.new_signal()
      handle:start(name, tell)
      handle:unref()
      watched[#watched + 1] = handle
    end
  end
end

local function forget()
  for _, handle in ipairs(watched) do
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
  if watched and #listeners == 0 then
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

--- Let a signal do to this program what it does by itself.
-- @string name
function signals.obey(name)
  listeners = {}
  if watched then
    forget()
  end
  uv.kill(uv.os_getpid(), name)
end

return signals
