--- Questions that are asked all at once: does each get its own answer?
local assert = require "luassert"

local mixture = {}

-- BIRD reckons from a running clock since when something is up: a millisecond varies
local function without_times(text)
  return (text:gsub("%d+:%d%d:%d%d%.%d+", "at some time"))
end

--- Ask them one by one, then many of them together, and compare.
-- @param session
-- @tparam {string,...} questions that are always answered alike
-- @int count how many together
function mixture.keeps_apart(session, questions, count)
  local right, commands = {}, {}
  for i, command in ipairs(questions) do
    right[i] = assert(session:send_command(command))
  end
  for i = 1, count do
    commands[i] = questions[(i - 1) % #questions + 1]
  end
  for i, answer in ipairs(assert(session:send_commands(commands))) do
    local expected = right[(i - 1) % #questions + 1]
    assert.equal(without_times(expected), without_times(answer.output), commands[i])
  end
end

return mixture
