--- How far a run is: a bar on a terminal, a line now and then elsewhere.
-- It writes to stderr, so that what a program prints stays clean.
-- @module moonwire.report.progress
local terminal = require "moonwire.report.terminal"

local BAR_WIDTH = 24
local SECONDS_A_REDRAW = { terminal = 0.1, lines = 1 }
local ERASE_TO_END = "\27[K"

local Progress = { __name = "moonwire.Progress" }
Progress.__index = Progress

local progress = {}

--- Begin to count.
-- @tparam table options `total` (how many there are to do), `label` (what is done), and
-- for specs `stream`, `is_terminal`, `now` (a function giving seconds)
-- @treturn Progress
function progress.new(options)
  local stream = options.stream or io.stderr
  local is_terminal = options.is_terminal
  if is_terminal == nil then
    is_terminal = terminal.is_terminal(stream)
  end
  local now = options.now or require("host.task").now
  return setmetatable({
    total = options.total,
    label = options.label or "",
    stream = stream,
    now = now,
    is_terminal = is_terminal,
    pause = SECONDS_A_REDRAW[is_terminal and "terminal" or "lines"],
    done = 0,
    failed = 0,
    began = now(),
    drawn = now(),
  }, Progress)
end

local function clock_text(seconds)
  local whole = math.floor(seconds + 0.5)
  return ("%d:%02d"):format(whole // 60, whole % 60)
end

local function bar_text(self)
  local part = self.total > 0 and self.done / self.total or 1
  local full = math.floor(part * BAR_WIDTH)
  return "[" .. ("#"):rep(full) .. ("."):rep(BAR_WIDTH - full) .. "] "
end

local function state_text(self, now)
  local elapsed = now - self.began
  local rate = elapsed > 0 and self.done / elapsed or 0
  local shape = "%d/%d  %.1f/s  %d failed"
  local text = shape:format(self.done, self.total, rate, self.failed)
  if self.done < self.total and rate > 0 then
    return text .. ("  %s left"):format(clock_text((self.total - self.done) / rate))
  end
  return text
end

local function draw(self, now)
  self.drawn, self.shown = now, self.done
  local label = self.label == "" and "" or self.label .. "  "
  if self.is_terminal then
    local bar = bar_text(self)
    self.stream:write("\r", label, bar, state_text(self, now), ERASE_TO_END)
  else
    self.stream:write(label, state_text(self, now), "\n")
  end
  self.stream:flush()
end

--- Count one as done, and show it when the last time was long enough ago: a tenth of a
-- second on a terminal, a second elsewhere.
-- @bool is_ok
function Progress:step(is_ok)
  self.done = self.done + 1
  if not is_ok then
    self.failed = self.failed + 1
  end
  local now = self.now()
  if now - self.drawn >= self.pause then
    draw(self, now)
  end
end

--- Take the bar away, so that something else can be printed; the next step shows it
-- again. Lines stay.
function Progress:hide()
  if self.is_terminal and self.shown and not self.is_finished then
    self.stream:write("\r", ERASE_TO_END)
    self.stream:flush()
    self.shown, self.drawn = nil, self.drawn - self.pause
  end
end

--- Show the last state; a bar makes room for what is printed next. Only the first call
-- does anything.
function Progress:finish()
  if self.is_finished then
    return
  end
  self.is_finished = true
  if self.shown ~= self.done then
    draw(self, self.now())
  end
  if self.is_terminal then
    self.stream:write "\n"
    self.stream:flush()
  end
end
Progress.__close = Progress.finish

return progress
