--- What a twin shows to commands that only read.
-- @module moonwire.lab.twin.output
local platforms = require "moonwire.platform"

local output = {}

local PORTS = 40 -- more than a page

local function known(platform, command)
  for _, rule in ipairs(platform.detect or {}) do
    if rule[1] == command and rule.text then
      return rule.text .. "\r\n"
    end
  end
end

-- it must look like nothing that the client waits for
local function is_plain(platform, line)
  if platforms.mode_of(platform, line) then
    return false
  end
  for _, rule in ipairs(platform.errors or {}) do
    if line:find(rule[1]) then
      return false
    end
  end
  return true
end

local function ports(platform, device)
  local lines = { ("Ports of %s are:"):format(device.name) }
  for i = 1, PORTS do
    local line = ("  port 1/%-3d up      1000 full"):format(i)
    if is_plain(platform, line) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

--- The output of a command: the line by which the platform knows itself where it is
-- the command for that, and else a table of ports that is longer than a page.
-- @tparam table platform
-- @tparam Device device
-- @string command
-- @treturn string lines that end in CR LF
function output.of(platform, device, command)
  return known(platform, command) or ports(platform, device)
end

return output
