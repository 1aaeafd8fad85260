--- The description of the API, for programs and for people. The page works without a
-- network: all that it loads is served from here.
-- @module moonwire.serve.api.pages
local answer = require "moonwire.serve.answer"

local pages = {}

local POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
  .. "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
  .. "frame-ancestors 'none'"

local FOLDER = package.searchpath("moonwire.serve", package.path):match "^(.*)/[^/]*$"

-- Read when it is asked for: a page that is edited is there at the next look.
local function file_handler(name, content_type)
  return function()
    local file <close> = io.open(FOLDER .. "/page/" .. name, "rb")
    if not file then
      return answer.problem(404, "this page is not installed")
    end
    return answer.bytes(200, content_type, file:read "a", {
      ["Content-Security-Policy"] = POLICY,
    })
  end
end

local function redirect()
  return answer.bytes(308, "text/plain", "see /docs\n", { Location = "/docs" })
end

local function describe(call)
  return answer.json(200, call.service.description)
end

local function page(path, name, content_type)
  return {
    method = "GET", path = path, is_public = true, is_hidden = true,
    handler = file_handler(name, content_type),
  }
end

pages.routes = {
  page("/docs", "docs.html", "text/html; charset=utf-8"),
  page("/docs.css", "docs.css", "text/css; charset=utf-8"),
  page("/docs.js", "docs.js", "text/javascript; charset=utf-8"),
  {
    method = "GET", path = "/redoc", is_public = true, is_hidden = true,
    handler = redirect,
  },
  {
    method = "GET", path = "/openapi.json", is_public = true, is_hidden = true,
    handler = describe,
  },
}

return pages
