--- What is looked at before the body of a request is read: its form, whom it was meant
-- for, where it comes from, and whether the caller may. Nothing in here waits.
-- @module moonwire.serve.gate
local answer = require "moonwire.serve.answer"
local host = require "host.task"
local tokens = require "moonwire.serve.tokens"

local gate = {}

local MOST_FIELDS = 100 -- headers and query
local LONGEST_TARGET = 8 * 1024
local WRONG_TOKENS = 20 -- of one address, in so many seconds:
local WINDOW = 10
local MOST_PEERS = 1000
local LONGEST_TOKEN = 4096

local Gate = { __name = "moonwire.serve.Gate" }
Gate.__index = Gate

--- A gate.
-- @tparam table options `router`, `max_body`, `tokens` (see `moonwire.serve.tokens`;
-- nil: everybody may do everything), `hosts` (names by which this server may be called,
-- with true; nil: any), `origins` (web origins beside our own that may call, with
-- true), `scheme`
-- @treturn Gate
function gate.new(options)
  return setmetatable({ options = options, wrong = {}, peers = 0 }, Gate)
end

-- What must not be there twice: servers and proxies disagree about which one counts.
local SINGLE = {
  "host", "content-length", "transfer-encoding", "content-type", "authorization",
  "origin", "idempotency-key",
}

local function find_repeated(repeated)
  for _, name in ipairs(SINGLE) do
    if repeated[name] then
      return name
    end
  end
end

local function check_framing(headers)
  local coding, length = headers["transfer-encoding"], headers["content-length"]
  if coding and length then
    return "the length of the body is given twice"
  elseif coding and coding:lower() ~= "chunked" then
    return "the only transfer coding is chunked"
  elseif length and not length:find "^%d+$" then
    return "Content-Length is no number"
  end
end

local function check_form(head)
  if head.version ~= "HTTP/1.1" and head.version ~= "HTTP/1.0" then
    return answer.problem(400, "this server speaks HTTP/1.1")
  elseif head.fields > MOST_FIELDS then
    return answer.problem(431, "there are too many header fields")
  elseif #head.path > LONGEST_TARGET then
    return answer.problem(431, "the path is too long")
  end
  local twice = head.repeated and find_repeated(head.repeated)
  if twice then
    return answer.problem(400, "a header is there twice: " .. twice)
  elseif head.is_odd then
    return answer.problem(400, "a header or the path holds control characters")
  end
  local complaint = check_framing(head.headers)
  return complaint and answer.problem(400, complaint)
end

-- A page of another site that resolves its own name to this machine is caught by what
-- it calls us.
local function check_host(self, head)
  local name = head.headers.host
  if not name or name == "" then
    return answer.problem(400, "the Host header is missing")
  elseif not self.options.hosts or name == self.host then
    return nil
  end
  local plain = name:lower():gsub(":%d+$", "")
  if not self.options.hosts[plain] then
    return answer.problem(403, "this server has another name; --host adds one")
  end
  self.host = name -- by which it was called last, and rightly so
end

local function check_origin(self, head)
  local origin = head.headers.origin
  if not origin then
    return nil
  end
  local own = self.options.scheme .. "://" .. (head.headers.host or "")
  if origin:lower() ~= own:lower() and not self.options.origins[origin] then
    return answer.problem(403, "pages of that origin may not call; --origin allows one")
  end
end

local function count_wrong(self, peer)
  local now = host.now()
  local entry = self.wrong[peer]
  if not entry or now - entry.since > WINDOW then
    if not entry then
      self.peers = self.peers + 1
    end
    if self.peers > MOST_PEERS then
      self.wrong, self.peers = {}, 1
    end
    entry = { since = now, count = 0 }
    self.wrong[peer] = entry
  end
  entry.count = entry.count + 1
end

local function is_locked_out(self, peer)
  local entry = self.wrong[peer]
  return entry and entry.count >= WRONG_TOKENS and host.now() - entry.since <= WINDOW
end

local function caller_of(self, head)
  local given = (head.headers.authorization or ""):match "^[Bb]earer +(%S+)$"
  if given and #given <= LONGEST_TOKEN then
    return tokens.find(self.options.tokens, given)
  end
end

-- Whoever has no business with a configuration is told so by the operation itself.
local function check_scope(caller, route)
  local wanted = route.method == "GET" and "read" or "run"
  if not tokens.allows(caller.scope, wanted) then
    local detail = "this token lets its callers %s, and this is to %s"
    return answer.problem(403, detail:format(caller.scope, wanted))
  end
end

local function check_token(self, head, route)
  if not self.options.tokens or route.is_public then
    return nil
  elseif is_locked_out(self, head.peer) then
    local headers = { ["Retry-After"] = tostring(WINDOW) }
    return answer.problem(429, "there were too many wrong tokens", headers)
  end
  head.caller = caller_of(self, head)
  if head.caller then
    return check_scope(head.caller, route)
  end
  count_wrong(self, head.peer)
  local headers = { ["WWW-Authenticate"] = 'Bearer realm="moonwire"' }
  return answer.problem(401, "a token is needed: Authorization: Bearer …", headers)
end

-- Forms of other sites can send anything but JSON.
local function check_body(self, head, route)
  local headers = head.headers
  local kind = headers["content-type"] or ""
  if kind ~= "" then
    kind = kind:match("^[^;]*"):gsub("%s+$", ""):lower()
  end
  local length = tonumber(headers["content-length"] or "0")
  if length > self.options.max_body then
    local limit = self.options.max_body
    return answer.problem(413, ("a body has %d bytes at most"):format(limit))
  end
  local has_body = length > 0 or headers["transfer-encoding"] ~= nil
  head.has_body = has_body
  local is_json = kind == "application/json"
  if route.method == "POST" and not is_json and (has_body or kind ~= "") then
    return answer.problem(415, "a body is application/json")
  end
end

local function find_route(self, head)
  local route, params = self.options.router:find(head.method, head.path)
  if route then
    head.route, head.params = route, params
    return route
  elseif params then
    local detail = "this path has " .. params
    return nil, answer.problem(405, detail, { Allow = params })
  end
  return nil, answer.problem(404, "there is no such path; /docs shows which there are")
end

--- Look at a request.
-- @tparam table head as of `request:head`; it is given `route`, `params`,
-- `caller` (one of the tokens) and `has_body`
-- @treturn table|nil the answer that refuses it
function Gate:check(head)
  local refusal = check_form(head) or check_host(self, head) or check_origin(self, head)
  if refusal then
    return refusal
  end
  local route, not_found = find_route(self, head)
  if not route then
    return not_found
  end
  return check_token(self, head, route) or check_body(self, head, route)
end

return gate
