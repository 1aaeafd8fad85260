--- What stands for something else in a value: `%h`, `${NAME}`, `~`.
-- @module moonwire.ssh_config.token
local system = require "host.ssh_config"
local uv = require "luv"

local token = {}

local function digest(tokens)
  return system.digest(tokens.l .. tokens.h .. tokens.p .. tokens.r)
end

-- What belongs to this machine and user; asked for once per expansion, and only then.
local LOCAL = {
  ["%"] = function() return "%" end,
  C = digest,
  L = function(tokens) return (tokens.l:gsub("%..*$", "")) end,
  d = function() return token.home() end,
  i = function() return tostring(uv.getuid()) end,
  l = function() return uv.os_gethostname() end,
  u = function() return token.user() end,
}

-- Asked for once: the list of users may be on a server.
local user, home

--- The name of the user who runs this program.
-- @treturn string
function token.user()
  user = user or uv.os_get_passwd().username
  return user
end

--- The home folder of that user, which is not HOME.
-- @treturn string
function token.home()
  home = home or system.home() or ""
  return home
end

--- The tokens of a connection.
-- @tparam table given `h` (host), `n` (host as it was asked for), `p` (port), `r` (user
-- there), `k` (name of the host key)
-- @treturn table
function token.new(given)
  return setmetatable(given, {
    __index = function(self, key)
      local make = LOCAL[key]
      local made = make and make(self)
      self[key] = made
      return made
    end,
  })
end

-- a variable's own text is not looked through again
local function read_next(text, at, tokens, has_variables)
  local name, after = text:match("^%${([^}]*)}()", at)
  if name and has_variables then
    local held = os.getenv(name)
    return held, after, ("there is no variable %q in the environment"):format(name)
  elseif text:byte(at) == 37 then
    local key = text:sub(at + 1, at + 1)
    local found = key ~= "" and tokens[key]
    return found, at + 2, ("unknown token %q"):format("%" .. key)
  elseif has_variables and text:find("^%${", at) then
    return nil, at, "a variable's name has no }"
  end
  return text:sub(at, at), at + 1
end

--- Put in what the tokens stand for.
-- @string text
-- @tparam table tokens
-- @tparam[opt] boolean has_variables whether `${NAME}` is one as well
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string complaint
function token.expand(text, tokens, has_variables)
  local parts, at = {}, 1
  while at <= #text do
    local plain, after = text:match("^([^%%$]+)()", at)
    local complaint
    if not plain then
      plain, after, complaint = read_next(text, at, tokens, has_variables)
    end
    if not plain then
      return nil, complaint
    end
    parts[#parts + 1] = plain
    at = after
  end
  return table.concat(parts)
end

--- A path with its `~`, tokens and variables put in.
-- @string path
-- @tparam table tokens
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string complaint
function token.expand_path(path, tokens)
  local name, rest = path:match "^~([^/]*)/*(.*)$"
  if name then
    local folder = name == "" and token.home() or system.home(name)
    if not folder then
      return nil, ("there is no user %q"):format(name)
    end
    path = folder:gsub("/*$", "/") .. rest
  end
  return token.expand(path, tokens, true)
end

return token
