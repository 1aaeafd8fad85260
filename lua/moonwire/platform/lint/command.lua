--- Lint: commands that are misspelled, patterns where a command stands and the reverse,
-- verbs that contradict each other, and how the end of an answer is proved.
-- @module moonwire.platform.lint.command
local prepare = require "moonwire.platform.prepare"
local spelling = require "moonwire.platform.spelling"
local walk = require "moonwire.platform.lint.walk"

local command = {}

-- words of commands that many platforms share
local WORDS = {
  "candidate", "commit", "compare", "config", "configuration", "configure", "console",
  "current-configuration", "disable", "discard", "display", "enable", "environment",
  "exclusive", "execute", "expert", "export", "length", "logout", "memory", "pager",
  "paging", "private", "return", "rollback", "running", "running-config",
  "running-configuration", "screen-length", "screen-width", "session", "startup",
  "startup-config", "startup-configuration", "system", "system-view", "temporary",
  "terminal", "width", "write",
}

local KNOWN = {}
for _, word in ipairs(WORDS) do
  KNOWN[word] = true
end

local function check_word(word, place, add)
  if #word < 5 or KNOWN[word] then
    return
  end
  local meant = spelling.nearest(word, WORDS, #word >= 8 and 2 or 1)
  -- a word and its plural or beginning are both words
  if meant and word:sub(1, 5) ~= meant:sub(1, 5) then
    add("misspelled command", place, ("'%s': is '%s' meant?"):format(word, meant))
  end
end

-- what the session fills in: a name, a number, a number of two digits
local function without_gaps(text)
  return (text .. " "):gsub("%%s([^*+%-])", "%1"):gsub("%%%d*d([^*+%-])", "%1")
end

local function check_command(text, place, has_gaps, add)
  for word in text:gmatch "[%a][%a%-]+" do
    check_word(word, place, add)
  end
  local escape = (has_gaps and without_gaps(text) or text):match "%%."
  if escape then
    add("pattern for a literal", place,
      ("'%s' is a command, but has '%s' of a pattern"):format(text, escape))
  elseif text:find "[\r\n]" then
    add("pattern for a literal", place, "a command is one line")
  end
end

local function each_command(value, see)
  for i, edge in ipairs(value.edges or {}) do
    see(("edges[%d].run"):format(i), edge.run)
  end
  for i, step in ipairs(value.preparation) do
    see(("prep[%d]"):format(i), step.run)
  end
  for _, name in ipairs(walk.keys(value.actions)) do
    for _, run in ipairs(value.actions[name].run) do
      see(name, run, true)
    end
  end
  if value.width then
    see("width", value.width, true)
  end
end

local function each_answer(value, see)
  walk.strings(value, { "login", "questions", "edges" }, function(place, text)
    if place:find "%.say$" or place:find "%.text$" then
      see(place, text)
    end
  end)
end

local function check_commands(value, add)
  each_command(value, function(place, text, has_gaps)
    check_command(text, place, has_gaps, add)
  end)
  each_answer(value, function(place, text)
    if text:find "%%[%[%]%(%)%.%?%-%+%*]" or text:find "%[Yy%]" then
      add("pattern for a literal", place, ("'%s' is no pattern here"):format(text))
    end
  end)
end

-- A set that spells a word, such as [confirm], matches any one of its letters.
local function spells_word(text)
  for set in text:gsub("%%.", ""):gmatch "%[([%l/ ]+)%]" do
    if #set >= 3 then
      return set
    end
  end
end

local function has_capture(text)
  local plain = text:gsub("%%.", ""):gsub("%[.-%]", "")
  return plain:find("(", 1, true) ~= nil
end

-- In a pattern, "user-name" is "use", any number of "r", "name".
local function has_bare_hyphen(text)
  local plain = text:gsub("%%.", " "):gsub("%[.-%]", " ")
  return plain:match "%a%-%a+"
end

-- what stands at the end goes on to the end of the line, and never goes back
local function count_wild(text)
  local plain = text:gsub("%%%%", ""):gsub("%.[%-*+]%$?$", "")
  local _, count = plain:gsub("%.[%-*+]", "")
  return count
end

local function check_pattern(text, place, add)
  local set, hyphen = spells_word(text), has_bare_hyphen(text)
  if set then
    local message = "'[%s]' is any one of these letters; %%[%s%%] is meant?"
    add("literal for a pattern", place, message:format(set, set))
  end
  if hyphen then
    local message = "'%s': a '-' behind a letter repeats it; %%- is meant?"
    add("literal for a pattern", place, message:format(hyphen))
  end
  local most = text:find "^%^" and 2 or 1
  if count_wild(text) > most then
    add("costly pattern", place, ("'%s' can take very long"):format(text))
  end
end

-- fields with patterns; a capture has a meaning only in those of the second list
local PLAIN = { "login", "modes", "questions", "errors", "log", "volatile" }
local CAPTURING = { "scrub", "push" }
local NO_PATTERN = { say = true, key = true, secret = true, text = true, class = true }

local function each_pattern(value, fields, see)
  walk.strings(value, fields, function(place, text)
    local is_name = place:find "^modes%[%d+%]%[1%]$" or place:find "%.over%["
    if not (NO_PATTERN[place:match "%.([%a_]+)$"] or is_name) then
      see(place, text)
    end
  end)
end

local function check_plain(value, add)
  local function see(place, text)
    check_pattern(text, place, add)
    if has_capture(text) then
      local message = "'%s': a parenthesis captures; %%( is meant?"
      add("literal for a pattern", place, message:format(text))
    end
  end
  each_pattern(value, PLAIN, see)
  if value.pager and value.pager.pattern then
    see("pager.pattern", value.pager.pattern)
  end
  for i, edge in ipairs(value.edges or {}) do
    for _, rule in ipairs(prepare.questions(edge.ask)) do
      see(("edges[%d].ask"):format(i), rule[1])
    end
  end
end

local function check_patterns(value, add)
  check_plain(value, add)
  each_pattern(value, CAPTURING, function(place, text)
    check_pattern(text, place, add)
  end)
end

-- "sh[ow]" can be typed as "sh" or as "show"
local function check_verb(verb, harmful, place, add)
  for word in verb.words:gmatch "%S+" do
    for _, beginning in ipairs(harmful) do
      if word:sub(1, #beginning) == beginning then
        local message = "'%s' only reads, but begins like the harmful '%s'"
        add("harmful verb", place, message:format(verb.words, beginning))
      end
    end
  end
end

local function check_verbs(value, add)
  for i, verb in ipairs(value.verbs) do
    check_verb(verb, value.harmful or {}, ("read_only[%d]"):format(i), add)
  end
  for i, rule in ipairs(value.questions or {}) do
    if rule.danger and rule.key then
      add("harmful verb", ("questions[%d]"):format(i),
        "is dangerous, but answered by one key that says nothing")
    end
  end
end

local function check_sentinel(value, add)
  if not value.sentinel then
    add("no sentinel", "sentinel",
      "is missing: how is the end of an answer proved, by comment or double_prompt?")
  elseif value.sentinel == "comment" and (value.comment or "") == "" then
    add("no sentinel", "comment", "is missing: with what does a comment begin?")
  end
end

local function check_paging(value, add)
  local off = value.actions.paging_off
  if not off or value.hooks and value.hooks.arrive then
    return
  end
  for _, step in ipairs(value.preparation) do
    if step.run == off.run[1] then
      return
    end
  end
  add("no paging", "prep", ("'%s' of paging.off is not in it"):format(off.run[1]))
end

local function check_numbers(value, add)
  if value.width and not value.width:find("%d", 1, true) then
    add("no number", "width", "needs %d for the number of columns")
  end
  for _, name in ipairs { "confirmed", "revert" } do
    local action = value.actions[name]
    if action and not (action.unit and action.run[1]:find "%%%d*d") then
      add("no number", "config." .. name, "needs %d, and the unit of that number")
    end
  end
end

--- Look at the commands and patterns of a platform.
-- @tparam table value the platform
-- @tparam function add takes kind, place and message of each finding
function command.check(value, add)
  check_commands(value, add)
  check_patterns(value, add)
  check_verbs(value, add)
  check_sentinel(value, add)
  check_paging(value, add)
  check_numbers(value, add)
end

return command
