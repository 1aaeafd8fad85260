--- What a twin says to a question mark and to TAB, in the manner of its family: the
-- words of `moonwire.lab.twin.vocabulary`, never run.
-- Sources: the command references of the vendors, on how their lines are edited; (K):
-- as far as known, to be proved.
-- @module moonwire.lab.twin.help
local grammar = require "moonwire.lab.grammar"
local management = require "moonwire.lab.management"
local platforms = require "moonwire.platform"
local vocabulary = require "moonwire.lab.twin.vocabulary"
local wording = require "moonwire.lab.twin.wording"

local help = {}

-- `head`: a line above; `width`: of the words, at least; `enter`: the row of a line
-- that may be entered as it is; `sign`: between a word and its help; `is_bare`: words
-- that one may become stand without help, with "line" side by side; `after`: below;
-- `is_painted`: TAB writes over the line, and lists where there is a choice; `places`:
-- what arguments are called
local BARE = { enter = { "<cr>" }, is_bare = "line", after = "\r\n" }
local LISTED = { enter = { "<cr>" } }
local COMPLETIONS = { head = "Possible completions:\r\n", is_painted = true }

local function manner(base, own)
  return setmetatable(own, { __index = base })
end

local VENDOR_PLACES = {
  WORD = "STRING", LINE = "TEXT", ["A.B.C.D"] = "X.X.X.X", number = "INTEGER%s",
}
local JUNOS_PLACES = { WORD = "<value>", LINE = "<value>", ["A.B.C.D"] = "<address>" }

local BY_FAMILY = {
  ["ios-like"] = BARE,
  ["comware-like"] = manner(LISTED, { is_bare = "rows", places = VENDOR_PLACES }),
  junos = manner(COMPLETIONS, {
    width = 19, enter = { "<[Enter]>", "Execute this command" }, places = JUNOS_PLACES,
  }),
  vyatta = manner(COMPLETIONS, {
    width = 13, enter = { "<Enter>", "Execute the current command" },
    places = { WORD = "<text>", LINE = "<text>", ["A.B.C.D"] = "<x.x.x.x>" },
  }),
  panos = manner(COMPLETIONS, {
    width = 19, enter = { "<Enter>", "Finish input" }, places = JUNOS_PLACES,
  }),
  sros = { enter = { "<cr>" }, sign = "- ", width = 19, is_painted = true }, -- (K)
  srlinux = { enter = { "<cr>" }, width = 19, is_painted = true }, -- (K)
}

local BY_PLATFORM = {
  arista_eos = manner(LISTED, { is_painted = true }),
  cisco_nxos = manner(LISTED, { head = "\r\n", after = "\r\n", is_painted = true }),
  huawei_vrp = manner(LISTED, {
    enter = { "<cr>", "Please press ENTER to execute command" }, places = VENDOR_PLACES,
  }),
}

local function manner_of(platform)
  return BY_PLATFORM[platform.name] or BY_FAMILY[platform.family] or BARE
end

local function has_help(session)
  return platforms.help_in(session.platform, session.mode) ~= nil
    and vocabulary.knows(session.platform)
end

local grammars = setmetatable({}, { __mode = "k" }) -- by platform and mode

local function grammar_of(session)
  local platform, mode = session.platform, session.mode
  local is_config = mode == session.enter
  local is_section = is_config and session.section ~= nil
  local of_platform = grammars[platform] or {}
  grammars[platform] = of_platform
  local key = is_section and mode .. "/section" or mode
  of_platform[key] = of_platform[key]
    or vocabulary.compile(platform, mode, is_config, is_section)
  return of_platform[key]
end

local function place_of(word, places)
  if places and places.number and word:find "^<%d" then
    return places.number:format(word)
  end
  return places and places[word] or word
end

local function side_by_side(rows)
  local words = {}
  for i, row in ipairs(rows) do
    words[i] = row[1]
  end
  return table.concat(words, "  ") .. "\r\n"
end

local function in_rows(way, rows, is_bare)
  local lines = {}
  for i, row in ipairs(rows) do
    local about = row[2] and not is_bare and (way.sign or "") .. row[2] or nil
    lines[i] = { place_of(row[1], way.places), about }
  end
  lines[#lines + 1] = rows.is_end and way.enter or nil
  return grammar.columns(lines, way.width)
end

local function shown(way, rows, partial)
  local is_bare = way.is_bare ~= nil and partial ~= ""
  if is_bare and way.is_bare == "line" then
    return side_by_side(rows)
  end
  return in_rows(way, rows, is_bare)
end

local function answer(session, line)
  local way = manner_of(session.platform)
  local rows, partial = grammar_of(session):next(line)
  if not rows then
    local class = partial == "ambiguous" and partial or "syntax"
    return session:print(wording.rejection(session.platform, class) .. "\r\n")
  end
  local text = shown(way, rows, partial)
  session:print((way.head or "") .. text .. (way.after or ""))
end

-- The line with its last word in full, and whether the prompt's line is written over.
local function complete(session, line)
  local whole = grammar_of(session):complete(line)
  if not manner_of(session.platform).is_painted then
    session:write "\r\n"
  elseif whole == line then
    session:write "\r\n"
    answer(session, line)
  else
    session:write "\r"
    return whole, true
  end
  return whole, false
end

-- how lines are read; filled in just before, so that all sessions can share it
local READING = {}

--- Read a line at a prompt; what is asked for on the way is answered.
-- @tparam Vty session with its `platform` and `mode`
-- @tparam function show_prompt writes what stands before the prompt's last line, unless
-- its second argument is true; and makes that `session.prompt`
-- @treturn string|nil nil when the client has gone
-- @treturn string how it ended
function help.read_line(session, show_prompt)
  local is_helpful = has_help(session)
  local line, ending, text, is_painted
  repeat
    show_prompt(session, is_painted)
    READING.prompt, READING.help, READING.tab = session.prompt, is_helpful, is_helpful
    READING.text, READING.again = text, ending == "help"
    line, ending = session:read_line(READING)
    text, is_painted = nil, false
    if not line or management.is_lost(session.device) then
      return line, ending
    elseif ending == "help" then
      answer(session, line)
    elseif ending == "tab" then
      text, is_painted = complete(session, line)
    end
  until ending ~= "help" and ending ~= "tab"
  return line, ending
end

return help
