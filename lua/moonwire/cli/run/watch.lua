--- What a person may say to a run that goes on: once Ctrl-C, nothing more is begun;
-- twice, all is dropped.
-- @module moonwire.cli.run.watch
local signals = require "moonwire.signals"

local watch = {}

--- Watch over a run, until closed.
-- @tparam Run run
-- @tparam function say called with a text for the person
-- @treturn Listener to be closed
function watch.new(run, say)
  local times = 0
  return signals.listen(function(name)
    times = times + 1
    if times == 1 then
      say "nothing more is begun, what is under way goes on; once more drops it"
      run:stop(("interrupted (%s)"):format(name:upper()))
    else
      say "all is dropped"
      run:cancel(("interrupted twice (%s)"):format(name:upper()))
    end
  end)
end

return watch
