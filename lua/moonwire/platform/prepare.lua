--- What follows from a platform's table, computed once when it is loaded.
-- @module moonwire.platform.prepare
local log = require "moonwire.platform.log"
local needle = require "moonwire.platform.needle"

local prepare = {}

-- what a prompt or a question usually ends in
local USUAL_TERMINATORS = "#>$%:])?-}'\""

local function alternatives_of(mode)
  local alternatives = {}
  for i = 2, #mode do
    local alternative = mode[i]
    if type(alternative) == "string" then
      alternative = { alternative }
    end
    alternatives[#alternatives + 1] = alternative
  end
  return alternatives
end

local function modes_of(value)
  local modes = {}
  for i, mode in ipairs(value.modes) do
    modes[i] = {
      name = mode[1],
      alternatives = alternatives_of(mode),
      over = mode.over or {},
    }
  end
  return modes
end

local function privileged_of(value)
  for _, mode in ipairs(value.modes) do
    if mode[1] == "priv" then
      return "priv"
    end
  end
end

-- "sh[ow]": at least "sh", at most "show"
local function verb_of(text)
  local least, rest = text:match "^([^%[]*)%[?([^%]]*)%]?$"
  return { words = least .. rest, least = #least }
end

local function read_only_of(value)
  local verbs, patterns = {}, {}
  for _, item in ipairs(value.read_only) do
    if type(item) == "string" then
      verbs[#verbs + 1] = verb_of(item)
    else
      patterns[#patterns + 1] = item[1]
    end
  end
  return verbs, patterns
end

--- Questions as a list, however they were written.
-- @tparam table|nil ask one question, or a list of such
-- @treturn {table,...}
function prepare.questions(ask)
  if not ask then
    return {}
  end
  return type(ask[1]) == "table" and ask or { ask }
end

--- How a device words a question. What stands at an edge is often one of `questions`,
-- whose words serve for it.
-- @tparam table value the platform
-- @tparam table question
-- @treturn string|nil
function prepare.text_of(value, question)
  if question.text then
    return question.text
  end
  for _, other in ipairs(value.questions or {}) do
    if other ~= question and other.text and other.text:find(question[1]) then
      return other.text
    end
  end
end

--- A verb as a table, however it was written.
-- @tparam string|table|nil verb
-- @treturn table|nil `run` (a list of commands), `ask` (a list of questions), `mode`,
-- `done`, `unit`, `timeout`
function prepare.action(verb)
  if verb == nil then
    return nil
  elseif type(verb) == "string" then
    return { run = { verb }, ask = {} }
  end
  return {
    run = table.move(verb, 1, #verb, 1, {}),
    ask = prepare.questions(verb.ask),
    mode = verb.mode,
    done = verb.done,
    unit = verb.unit,
    timeout = verb.timeout,
    most = verb.most,
    needs = verb.needs,
  }
end

local NO_VERB = {
  enter = true, hostname = true, modes = true, candidate = true, comment = true,
  unchanged = true, own_candidate = true, expiry = true, deny = true,
}

local function actions_of(value)
  local actions = {
    logout = prepare.action(value.logout),
    paging_off = prepare.action(value.paging and value.paging.off),
    paging_on = prepare.action(value.paging and value.paging.on),
  }
  for name, verb in pairs(value.config or {}) do
    if not NO_VERB[name] then
      actions[name] = prepare.action(verb)
    end
  end
  return actions
end

local function preparation_of(value)
  local steps = {}
  for i, step in ipairs(value.prep) do
    steps[i] = type(step) == "string" and { run = step, ask = {} }
      or { run = step[1], ask = prepare.questions(step.ask), mode = step.mode }
  end
  return steps
end

local function collect_texts(value, found)
  if type(value) ~= "table" then
    return found
  elseif type(value.text) == "string" then
    found[#found + 1] = value.text
  end
  for _, inner in pairs(value) do
    collect_texts(inner, found)
  end
  return found
end

--- How the device words everything that it waits behind: questions and its pager.
-- @tparam table value
-- @treturn {string,...}
function prepare.texts(value)
  return collect_texts({
    value.login, value.questions, value.pager, value.edges, value.prep, value.logout,
    value.config, value.paging,
  }, {})
end

local function terminators_of(value)
  local all = USUAL_TERMINATORS .. (value.link.terminators or "")
  for _, text in ipairs(prepare.texts(value)) do
    local last = text:match "(%S)%s*$"
    if last and not all:find(last, 1, true) then
      all = all .. last
    end
  end
  return all
end

-- Prompts of two lines: there is a rule for the upper one.
local function has_headers(value)
  for _, mode in ipairs(value.modes_of) do
    for _, rule in ipairs(mode.alternatives) do
      if rule.prev then
        return true
      end
    end
  end
  return false
end

--- Add to a platform what follows from it.
-- @tparam table value is changed: `modes_of`, `has_headers`, `privileged`, `verbs`,
-- `read_patterns`, `preparation`, `actions`, `terminators`, `error_needles`,
-- `log_needles` and `verdicts` come to it
-- @treturn table it
function prepare.complete(value)
  value.modes_of = modes_of(value)
  value.has_headers = has_headers(value)
  value.privileged = value.privileged or privileged_of(value)
  value.verbs, value.read_patterns = read_only_of(value)
  value.preparation = preparation_of(value)
  value.actions = actions_of(value)
  value.terminators = terminators_of(value)
  value.error_needles = needle.list(value.errors or {})
  value.log_needles = log.needles(value.log or {})
  value.verdicts = {}
  return value
end

return prepare
