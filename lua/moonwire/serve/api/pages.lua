--- Pages for people: the dashboard, and the description of the API, which programs get
-- as well. They work without a network: all that they load is served from here.
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

local TYPES = {
  html = "text/html; charset=utf-8",
  css = "text/css; charset=utf-8",
  mjs = "text/javascript; charset=utf-8",
  svg = "image/svg+xml",
}

local function page(path, name)
  return {
    method = "GET", path = path, is_public = true, is_hidden = true,
    handler = file_handler(name, TYPES[name:match "%.(%w+)$"]),
  }
end

-- What the two pages load.
local PARTS = {
  "base.css", "dash.css", "docs.css", "icon.svg", "api.mjs", "causes.mjs", "docs.mjs",
  "dom.mjs", "form.mjs", "history.mjs", "live.mjs", "main.mjs", "modes.mjs",
  "table.mjs", "timeline.mjs", "transcript.mjs", "view.mjs", "words.mjs",
}

pages.routes = {
  page("/", "index.html"),
  page("/docs", "docs.html"),
  {
    method = "GET", path = "/redoc", is_public = true, is_hidden = true,
    handler = redirect,
  },
  {
    method = "GET", path = "/openapi.json", is_public = true, is_hidden = true,
    handler = describe,
  },
}

for _, name in ipairs(PARTS) do
  table.insert(pages.routes, page("/page/" .. name, name))
end

return pages
