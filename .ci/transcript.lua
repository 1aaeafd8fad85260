--- transcript.lua - a session at the prompt, typed on a real terminal, for README.md.
-- What the devices say changes by the day; what is typed stands here.
local program = require "spec.support.program"
local term = require "host.term"

local PROMPT = "moonwire> "
local WIDTH = 80

-- what is typed, and what must have been shown before the next line is
local STEPS = {
  { 'connect "SW-CORE_1"', PROMPT },
  { 'SW_CORE_1:send_command "show clock"', PROMPT },
  { 'for _, row in ipairs(SW_CORE_1:help "show i") do', "... " },
  { "print(row.word)", "... " },
  { "end", PROMPT },
  { 'all = fleet "SW-*"', PROMPT },
  { 'all:send_command "show privilege"', PROMPT },
  { ":on SW-CORE_[1-2]", "[priv]> " },
  { "show version | include uptime", "[priv]> " },
  { "configure terminal", "[config]> " },
  { "end", "[priv]> " },
  { ":off", PROMPT },
  { 'connect "SW-CORE_9"', PROMPT },
}

local function folder_for_history()
  return assert(require("luv").fs_mkdtemp "/tmp/moonwire-readme-XXXXXX")
end

--- Type it.
-- @treturn string what the terminal shows in the end
return function()
  local folder = folder_for_history()
  local terminal <close> = program.on_terminal({}, {
    environment = { TERM = "xterm", LANG = "C.UTF-8", XDG_STATE_HOME = folder },
  })
  terminal:expect(PROMPT)
  for _, step in ipairs(STEPS) do
    terminal:type(step[1] .. "\r")
    terminal:expect(step[2])
  end
  terminal:type "\4"
  assert(terminal:wait() == 0, "the prompt has not ended well")
  os.remove(folder .. "/moonwire/history")
  os.remove(folder .. "/moonwire")
  os.remove(folder)
  local lines = {}
  for line in assert(term.clean(terminal.text, WIDTH)):gmatch "[^\n]+" do
    lines[#lines + 1] = line:gsub("%s+$", "")
  end
  if lines[#lines] == PROMPT:gsub("%s$", "") then
    lines[#lines] = nil
  end
  return table.concat(lines, "\n") .. "\n"
end
