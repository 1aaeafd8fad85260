--- Every allocation and every system call of ours fails once, in each scene.
local sweep = require "spec.support.sweep"

return {
  about = "each allocation and system call of ours fails in turn",
  beside = 100,
  run = function(say)
    local runs, problems = sweep.all(nil, say)
    return {
      {
        what = ("crashes, hangs and false successes, of %d failing calls"):format(runs),
        goal = "0",
        value = tostring(#problems),
        is_reached = #problems == 0 and runs > 0,
        note = problems[1] and table.concat(problems, "; ") or nil,
        covers = { "R6", "R7", "R8" },
      },
    }
  end,
}
