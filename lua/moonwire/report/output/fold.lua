--- Results folded: answers that are equal are shown once, with the devices that gave
-- them as a node set; of the others, what differs from what most devices say. Lines
-- that differ by nature, such as an uptime, and each device's own name do not count.
-- @module moonwire.report.output.fold
local difference = require "moonwire.report.difference"
local digests = require "host.digest"
local escape = require "moonwire.report.escape"
local mask = require "moonwire.report.mask"
local nodeset = require "moonwire.inventory.nodeset"
local platforms = require "moonwire.platform"
local summary = require "moonwire.report.summary"

local fold = {}

local Fold = { __name = "moonwire.output.Fold" }
Fold.__index = Fold

--- See `moonwire.report.output`.
-- @tparam table options `write`, `platform_of` (function of a result)
-- @treturn Fold
function fold.new(options)
  return setmetatable({
    write = options.write,
    platform_of = options.platform_of,
    groups = {}, -- in the order in which they came
    by_key = {},
  }, Fold)
end

local function names_of(result, platform)
  local prompt = result.output and result.output[1] and result.output[1].prompt
  local host = platform and prompt and platforms.host_of(platform, prompt)
  return { host or result.device, result.device }
end

local function text_of(self, result)
  if not result.ok then
    local cause = summary.cause(result)
    return (mask(cause, nil, { result.device })) .. "\n"
  end
  local platform = self.platform_of(result)
  local names, parts = names_of(result, platform), {}
  local answers = result.output or {}
  for _, answer in ipairs(answers) do
    if #answers > 1 then
      parts[#parts + 1] = ("-- %s\n"):format(answer.command)
    end
    parts[#parts + 1] = (mask(answer.output or "", platform, names)) .. "\n"
  end
  return table.concat(parts)
end

--- Take a result.
-- @tparam table result
function Fold:result(result)
  local text = text_of(self, result)
  local key = (result.ok and "ok " or "failed ")
    .. digests.new("sha256"):update(text):hex()
  local group = self.by_key[key]
  if not group then
    group = { names = {}, text = text, ok = result.ok, number = #self.groups + 1 }
    self.by_key[key], self.groups[#self.groups + 1] = group, group
  end
  table.insert(group.names, result.device)
end

local function is_before(a, b)
  if a.ok ~= b.ok then
    return a.ok
  elseif #a.names ~= #b.names then
    return #a.names > #b.names
  end
  return a.names[1] < b.names[1]
end

local function count_lines(text)
  return select(2, text:gsub("\n", ""))
end

-- Against what most say, where that is shorter than all of it.
local function body_of(group, most)
  if not group.ok or group == most then
    return group.text
  end
  local text = difference.text(most.text, group.text)
  return count_lines(text) < count_lines(group.text) and text or group.text
end

--- All have come.
function Fold:finish()
  for _, group in ipairs(self.groups) do
    table.sort(group.names)
  end
  table.sort(self.groups, is_before)
  for _, group in ipairs(self.groups) do
    local head = ("== %s (%d)%s\n"):format(escape.line(nodeset.fold(group.names)),
      #group.names, group.ok and "" or "  failed")
    self.write(head .. escape.text(body_of(group, self.groups[1])) .. "\n")
  end
end

return fold
