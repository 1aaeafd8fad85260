--- Where a server listens and for whom: the address, the names and origins by which it
-- may be called, and what it will not do without a token and TLS.
-- @module moonwire.serve.door
local gate = require "moonwire.serve.gate"
local set = require "moonwire.set"

local door = {}

local MAX_BODY = 8 << 20
local MOST_OF_PEER = 64 -- connections of one address beyond this machine

-- an address as it stands in a URL
local function bracketed(address)
  return address:find(":", 1, true) and "[" .. address .. "]" or address
end

--- Whether an address is this machine only.
-- @string address
-- @treturn boolean
function door.is_loopback(address)
  return address == "::1" or address:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

--- Why a server will not listen there; nil when it will.
-- @tparam table options as for `serve.run`
-- @treturn ?string
function door.complaint(options)
  if not door.is_loopback(options.address) and not options.tokens then
    return "beyond this machine it wants a token: --token-file FILE"
  elseif not door.is_loopback(options.address) and not options.certificate
    and not options.allow_plain then
    return "beyond this machine it wants TLS: --certificate and --key, or --plain "
      .. "where something in front of it does that"
  end
end

local function names_of(options)
  if not door.is_loopback(options.address) and not next(options.hosts or {}) then
    return nil -- the token says who may call; the name could be any
  end
  local names = { localhost = true, ["127.0.0.1"] = true, ["[::1]"] = true }
  names[bracketed(options.address)] = true
  for _, name in ipairs(options.hosts or {}) do
    names[name:lower()] = true
  end
  return names
end

--- The gate that a server's requests go through.
-- @tparam table options as for `serve.run`
-- @param router
-- @treturn Gate
function door.new_gate(options, router)
  return gate.new {
    router = router,
    max_body = options.max_body or MAX_BODY,
    tokens = options.tokens,
    hosts = names_of(options),
    origins = set.of(options.origins or {}),
    scheme = options.certificate and "https" or "http",
  }
end

--- Listen.
-- @tparam table options as for `serve.run`
-- @tparam function admit see `host.http`
-- @return a listener of `host.http`; or nil, message, kind
function door.listen(options, admit)
  return require("host.http").listen {
    address = options.address,
    port = options.port,
    certificate = options.certificate,
    key = options.key,
    max_body = options.max_body or MAX_BODY,
    max_connections = options.max_connections,
    max_per_peer = not door.is_loopback(options.address) and MOST_OF_PEER or nil,
    head_time = options.head_time,
    body_time = options.body_time,
    admit = admit,
  }
end

--- The address to call it by.
-- @tparam table options as for `serve.run`
-- @int port
-- @treturn string such as "http://127.0.0.1:8000"
function door.url(options, port)
  local scheme = options.certificate and "https" or "http"
  return ("%s://%s:%d"):format(scheme, bracketed(options.address), port)
end

return door
