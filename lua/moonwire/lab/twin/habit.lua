--- Habits of platforms on the terminal that are no text: how they end a line, what they
-- write before a prompt, and behind a line that was entered. Nothing of it is in a
-- platform's table, since the client has no need to know it: it must read through.
-- Sources: platforms.md 3.5, which names the drivers that had to learn them.
-- @module moonwire.lab.twin.habit
local habit = {}

local NONE = {}

local PASTE_ON, PASTE_OFF = "\27[?2004h", "\27[?2004l\r" -- bracketed paste
local TITLE = "\27]0;@name@\7"

local HABITS = {
  -- "\r\r\n" ends a line
  cisco_nxos = { newline = "\r\r\n" },
  -- lines end in the control sequence for that
  hp_procurve = { newline = "\27E", lead = "\27[?25h" },
  -- the prompt is painted anew
  mikrotik_routeros = { lead = "@prompt@\r\27[K" },
  paloalto_panos = { lead = "\27[K\r" },
  -- keypad codes and a title for the window
  vyos = { lead = TITLE .. "\27[?1l\27>" .. PASTE_ON, enter = PASTE_OFF },
  ubiquiti_edgerouter = { lead = "\27[?1l\27>" },
  linux = { lead = PASTE_ON .. TITLE, enter = PASTE_OFF },
  cumulus_linux = { lead = PASTE_ON, enter = PASTE_OFF },
  -- what was typed is followed by a blank that is taken back
  huawei_vrp = { enter = " \27[1D" },
  -- NUL before the prompt
  hp_comware = { lead = "\0" },
  -- colours
  nokia_srl = { lead = "\27[0m" },
  cisco_asa = { newline = "\r\n\r" },
}

--- The habits of a platform.
-- @tparam table platform
-- @treturn table `newline` (in place of CR LF), `lead` (before a prompt), `enter`
-- (behind a line); each may be nil
function habit.of(platform)
  return HABITS[platform.name] or NONE
end

--- What is written before a prompt.
-- @tparam table platform
-- @string prompt
-- @string name of the device
-- @treturn string
function habit.lead(platform, prompt, name)
  local lead = habit.of(platform).lead or ""
  local words = { prompt = prompt, name = name }
  return (lead:gsub("@(%l+)@", words))
end

return habit
