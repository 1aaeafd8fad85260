--- Devices that are hostile behind the login: insider.py has what each does, and what
-- must come of it is here.
local child = require "spec.support.child"
local json = require "dkjson"

local insider = { answer = "Current privilege level is 15" }

local PYTHON = "/usr/bin/python3" -- Debian's, which has Debian's library

-- name, row of spec/README.md, what comes of it: kinds of errors, "ok" among them
local CASES = {
  { "nothing", nil, "ok" },
  { "banner-of-256k", "S18", "ok protocol" },
  { "banners-without-end", "S18", "protocol" },
  { "no-channel", "S19", "channel" },
  { "no-terminal", "S19", "channel" },
  { "no-shell", "S19", "channel" },
  { "window-of-nothing", "S8", "timeout" },
  { "packets-of-nothing", "S8", "timeout protocol dropped channel" },
  { "window-overflow", "S8", "ok protocol dropped" },
  { "window-flood", "S9", "limit protocol timeout" },
  { "error-flood", "S9", "limit protocol timeout" },
  { "ignore-flood", "S9", "timeout dropped ok" },
  { "answer-flood", "S9", "limit protocol timeout" },
  { "prompts-flood", "S9", "limit protocol timeout" },
  { "idle-flood", "S9", "ok limit protocol timeout" },
  { "open-to-us", "S22", "ok" },
  { "ask-us", "S22", "ok" },
  { "wrong-channel", "S20", "ok protocol dropped" },
  { "close-at-once", "S20", "dropped closed channel" },
  { "close-and-go-on", "S20", "dropped closed protocol" },
  { "end-without-close", "S20", "ok dropped closed timeout" },
  { "goodbye-with-escapes", "S23", "dropped" },
  { "rekey", "S10", "ok" },
  { "half-a-rekey", "S10", "timeout" },
}

--- The cases: `name`, `row`, `kinds`.
insider.cases = {}
for i, given in ipairs(CASES) do
  local case = { name = given[1], row = given[2], kinds = {} }
  for kind in given[3]:gmatch "%a+" do
    case.kinds[kind] = true
  end
  insider.cases[i] = case
end

--- Start them.
-- @return what must be closed
-- @treturn {table,...} cases, each with a `device`
function insider.start()
  local process = child.start { PYTHON, "spec/support/hostile/insider.py" }
  process:expect "\n"
  local place, cases = json.decode(process.output), {}
  for i, case in ipairs(insider.cases) do
    cases[i] = setmetatable({ device = {
      name = "bad-" .. case.name, host = "127.0.0.1", port = place.port,
      username = case.name, password = "x", host_key = place.host_key,
      device_type = "cisco_ios",
    } }, { __index = case })
  end
  return process, cases
end

return insider
