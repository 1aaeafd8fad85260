--- Answers to HTTP requests: a status, headers and a body. What went wrong is a problem
-- document (RFC 9457). No text from a device is ever markup in here.
-- @module moonwire.serve.answer
local json = require "moonwire.report.json"

local answer = {}

local REASONS = {
  [400] = "Bad Request",
  [401] = "Unauthorized",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [408] = "Request Timeout",
  [409] = "Conflict",
  [413] = "Content Too Large",
  [415] = "Unsupported Media Type",
  [422] = "Unprocessable Content",
  [429] = "Too Many Requests",
  [431] = "Request Header Fields Too Large",
  [500] = "Internal Server Error",
  [503] = "Service Unavailable",
}

--- What a status is called.
-- @int status
-- @treturn string
function answer.reason(status)
  return REASONS[status]
end

--- Any body.
-- @int status
-- @string content_type
-- @string body
-- @tparam[opt] table headers more of them, strings by name
-- @treturn table answer: `status`, `headers`, `body`
function answer.bytes(status, content_type, body, headers)
  local all = {
    ["Content-Type"] = content_type,
    ["X-Content-Type-Options"] = "nosniff",
    ["Cache-Control"] = "no-store",
    ["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'",
    ["Referrer-Policy"] = "no-referrer",
  }
  for name, value in pairs(headers or {}) do
    all[name] = value
  end
  return { status = status, headers = all, body = body }
end

--- A value as JSON.
-- @int status
-- @param value
-- @tparam[opt] table headers
-- @treturn table answer
function answer.json(status, value, headers)
  return answer.bytes(status, "application/json", json.encode(value, true), headers)
end

--- Something that went wrong.
-- @int status
-- @string detail a sentence for the caller, with no secret in it
-- @tparam[opt] table headers
-- @tparam[opt] {table,...} errors `field` (a path such as "devices[0].port") and
-- `message`
-- @treturn table answer
function answer.problem(status, detail, headers, errors)
  local document = {
    type = "about:blank",
    title = REASONS[status],
    status = status,
    detail = detail,
    errors = errors,
  }
  local body = json.encode(document, true)
  return answer.bytes(status, "application/problem+json", body, headers)
end

return answer
