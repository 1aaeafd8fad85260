--- What of an answer is compared at the prompt: all but what differs by nature, unless
-- that is all there is. Who asks for the clock wants to see it.
-- @module moonwire.repl.essence
local mask = require "moonwire.report.mask"
local platforms = require "moonwire.platform"

--- The text of an answer to be compared with another one.
-- @string text
-- @tparam Remote remote that gave it
-- @treturn string
return function(text, remote)
  local platform = remote.session and remote.session.platform
  if not platform then
    return text
  end
  local prompt = remote.last and remote.last.prompt
  local host = prompt and platforms.host_of(platform, prompt)
  local masked, has_rest = mask(text, platform, { host or remote.name, remote.name })
  return has_rest and masked or text
end
