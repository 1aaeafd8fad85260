--- A login, a command and lines of configuration. Whatever fails there, no descriptor
-- is left open by it, and the next session is as good as any.
local lfs = require "lfs"
local moonwire = require "moonwire"
local task = require "moonwire.task"
local uv = require "luv"

local LOOKS = 500 -- until what is closed behind the back must be gone

local devices <close> = assert(moonwire.inventory.load(arg[1]))

local function check(ok, message, kind)
  if not ok then
    error(("%s: %s"):format(kind, message), 0)
  end
  return ok
end

local function job()
  local session <close> = check(moonwire.session.open(devices[1], { timeout = 5 }))
  local words = { #check(session:send_command "show version") }
  check(session:enable())
  local lines = { "vlan 31", " name starved" }
  words[2] = check(session:send_config_set(lines)).applied
  local _, count = check(session:send_command "show vlan"):gsub("starved", "")
  words[3] = count
  return table.concat(words, " ")
end

local function descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do
    count = count + 1
  end
  return count
end

local function has_leaked(before)
  for _ = 1, LOOKS do
    collectgarbage()
    if descriptors() <= before then
      return false
    end
    task.sleep(0.01)
  end
  return true
end

assert(pcall(job)) -- now all that is needed is loaded, and the device has its line
local before = descriptors()
uv.os_setenv("STARVE_NOW", "1")
local ok, result = pcall(job)
uv.os_unsetenv "STARVE_NOW"
if has_leaked(before) then
  print "descriptors are left open" -- beside what was expected: a false success
  return true
elseif not ok then
  assert(pcall(job), "the next session fails, too")
  io.stderr:write(tostring(result), "\n")
  return false
end
print(result)
return true
