--- For specs: a session on the twin of a platform, and its help.
local labs = require "spec.support.lab"
local sessions = require "moonwire.session"

local support = {}

--- Call `fn(session, simulated, lab)` with a session on the first device of a lab.
-- @tparam table|string options of the lab; or the name of a platform, whose twin is
-- called "tw1"
-- @tparam function fn
function support.with_session(options, fn)
  if type(options) == "string" then
    options = { devices = { { name = "tw1", platform = options } } }
  end
  labs.with_lab(options, function(lab)
    local session <close> = assert(sessions.open(labs.device(lab)))
    fn(session, lab:device(1), lab)
  end)
end

--- The row of a word in what `session:help` gives; nil where there is none.
function support.row_of(rows, word)
  for _, row in ipairs(rows) do
    if row.word == word then
      return row
    end
  end
end

return support
