--- Answers without what differs by nature, so that those of several devices, or of one
-- device at two times, can be compared: lines with an uptime, a counter or the clock,
-- and each device's own name.
-- @module moonwire.report.mask
local platforms = require "moonwire.platform"

local NAME, VOLATILE = "<name>", "<…>"

local function replacer(name)
  if not name or name == "" then
    return function(line) return line end
  end
  local pattern = "%f[%w_]" .. name:gsub("%p", "%%%0") .. "%f[^%w_]"
  return function(line)
    return line:find(name, 1, true) and (line:gsub(pattern, NAME)) or line
  end
end

-- What stands before a value that changes stays: "<name> uptime is <…>".
local function mask_volatile(line)
  return (line:match "^%s*%S+" or "") .. " " .. VOLATILE
end

--- Mask a text.
-- @string text
-- @tparam ?table platform
-- @tparam {string,...} names of the device
-- @treturn string as many lines as before
-- @treturn boolean whether anything is left that does not differ by nature
return function(text, platform, names)
  local replace = {}
  for i, name in ipairs(names) do
    replace[i] = replacer(name)
  end
  local lines, has_rest = {}, false
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    for _, one in ipairs(replace) do
      line = one(line)
    end
    local is_volatile = platform and platforms.is_volatile(platform, line)
    lines[#lines + 1] = is_volatile and mask_volatile(line) or line
    has_rest = has_rest or not is_volatile and line:find "%S" ~= nil
  end
  return table.concat(lines, "\n"), has_rest
end
