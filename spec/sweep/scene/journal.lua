--- A journal that is begun, written, left and gone on with.
local journal = require "moonwire.journal"

local function check(found, message)
  if not found then
    io.stderr:write(tostring(message), "\n")
    os.exit(1)
  end
  return found
end

local root = arg[1]
local out = check(journal.create({ verb = "send" }, { "a", "b" }, root))
check(out:commit { type = "begin", i = 1 })
check(out:commit { type = "end", i = 1, state = "done", ok = true })
out:close()
local known, again = journal.resume(out.id, root)
check(known, again)
check(again:commit { type = "begin", i = 2 })
again:close()
known = check(journal.read(out.id, { root = root }))
print(known:state(1), known:state(2))
return true
