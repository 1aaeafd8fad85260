--- Questions that are asked all at once: does each get its own answer?
local assert = require "luassert"

local mixture = {}

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
    assert.equal(right[(i - 1) % #questions + 1], answer.output, commands[i])
  end
end

return mixture
