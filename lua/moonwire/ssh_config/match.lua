--- The conditions of a Match line.
-- @module moonwire.ssh_config.match
local line = require "moonwire.ssh_config.line"
local pattern = require "moonwire.ssh_config.pattern"
local token = require "moonwire.ssh_config.token"

local match = {}

local HAS_NO_ARGUMENT = { canonical = true, final = true }
local HAS_ARGUMENT = {
  exec = true, host = true, localuser = true, originalhost = true, user = true,
}

-- nil: there is none; what is left then is nothing, or superfluous
local function next_word(rest)
  if not rest then
    return nil
  end
  local word, after = line.delimit(rest)
  if word and word:byte() == 35 then
    return nil
  end
  return word ~= "" and word or nil, after
end

-- It ends the line, and at most one condition may stand before it.
local function read_all(criteria, is_negated, rest)
  local word, after = next_word(rest)
  if #criteria > 1 or word then
    return nil, '"all" cannot be combined with other conditions'
  end
  criteria[#criteria + 1] = { name = "all", is_negated = is_negated }
  return after or ""
end

local function read_one(criteria, word, rest)
  local negation, spelling = word:match "^(!?)(.*)$"
  local name, is_negated = spelling:lower(), negation ~= ""
  if name == "all" then
    return read_all(criteria, is_negated, rest)
  end
  local argument
  if HAS_ARGUMENT[name] then
    argument, rest = next_word(rest)
    if not argument then
      return nil, name .. " lacks its argument"
    end
  elseif not HAS_NO_ARGUMENT[name] then
    return nil, ("unknown condition %q"):format(spelling)
  end
  criteria[#criteria + 1] = {
    name = name, argument = argument, is_negated = is_negated,
  }
  return rest or ""
end

local function fits_host(text, criterion)
  return pattern.matches_list(text:lower(), criterion.argument:lower())
end

--- Read the rest of a Match line.
-- @string text
-- @treturn[1] {table,...} criteria: `name`, `argument`, `is_negated`
-- @return[2] nil
-- @treturn[2] string complaint
function match.read(text)
  local criteria = {}
  local word, rest = next_word(text)
  while word do
    local complaint
    rest, complaint = read_one(criteria, word, rest)
    if not rest then
      return nil, complaint
    end
    word, rest = next_word(rest)
  end
  if rest and rest ~= "" then
    return nil, "extra arguments at the end of the line"
  elseif #criteria == 0 then
    return nil, "needs a condition"
  end
  return criteria
end

local fits = {}

function fits.all()
  return true
end

function fits.final(state)
  return state.is_final
end

fits.canonical = fits.final

function fits.host(state, criterion)
  return fits_host(state.host, criterion)
end

function fits.originalhost(state, criterion)
  return fits_host(state.original, criterion)
end

function fits.user(state, criterion)
  return pattern.matches_list(state.user, criterion.argument)
end

function fits.localuser(state, criterion)
  return pattern.matches_list(state.local_user, criterion.argument)
end

function fits.exec(state, criterion)
  local command, complaint = token.expand(criterion.argument, token.new {
    h = state.host,
    k = state.alias or state.host,
    n = state.original,
    p = tostring(state.port),
    r = state.user,
  })
  if not command then
    return nil, complaint, "invalid"
  end
  return state.run(command)
end

--- Whether all criteria are fulfilled; a command runs only when those before it are.
-- @tparam {table,...} criteria
-- @tparam table state of the lookup: `host` (with HostName applied), `original`,
-- `user`, `port`, `alias` (of the host key), `local_user`, `is_final`; `run(command)`
-- tells whether a command succeeds, and may wait
-- @treturn[1] boolean
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function match.fits(criteria, state)
  for _, criterion in ipairs(criteria) do
    local is_so, message, kind = fits[criterion.name](state, criterion)
    if message then
      return nil, message, kind
    elseif is_so == criterion.is_negated then
      return false
    end
  end
  return true
end

return match
