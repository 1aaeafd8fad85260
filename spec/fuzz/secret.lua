--- The first line as a secret, and the rest as what is to be shown. What must hold: the
-- secret is not in it afterwards, and all else is.
local secrets = require "host.secret"

local SHORTEST = 4

return function(bytes)
  local word, text = bytes:match "^([^\n]+)\n(.*)$"
  if not word or #word < SHORTEST or ("********"):find(word, 1, true) then
    return
  end
  local secret = secrets.from_string(word)
  local shown = secrets.scrub(text, secret)
  assert(word:find("*", 1, true) or not shown:find(word, 1, true), "no secret is shown")
  if not text:find(word, 1, true) then
    assert(shown == text, "all else stays")
  end
  local around = "<" .. word .. text .. word .. ">"
  assert(not secrets.scrub(around, secret):find("^<" .. word:gsub("%W", "%%%0")),
    "nor at its beginning")
end
