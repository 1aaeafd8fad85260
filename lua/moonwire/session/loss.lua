--- What an echo proves about lines that got lost on their way, as when a device takes
-- less at once than it was sent. Nothing here waits or talks.
-- @module moonwire.session.loss
local loss = {}

--- A text without the lines in which a mark stands.
-- @string text of whole lines
-- @string word that all marks of the session have
-- @treturn string
function loss.without_marks(text, word)
  local lines = {}
  for line in text:gmatch "[^\n]*\n" do
    if not line:find("mw-" .. word, 1, true) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines)
end

local function is_command(line, is_prompt)
  local at = line:find "[#>%]$%%]"
  while at do
    local rest = line:sub(at + 1)
    if rest:find "%S" and is_prompt(line:sub(1, at)) then
      return true
    end
    at = line:find("[#>%]$%%]", at + 1)
  end
  return false
end

--- Whether something was typed at a prompt. Behind the last echo that is known this is
-- a line that arrived mangled, or one that overtook what was lost: then it is too late
-- to send that again.
-- @string text of whole lines
-- @tparam function is_prompt tells whether a piece of a line is a prompt
-- @treturn boolean
function loss.has_command(text, is_prompt)
  for line in text:gmatch "[^\n]+" do
    if is_command(line, is_prompt) then
      return true
    end
  end
  return false
end

return loss
