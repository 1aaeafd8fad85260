--- Pages for people: the dashboard, and the description of the API, which programs get
-- as well. They work without a network: all that they load is served from here.
-- @module moonwire.serve.api.pages
local answer = require "moonwire.serve.answer"
local lfs = require "lfs"
local uv = require "luv"

local pages = {}

local POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
  .. "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
  .. "frame-ancestors 'none'"

-- Swagger UI has its pictures in its style.
local SWAGGER_POLICY = (POLICY:gsub("img%-src 'self'", "%0 data:"))

local FOLDER = package.searchpath("moonwire.serve", package.path):match "^(.*)/[^/]*$"

-- Where `make docs-ui` puts Swagger UI, and where `make install` does.
local SWAGGER_FOLDERS = {
  uv.exepath():match "^(.*)/" .. "/docs-ui/",
  FOLDER .. "/../../../docs-ui/",
}

local function swagger_path(name)
  for _, folder in ipairs(SWAGGER_FOLDERS) do
    if lfs.attributes(folder .. name, "mode") == "file" then
      return folder .. name
    end
  end
end

-- Read when it is asked for: a page that is edited is there at the next look.
local function file_answer(path, content_type, policy)
  local file <close> = path and io.open(path, "rb")
  if not file then
    return answer.problem(404, "this page is not installed")
  end
  return answer.bytes(200, content_type, file:read "a", {
    ["Content-Security-Policy"] = policy or POLICY,
  })
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
  js = "text/javascript; charset=utf-8",
  svg = "image/svg+xml",
}

local function hidden(path, handler)
  return {
    method = "GET", path = path, is_public = true, is_hidden = true, handler = handler,
  }
end

local function page(path, name)
  return hidden(path, function()
    return file_answer(FOLDER .. "/page/" .. name, TYPES[name:match "%.(%w+)$"])
  end)
end

-- A file of Swagger UI.
local function swagger(name)
  return hidden("/docs-ui/" .. name, function()
    return file_answer(swagger_path(name), TYPES[name:match "%.(%w+)$"])
  end)
end

local BUNDLE = "swagger-ui-bundle.js"

local function documentation()
  if swagger_path(BUNDLE) then
    return file_answer(FOLDER .. "/page/swagger.html", TYPES.html, SWAGGER_POLICY)
  end
  return file_answer(FOLDER .. "/page/docs.html", TYPES.html)
end

-- What the two pages load.
local PARTS = {
  "base.css", "dash.css", "docs.css", "icon.svg", "api.mjs", "causes.mjs", "docs.mjs",
  "dom.mjs", "form.mjs", "guards.mjs", "history.mjs", "live.mjs", "main.mjs",
  "modes.mjs", "plan.mjs", "swagger.mjs", "table.mjs", "timeline.mjs",
  "transcript.mjs", "view.mjs", "words.mjs",
}

pages.routes = {
  page("/", "index.html"),
  hidden("/docs", documentation),
  page("/docs/plain", "docs.html"),
  swagger(BUNDLE),
  swagger "swagger-ui.css",
  hidden("/redoc", redirect),
  hidden("/openapi.json", describe),
}

for _, name in ipairs(PARTS) do
  table.insert(pages.routes, page("/page/" .. name, name))
end

return pages
