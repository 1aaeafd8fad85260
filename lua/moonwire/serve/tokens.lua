--- The tokens that callers show, and what each lets them do: read; run, which is also
-- to begin and to cancel runs; push, which is also to change configurations.
-- @module moonwire.serve.tokens
local secret = require "host.secret"

local tokens = {}

local RANKS = { read = 1, run = 2, push = 3 }
local SHORTEST = 16

--- Whether a scope is enough for what wants another.
-- @string scope "read", "run" or "push"
-- @string wanted
-- @treturn boolean
function tokens.allows(scope, wanted)
  return RANKS[scope] >= RANKS[wanted]
end

--- The token of a server that has one for all who call.
-- @tparam secret token
-- @treturn {table,...} as of `read`
function tokens.single(token)
  return { { scope = "push", token = token } }
end

local function complaint_of(name, scope, token, names)
  if not token then
    return "write NAME SCOPE TOKEN"
  elseif not name:find "^[%w_.-]+$" then
    return "a name has letters, digits and -_."
  elseif not RANKS[scope] then
    return "the scope is read, run or push"
  elseif #token < SHORTEST then
    return ("the token is shorter than %d characters"):format(SHORTEST)
  elseif names[name] then
    return "there are two of that name"
  end
end

-- No message shows a token.
local function read_lines(file, path)
  local list, names, number = {}, {}, 0
  for line in file:lines() do
    number = number + 1
    if line:find "%S" and not line:find "^%s*#" then
      local name, scope, token = line:match "^%s*(%S+)%s+(%S+)%s+(%S+)%s*$"
      local complaint = complaint_of(name, scope, token, names)
      if complaint then
        return nil, ("%s:%d: %s"):format(path, number, complaint)
      end
      names[name] = true
      list[#list + 1] = {
        name = name, scope = scope, token = secret.from_string(token),
      }
    end
  end
  if #list == 0 then
    return nil, path .. ": there is no token in it"
  end
  return list
end

--- Read a file that only its owner may read: one token, which lets its callers do all,
-- or lines of NAME SCOPE TOKEN; "#" begins a comment.
-- @string path
-- @treturn[1] {table,...} each with `name` (nil for a single one), `scope`, `token`
-- @return[2] nil
-- @treturn[2] string message, with no token in it
function tokens.read(path)
  local first, message = secret.from_file(path)
  if not first then
    return nil, message
  end
  local file <close>, why = io.open(path, "rb")
  if not file then
    return nil, why
  end
  if not file:read "l":find "%S[ \t]+%S" and not file:read "l" then
    return tokens.single(first)
  end
  file:seek "set"
  return read_lines(file, path)
end

--- Whose token that is. All are compared, each in constant time.
-- @tparam {table,...} list as of `read`
-- @string text
-- @treturn ?table one of them
function tokens.find(list, text)
  local given, found = secret.from_string(text), nil
  for _, one in ipairs(list) do
    found = secret.equal(given, one.token) and one or found
  end
  return found
end

return tokens
