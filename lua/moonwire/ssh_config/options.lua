--- How the values of options come together: nearly always the first one wins, some are
-- collected.
-- @module moonwire.ssh_config.options
local pattern = require "moonwire.ssh_config.pattern"

local options = {}

local MOST_PATHS = 100 -- as ssh

local function contains(list, value)
  for _, one in ipairs(list) do
    if one == value then
      return true
    end
  end
  return false
end

local merge = {}

-- each once
local function collect(taken, option, value)
  local list = taken[option] or {}
  taken[option] = list
  if not contains(list, value) then
    list[#list + 1] = value
  end
end

merge.forward = collect

function merge.path(taken, option, value)
  collect(taken, option, value)
  if #taken[option] > MOST_PATHS then
    return ("%s: more than %d of them"):format(option, MOST_PATHS)
  end
end

-- "-NAME" takes away what was there before
function merge.sendenv(taken, option, words)
  local list = taken[option] or {}
  for _, word in ipairs(words) do
    local unwanted = word:match "^%-(.*)$"
    for i = unwanted and #list or 0, 1, -1 do
      if pattern.matches(list[i], unwanted) then
        table.remove(list, i)
      end
    end
    if not unwanted then
      list[#list + 1] = word
    end
  end
  taken[option] = list[1] and list or nil
end

local function keep_first(taken, option, value)
  if taken[option] == nil then
    local is_list = type(value) == "table"
    -- the caller may do with it what he likes
    taken[option] = is_list and table.move(value, 1, #value, 1, {}) or value
  end
end

-- ProxyCommand and ProxyJump exclude each other: the first of both wins. But after
-- "ProxyJump none" a command is taken.
function merge.jump(taken, option, hops)
  if not taken.proxycommand then
    keep_first(taken, option, hops)
  end
end

function merge.rest(taken, option, text)
  if option ~= "proxycommand" or type(taken.proxyjump) ~= "table" then
    keep_first(taken, option, text)
  end
end

--- Take a directive's value over, if it is still wanted.
-- @tparam table taken values by option so far
-- @tparam table directive `option`, `kind`, `value`
-- @treturn ?string complaint
function options.take(taken, directive)
  local join = merge[directive.kind] or keep_first
  return join(taken, directive.option, directive.value)
end

local NONE_IS_NOTHING = {
  "controlpath", "knownhostscommand", "localcommand", "pkcs11provider", "proxycommand",
  "proxyjump", "remotecommand", "revokedhostkeys", "securitykeyprovider",
}

--- Leave out what says "none".
-- @tparam table taken
function options.clear_none(taken)
  for _, option in ipairs(NONE_IS_NOTHING) do
    local value = taken[option]
    if type(value) == "string" and value:lower() == "none" then
      taken[option] = nil
    end
  end
end

return options
