--- A recording as a spec: it serves the recording, does what was done then, and wants
-- all of it to go well; so it fails until whatever went wrong has been mended.
-- @module moonwire.replay.spec
local spec = {}

local LONGEST = 5 -- seconds that a replay takes; a longer recording goes faster
local TIMEOUT = 10 -- seconds for a command
local WORDS_OF_A_FAILURE = 300 -- bytes
local WIDTH = 80 -- columns

local function quoted(text)
  return (("%q"):format(text):gsub("\\\n", "\\n"):gsub("[\128-\255]", function(byte)
    return ("\\%03d"):format(byte:byte())
  end))
end

local function one_line(text)
  return (text:gsub("[%c\127-\255]+", " "):sub(1, WORDS_OF_A_FAILURE))
end

-- As lines of a comment, broken between words where that can be.
local function comment_of(text)
  local lines, rest = {}, one_line(text)
  while rest ~= "" do
    local line = rest:sub(1, WIDTH)
    line = #rest > WIDTH and line:match "^(.+) " or line
    lines[#lines + 1] = ("--   " .. line):gsub(" +$", "")
    rest = rest:sub(#line + 1):gsub("^ +", "")
  end
  return table.concat(lines, "\n")
end

-- Of commands, those that were typed: what came behind a failure was not.
local function list_of(lines, typed)
  local parts = { "{" }
  for line in lines:gmatch "[^\n]+" do
    if not typed or typed[line] then
      parts[#parts + 1] = ("        %s,"):format(quoted(line))
    end
  end
  parts[#parts + 1] = "      }"
  return table.concat(parts, "\n")
end

local CALLS = {
  enable = function()
    return { "assert(opened:enable())" }
  end,
  send_commands = function(lines, typed)
    return {
      "local answers = assert(opened:send_commands " .. list_of(lines, typed) .. ")",
      "for _, answer in ipairs(answers) do",
      '  assert.not_matches("mw%-%x+%-%d+", answer.output)',
      "end",
    }
  end,
  send_config_set = function(lines)
    return { "assert(opened:send_config_set " .. list_of(lines) .. ")" }
  end,
}

local function call_of(note, typed)
  local verb, lines = note:match "^([^\n]*)\n?(.*)$"
  local make = CALLS[verb]
  if make and (lines ~= "" or verb == "enable") then
    return make(lines, typed)
  elseif verb:find "^send_" then
    return { ("-- %s was here, with what a recording does not hold"):format(verb) }
  end
end

local function body_of(played)
  local lines, typed = { "assert(opened:ready())" }, {}
  for _, step in ipairs(played.steps) do
    typed[step.input] = true
  end
  for _, note in ipairs(played.notes or {}) do
    for _, line in ipairs(call_of(note, typed) or {}) do
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n      ")
end

local function seconds_of(played)
  local last = 0
  for _, step in ipairs(played.steps) do
    local output = step.output and step.output[#step.output]
    last = math.max(last, output and output[1] or 0)
  end
  return last
end

local TEMPLATE = [[
-- Made of a recording by `moonwire replay --spec`. It fails until this is mended:
%s
local replay = require "moonwire.replay"
local session = require "moonwire.session"

%s

describe(%s, function()
  it("does well what was recorded", function()
    replay.with(RECORDING, { speed = %s }, function(devices)
      local options = { timeout = %d, lazy = %s, record = false, recorder = false }
      local opened <close> = assert(session.open(devices[1], options))
      %s
    end)
  end)
end)
]]

local HERE = [[
local HERE = debug.getinfo(1, "S").source:match "^@(.*)/" or "."
local RECORDING = HERE .. ]]

-- A recording that lies beside its spec may be moved with it.
local function recording_at(path, folder)
  local name = path:match "([^/]*)$"
  if (path:match "^(.*)/" or ".") ~= folder then
    return "local RECORDING = " .. quoted(path)
  end
  return HERE .. quoted("/" .. name)
end

--- The text of a spec.
-- @tparam table played a script of `moonwire.replay.script`
-- @string path of the recording
-- @string folder where the spec will be
-- @treturn string
function spec.text(played, path, folder)
  local failure = played.failure
  local words = failure and ("%s: %s"):format(failure.kind, failure.message)
    or "nothing: this recording tells of no failure"
  local speed = math.max(1, math.ceil(seconds_of(played) / LONGEST))
  return TEMPLATE:format(comment_of(words), recording_at(path, folder),
    quoted(("%s, as it was recorded"):format(one_line(played.name))), speed, TIMEOUT,
    tostring(played.is_lazy == true), body_of(played))
end

return spec
