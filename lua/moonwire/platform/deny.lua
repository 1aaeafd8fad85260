--- Lines of configuration that destroy more than a change should: each has a name, and
-- is refused unless this name is allowed. What holds for all platforms stands here,
-- what for one in its table (`config.deny`). It is a net for slips, and no wall: who
-- wants to do harm finds other words.
-- @module moonwire.platform.deny
local danger = require "moonwire.platform.danger"

local deny = {}

-- in lower case, with single blanks
local RULES = {
  { "^no interface all$", name = "interfaces" },
  { "^default interface range ", name = "interfaces" },
  { "^no username [^ ]+$", name = "users" },
  { "^no aaa ", name = "aaa" },
  { "^no ip ssh$", name = "ssh" },
  { "^no management ssh$", name = "ssh" },
  { "^no feature ssh$", name = "ssh" },
  { "^crypto key zeroize", name = "keys" },
  { "^no router bgp", name = "routing" },
  { "^no router ospf", name = "routing" },
  { "^undo bgp", name = "routing" },
  { "^undo stelnet server enable$", name = "ssh" },
  { "^undo aaa$", name = "aaa" },
  -- where lines begin with "set": a whole branch
  { "^delete$", name = "all" },
  { "^delete /$", name = "all" },
  { "^delete interfaces?$", name = "interfaces" },
  { "^delete protocols$", name = "routing" },
  { "^delete protocols bgp$", name = "routing" },
  { "^delete system$", name = "system" },
  { "^delete system services$", name = "ssh" },
  { "^delete system services ssh$", name = "ssh" },
  { "^delete service ssh$", name = "ssh" },
  { "^delete system login", name = "users" },
  { "^delete / ?interface %*$", name = "interfaces" },
  { "^delete / system$", name = "system" },
  { "^load override", name = "all" },
  { "^rollback %d", name = "all" },
  { "^wipe", name = "all" },
}

local DANGER = "device" -- stops it, or takes its files

local function find(rules, words)
  for _, rule in ipairs(rules or {}) do
    if words:find(rule[1]) then
      return rule.name
    end
  end
end

--- What a line would destroy.
-- @tparam table platform
-- @string line
-- @treturn string|nil the name by which it is allowed, such as "interfaces"
function deny.name(platform, line)
  local words = line:lower():gsub("%s+", " "):match "^ ?(.-) ?$"
  local bare = words:gsub("^do ", ""):gsub("^run ", "")
  if danger.is_in(bare) then
    return DANGER
  end
  local config = platform.config or {}
  return find(config.deny, words) or find(RULES, words)
end

--- The first line that is not allowed.
-- @tparam table platform
-- @tparam {string,...} lines
-- @tparam[opt] table allowed true by name
-- @treturn int|nil its number
-- @treturn string its name
function deny.first(platform, lines, allowed)
  for i, line in ipairs(lines) do
    local name = deny.name(platform, line)
    if name and not (allowed and allowed[name]) then
      return i, name
    end
  end
end

return deny
