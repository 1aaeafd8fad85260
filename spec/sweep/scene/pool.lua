--- A login and a command, in a pool of threads.
local moonwire = require "moonwire"

local devices <close> = assert(moonwire.inventory.load(arg[1]))
local run = moonwire.fleet.run(devices, {
  timeout = 5, mode = "threads", threads = 2,
  job = function(session)
    return session:send_command "show version"
  end,
})
for _, result in ipairs(run.results) do
  print(result.device, result.ok and result.value or "")
  if not result.ok then
    io.stderr:write(result.kind, ": ", result.message, "\n")
  end
end
for _, note in ipairs(run.notes) do
  io.stderr:write(note, "\n")
end
return run.ok
