--- What a platform's table can have wrong although its fields are right.
-- A finding says its kind, its place in the table, and what is the matter. The lint
-- reads the table and its samples, and talks to no device.
-- @module moonwire.platform.lint
local platform = require "moonwire.platform"
local store = require "moonwire.platform.store"

local lint = {}

local PARTS = { "mode", "text", "command", "secret" }

--- Look for mistakes in a platform.
-- @tparam table value the platform
-- @treturn {table,...} findings: `kind`, `place`, `message`
function lint.check(value)
  local findings = {}
  local function add(kind, place, message)
    findings[#findings + 1] = { kind = kind, place = place, message = message }
  end
  for _, part in ipairs(PARTS) do
    require("moonwire.platform.lint." .. part).check(value, add)
  end
  return findings
end

local function of(value, message, name)
  if not value then
    local finding = { kind = "wrong table", message = message }
    return { name = name, findings = { finding } }
  end
  return { name = value.name, platform = value, findings = lint.check(value) }
end

--- Look for mistakes in a platform of a name.
-- @string name
-- @treturn table `name`, `findings`, and the `platform` where it could be loaded
function lint.named(name)
  local value, message = platform.get(name)
  return of(value, message, name)
end

--- Look for mistakes in a file that defines a platform.
-- @string path
-- @treturn table as of `named`
function lint.file(path)
  local value, message = store.load(path)
  return of(value, message, path)
end

return lint
