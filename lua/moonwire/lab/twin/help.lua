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
-- `is_painted`: TAB writes over the line, and lists where there is a choice, with
-- `is_listed` side by side; `places`: what arguments are called; `layout`: other than
-- in columns behind `margin` (two blanks)
local BARE = { enter = { "<cr>" }, is_bare = "line", after = "\r\n" }
local LISTED = { enter = { "<cr>" } }
local COMPLETIONS = { head = "Possible completions:\r\n", is_painted = true }

local F1 = "\27OP"

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
  exos = { -- (K)
    width = 14, enter = { "<cr>", "Execute the command" }, is_painted = true,
  },
  fortios = { width = 12, margin = "", is_painted = true, is_listed = true },
  routeros = { layout = "dashed", is_painted = true, is_listed = true },
  gaia = { width = 14, sign = "- ", is_painted = true, is_listed = true }, -- (K)
  tmos = { -- (K)
    head = "Components:\r\n", width = 16, enter = { "<Enter>", "Execute the command" },
    is_painted = true,
  },
  aireos = { head = "\r\n", width = 14, margin = "", is_painted = true },
  confd = manner(COMPLETIONS, { width = 8, enter = { "<cr>" } }),
  aos = { layout = "words", enter = { "<CR>" }, is_painted = true }, -- (K)
  -- proved against BIRD 2.0.12
  bird = { layout = "commands", width = 45, is_painted = true, is_listed = true },
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

local function help_of(session)
  local keys = platforms.help_in(session.platform, session.mode)
  return keys and vocabulary.knows(session.platform) and keys or nil
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

local arranged = {}

function arranged.columns(lines, way)
  return grammar.columns(lines, way.width, way.margin)
end

function arranged.commands(lines, way)
  return grammar.columns(lines, way.width, "")
end

function arranged.dashed(lines)
  local shown = {}
  for i, line in ipairs(lines) do
    shown[i] = line[1] .. (line[2] and " -- " .. line[2] or "")
  end
  return table.concat(shown, "\r\n") .. "\r\n"
end

-- in capitals, below a sign under the place where they would stand
function arranged.words(lines, _, column)
  local margin, shown = (" "):rep(column), {}
  for i, line in ipairs(lines) do
    shown[i] = line[1]:upper()
  end
  return margin .. "^\r\n" .. margin .. table.concat(shown, " ") .. "\r\n"
end

local function in_rows(way, rows, is_bare, column)
  local lines = {}
  for i, row in ipairs(rows) do
    local about = row[2] and not is_bare and (way.sign or "") .. row[2] or nil
    lines[i] = { place_of(row[1], way.places), about }
  end
  lines[#lines + 1] = rows.is_end and way.enter or nil
  return arranged[way.layout or "columns"](lines, way, column)
end

local function shown(way, rows, partial, column)
  local is_bare = way.is_bare ~= nil and partial ~= ""
  if is_bare and way.is_bare == "line" then
    return side_by_side(rows)
  end
  return in_rows(way, rows, is_bare, column)
end

local function has_word(rows, word)
  for _, row in ipairs(rows) do
    if row[1] == word then
      return true
    end
  end
  return false
end

-- The commands that go on from the words in front that are known in full.
local function commands_behind(self, line)
  local known = ""
  for word in line:gmatch "%S+" do
    if not has_word(self:next(known), word) then
      break
    end
    known = known .. word .. " "
  end
  local rows, commands = self:next(known), {}
  for i, row in ipairs(rows) do
    local goes_on = not self:next(known .. row[1] .. " ").is_end
    commands[i] = { known .. row[1] .. (goes_on and " ..." or ""), row[2] }
  end
  return commands, ""
end

local function rows_for(session, way, line)
  local self = grammar_of(session)
  if way.layout == "commands" then
    return commands_behind(self, line)
  end
  return self:next((vocabulary.rootless(session.platform, line)))
end

local function answer(session, line, is_tab)
  local way = manner_of(session.platform)
  local rows, partial = rows_for(session, way, line)
  if not rows then
    local class = partial == "ambiguous" and partial or "syntax"
    return session:print(wording.rejection(session.platform, class) .. "\r\n")
  elseif is_tab and way.is_listed then
    return session:print(side_by_side(rows))
  end
  local column = #(session.prompt or "") + #line - #partial
  local text = shown(way, rows, partial, column)
  session:print((way.head or "") .. text .. (way.after or ""))
end

-- The line with its last word in full.
local function completed(session, line)
  local words, root = vocabulary.rootless(session.platform, line)
  return root .. grammar_of(session):complete(words)
end

-- The line with its last word in full, and whether the prompt's line is written over.
local function complete(session, line)
  local whole = completed(session, line)
  if not manner_of(session.platform).is_painted then
    session:write "\r\n"
  elseif whole == line then
    session:write "\r\n"
    answer(session, line, true)
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
  local keys = help_of(session)
  local ask = keys and keys.ask
  local line, ending, text, is_painted
  repeat
    show_prompt(session, is_painted)
    READING.prompt, READING.tab = session.prompt, keys ~= nil
    READING.help, READING.f1 = ask == "?", ask == F1
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
