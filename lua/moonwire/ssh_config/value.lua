--- The values of ssh_config by their kind: checked as OpenSSH checks them, also in
-- blocks that are not for this host. A reader gives the value; or nil and a complaint;
-- or nothing at all, when there is nothing to be remembered.
-- @module moonwire.ssh_config.value
local compound = require "moonwire.ssh_config.compound"
local scalar = require "moonwire.ssh_config.scalar"

local value = {
  seconds = scalar.seconds,
  port_of = scalar.port_of,
}

-- how many words a kind may have; one where nothing is said
local MOST = {
  nothing = math.huge,
  rest = math.huge,
  jump = math.huge,
  list = math.huge,
  domains = math.huge,
  cnames = math.huge,
  opens = math.huge,
  sendenv = math.huge,
  setenv = math.huge,
  addkeys = 2,
  forward = 2,
  qos = 2,
  rekey = 2,
}

--- Read the value of an option.
-- @string kind see `moonwire.ssh_config.keyword`
-- @tparam {string,...} words of its line
-- @string option its name
-- @string rest of its line, as it is written
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] ?string what is wrong; nil: there is nothing to remember
function value.read(kind, words, option, rest)
  local read = scalar.read[kind] or compound.read[kind]
  local found, complaint = read(words, option, rest)
  if not complaint and #words > (MOST[kind] or 1) then
    return nil, "extra arguments at the end of the line"
  end
  return found, complaint
end

return value
