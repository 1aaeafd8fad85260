--- Lint: patterns against what the platform itself says: banner, questions, pager,
-- prompts. Whatever is taken for something else would be answered as such.
-- @module moonwire.platform.lint.text
local platform = require "moonwire.platform"
local prepare = require "moonwire.platform.prepare"
local walk = require "moonwire.platform.lint.walk"

local text = {}

local CONFUSED = "pattern matches another text"

local function matches(rule, line)
  return line:find(rule[1]) ~= nil
end

local function each_asked(value, see)
  for i, edge in ipairs(value.edges or {}) do
    see(("edges[%d].ask"):format(i), prepare.questions(edge.ask))
  end
  for i, step in ipairs(value.preparation) do
    see(("prep[%d].ask"):format(i), step.ask)
  end
  for _, name in ipairs(walk.keys(value.actions)) do
    see(name .. ".ask", value.actions[name].ask)
  end
end

-- every list of questions that are waited for together
local function each_list(value, see)
  see("login", value.login or {})
  see("questions", value.questions or {})
  see("ssh.ask", value.ssh and value.ssh.ask or {})
  each_asked(value, see)
end

local function check_first(rules, i, place, add)
  local asked = rules[i].text
  for j = 1, i - 1 do
    if asked and matches(rules[j], asked) then
      local message = '"%s" is answered by the pattern of [%d] before it'
      add(CONFUSED, place, message:format(walk.show(asked), j))
      return
    end
  end
end

local function check_question(value, rules, i, place, add)
  local rule = rules[i]
  local asked = prepare.text_of(value, rule)
  if not asked then
    add("no text", place, "has no text: how does the device word it?")
    return
  end
  local line, previous = walk.split(asked)
  if not matches(rule, line) then
    add("pattern matches not", place, ('does not match its text "%s"'):format(asked))
  end
  local mode = platform.mode_of(value, line, previous)
  if mode then
    add(CONFUSED, "modes." .. mode,
      ('takes the question "%s" for a prompt'):format(walk.show(line)))
  end
  check_first(rules, i, place, add)
end

local function check_questions(value, add)
  each_list(value, function(place, rules)
    for i in ipairs(rules) do
      check_question(value, rules, i, ("%s[%d]"):format(place, i), add)
    end
  end)
end

local function check_pager_apart(value, add)
  local pager = value.pager
  each_list(value, function(place, rules)
    for i, rule in ipairs(rules) do
      if rule.text and walk.split(rule.text):find(pager.pattern) then
        local message = 'matches the question "%s" of %s[%d]'
        add(CONFUSED, "pager.pattern", message:format(walk.show(rule.text), place, i))
      elseif pager.text and matches(rule, pager.text) then
        add(CONFUSED, ("%s[%d]"):format(place, i), "matches the pager")
      end
    end
  end)
end

local function check_pager(value, add)
  local pager = value.pager
  if not pager then
    return
  elseif not (pager.pattern and pager.key and pager.text) then
    add("no text", "pager", "needs a pattern, a key and a text")
    return
  end
  if not pager.text:find(pager.pattern) then
    add("pattern matches not", "pager.pattern", "does not match the pager's text")
  end
  local mode = platform.mode_of(value, pager.text)
  if mode then
    add(CONFUSED, "modes." .. mode, "takes the pager for a prompt")
  end
  check_pager_apart(value, add)
end

local function check_line(value, line, what, add)
  each_list(value, function(place, rules)
    for i, rule in ipairs(rules) do
      if matches(rule, line) then
        local message = 'matches %s "%s"'
        add(CONFUSED, ("%s[%d]"):format(place, i), message:format(what, line))
      end
    end
  end)
  local pager = value.pager
  if pager and pager.pattern and line:find(pager.pattern) then
    add(CONFUSED, "pager.pattern", ('matches %s "%s"'):format(what, line))
  end
end

local function check_banner(value, add)
  if not value.banner then
    add("no text", "banner", "is missing: what may be said before the first prompt?")
  end
  for line in walk.lines(value.banner) do
    local mode = platform.mode_of(value, line)
    if mode then
      add(CONFUSED, "modes." .. mode,
        ('takes "%s" of the banner for a prompt'):format(line))
    end
    check_line(value, line, "the banner's", add)
  end
end

local function check_prompts(value, add)
  for _, name in ipairs(walk.keys(value.samples)) do
    for _, sample in ipairs(name ~= "none" and value.samples[name] or {}) do
      check_line(value, (walk.split(sample)), "the prompt", add)
    end
  end
end

local function check_detection(value, add)
  for i, rule in ipairs(value.detect or {}) do
    if rule.text and not rule.text:find(rule[2]) then
      add("pattern matches not", ("detect[%d]"):format(i), "does not match its text")
    end
  end
  local own = value.ssh and value.ssh.identification
  local banner = value.detect and value.detect.banner
  if own and banner and not ("SSH-2.0-" .. own):find(banner) then
    add("pattern matches not", "detect.banner", "does not match ssh.identification")
  end
end

--- Look at what a platform says.
-- @tparam table value the platform
-- @tparam function add takes kind, place and message of each finding
function text.check(value, add)
  check_questions(value, add)
  check_pager(value, add)
  check_banner(value, add)
  check_prompts(value, add)
  check_detection(value, add)
end

return text
