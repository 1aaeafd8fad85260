--- A platform in words, for people.
-- @module moonwire.platform.describe
local ending = require "moonwire.parse.ending"
local guarantee = require "moonwire.platform.guarantee"
local platform = require "moonwire.platform"
local prepare = require "moonwire.platform.prepare"

local describe = {}

local STATUS = {
  proved = "proved against a real system",
  lab = "proved against the lab's simulated device, not a real one",
  documents = "written from documents, and not proved yet",
}

local function quoted(text)
  return (('"%s"'):format(text):gsub("\n", "\\n"):gsub("%c", function(control)
    return ("\\%d"):format(control:byte())
  end))
end

local function quoted_list(list)
  local words = {}
  for i, text in ipairs(list) do
    words[i] = quoted(text)
  end
  return table.concat(words, ", ")
end

local function answer_to(rule)
  if rule.danger then
    return "only when confirmed"
  elseif rule.secret then
    return "the device's " .. (rule.secret == "enable" and "secret" or rule.secret)
  elseif rule.key then
    return "key " .. quoted(rule.key)
  elseif rule.say == "" then
    return "Enter"
  end
  return rule.say and quoted(rule.say) or "never by itself"
end

local function add_questions(add, value, label, rules, indent)
  for _, rule in ipairs(rules or {}) do
    local text = prepare.text_of(value, rule)
    local asked = text and ending.line(text) or rule[1]
    add(label, ("%s%s: %s"):format(indent or "", quoted(asked), answer_to(rule)))
    label = ""
  end
end

local function origin_of(value)
  if not value.file then
    return "built in"
  end
  return value.file .. (value.hides and ", instead of the built-in one" or "")
end

local function add_head(add, value)
  add("status", STATUS[value.status])
  add("from", origin_of(value))
  if value.like then
    add("like", value.like)
  end
  if value.aliases and value.aliases[1] then
    add("aliases", table.concat(value.aliases, ", "))
  end
end

-- a name may stand there twice, with another pattern
local function mode_names(value)
  local names, seen = {}, {}
  for _, mode in ipairs(value.modes_of) do
    if not seen[mode.name] then
      seen[mode.name] = true
      names[#names + 1] = mode.name
    end
  end
  return names
end

local function add_modes(add, value)
  local label = "modes"
  for _, name in ipairs(mode_names(value)) do
    local sample = (value.samples[name] or {})[1]
    add(label, ("%-15s%s"):format(name, sample and quoted(sample) or ""))
    label = ""
  end
  add("starts in", table.concat(value.start or {}, " or "))
  label = "ways"
  for _, edge in ipairs(value.edges or {}) do
    add(label, ("%s to %s: %s"):format(edge[1], edge[2], edge.run))
    add_questions(add, value, "", platform.questions_of(edge), "  asked ")
    label = ""
  end
end

local function add_session(add, value)
  local label = "prepares"
  for _, step in ipairs(value.preparation) do
    add(label, step.run .. (step.mode and (" (in %s)"):format(step.mode) or ""))
    label = ""
  end
  if value.pager and value.pager.text then
    add("pager", quoted(value.pager.text))
  end
  local proof = value.sentinel == "comment" and "a comment, " .. quoted(value.comment)
    or value.sentinel == "double_prompt" and "a second prompt"
  add("ends by", proof or nil)
end

local VERBS = {
  "show", "startup", "session", "revert", "snapshot", "diff", "check", "commit",
  "confirmed", "confirm", "discard", "rollback", "save", "checksum", "logout",
}

local function add_verbs(add, value)
  for _, name in ipairs(VERBS) do
    local action = platform.action(value, name)
    if action then
      local unit = action.unit and (" (%s)"):format(action.unit) or ""
      add(name, table.concat(action.run, "; ") .. unit)
    end
  end
end

local function add_guarantee(add, value)
  add("change", guarantee.text(value))
end

local function verbs_of(value)
  local words = {}
  for _, verb in ipairs(value.verbs) do
    words[#words + 1] = verb.words
  end
  return words
end

local function add_files(add, value)
  local rules = value.files
  if rules then
    local by = rules.method or "sftp or scp"
    add("files", rules.alone and by .. ", over a connection of its own" or by)
    add("free space", rules.free and rules.free[1] or nil)
  end
end

local function add_lists(add, value)
  add("only reads", quoted_list(verbs_of(value)))
  add_questions(add, value, "asked first", value.login)
  add_questions(add, value, "may ask", value.questions)
end

local function add_hooks(add, value)
  local names = {}
  for name in pairs(value.hooks or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  if names[1] then
    add("code", table.concat(names, ", "))
  end
end

local PARTS = {
  add_head, add_modes, add_session, add_verbs, add_guarantee, add_files, add_lists,
  add_hooks,
}

--- Everything that is worth knowing about a platform.
-- @tparam table value the platform
-- @treturn string lines that end in LF
function describe.text(value)
  local title = value.title and ": " .. value.title or ""
  local lines = { value.name .. title }
  local function add(label, text)
    if text and text ~= "" then
      lines[#lines + 1] = ("  %-12s%s"):format(label, text):gsub("%s+$", "")
    end
  end
  for _, part in ipairs(PARTS) do
    part(add, value)
  end
  return table.concat(lines, "\n") .. "\n"
end

--- What a list of platforms says of one.
-- @tparam table value the platform
-- @treturn table `name`, `title`, `status`, `family`, `aliases`, `modes`, `file`
function describe.row(value)
  return {
    name = value.name,
    title = value.title,
    status = value.status,
    family = value.family,
    aliases = value.aliases,
    modes = mode_names(value),
    file = value.file,
  }
end

return describe
