--- Any bytes as what a device of some platform said, the first of them being for which.
-- What must hold: looking for errors, prompts, log messages and secrets in it takes no
-- time to speak of; what is shown of it is safe.
local failure = require "moonwire.session.failure"
local log = require "moonwire.platform.log"
local platforms = require "moonwire.platform"
local words = require "spec.fuzz.support.words"

local function check_lines(platform, bytes)
  local previous = ""
  for line in bytes:gmatch "[^\n]+" do
    if platforms.mode_of(platform, line, previous) then
      platforms.host_of(platform, line)
    end
    platforms.is_volatile(platform, line)
    platforms.is_read_only(platform, line)
    platforms.is_harmless(platform, line)
    previous = line
  end
end

return function(bytes)
  local tail = failure.tail(bytes)
  words.check_safe(tail)
  assert(not tail:find "[\n\t]", "a tail is one line")
  local names = platforms.names()
  local platform = platforms.get(names[(bytes:byte() or 0) % #names + 1])
  check_lines(platform, bytes)
  platforms.may_reject(platform, bytes)
  log.is_in(platform, bytes)
  words.check_safe(failure.message {
    doing = "a command", message = "late", awaited = "the prompt", text = bytes,
    platform = platform,
  })
end
