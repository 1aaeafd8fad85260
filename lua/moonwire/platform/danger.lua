--- Commands that stop a device or take its configuration, whatever its platform. They
-- are refused unless the caller has confirmed them: some of them ask nothing back.
-- @module moonwire.platform.danger
local danger = {}

-- of a command in lower case, with single blanks; abbreviations count
local PATTERNS = {
  -- stops or starts again
  "^rel[oad]*$", "^rel[oad]* [^c]", -- "reload cancel" does no harm
  "^reb[oot]*$", "^reb[oot]* ", "^/?system rebo", "^/system shut", "^admin rebo",
  "^admin system rebo", "^poweroff", "^power off", "^halt", "^init [06]$",
  "^shutdown %S", "^request system reb", "^request system halt",
  "^request system power", "^request shutdown", "^request restart", "^execute rebo",
  "^execute shut",
  "^reset system", "^system reb", "^boot system reset", "^boot %a+%d? /reset",
  "^sudo reb", "^sudo halt", "^sudo shut", "^sudo init [06]", "^sudo power",
  -- takes its configuration or its files
  "^wr[ite]* e", "^era[se]* ", "^erase$", "^format ", "^mkfs", "^sudo mkfs",
  "^factory", "^request system zero", "^execute factory", "^execute format",
  "^reset saved", "^reset factory", "^restore factory", "^clear config",
  "^/system reset", "^unconfigure switch", "^load factory", "^delete startup",
  "^del[ete]* nvram:", "^set default$",
}

--- Whether a command stops the device or takes its configuration.
-- @string command
-- @treturn boolean
function danger.is_in(command)
  local words = command:lower():gsub("%s+", " "):match "^ ?(.-) ?$"
  for _, pattern in ipairs(PATTERNS) do
    if words:find(pattern) then
      return true
    end
  end
  return false
end

return danger
