--- The log of a run: what a person would have seen on each device's screen.
-- A device's part is a heading and its transcript: the command as it was typed, the
-- answer, and the prompt with the next command right behind it. Terminal controls from
-- devices are shown, not obeyed; trailing spaces stay.
-- @module moonwire.report.transcript
local escape = require "moonwire.report.escape"
local time = require "moonwire.report.time"

local transcript = {}

local function end_line(text)
  return (text == "" or text:find "\n$") and text or text .. "\n"
end

-- Each command behind the prompt it was typed at. The first one's prompt came before
-- anything was sent, and is not part of the answer to it.
local function dialogue(result)
  local parts, prompt = {}, ""
  for _, entry in ipairs(result.output or {}) do
    parts[#parts + 1] = prompt .. entry.command .. "\n"
    parts[#parts + 1] = end_line(entry.output or "")
    prompt = entry.prompt or result.prompt or ""
  end
  return table.concat(parts), prompt
end

local function complaint(result)
  local shape = "Error on %s (%s): %s"
  local kind, message = result.kind or "error", result.message or "unknown"
  return shape:format(escape.line(result.host), escape.line(kind), escape.line(message))
end

--- The transcript of one result.
-- @tparam table result a result of `moonwire.fleet`; the prompts come from its output
-- @treturn string safe to show; ends with the bare prompt, or with the error
function transcript.device(result)
  local text, prompt = dialogue(result)
  return escape.text(text) .. (result.ok and escape.line(prompt) or complaint(result))
end

--- The whole log: a heading and a transcript for every device in input order, and the
-- time as the last line, which has no newline.
-- @tparam table run a run of `moonwire.fleet`
-- @treturn string
function transcript.text(run)
  local parts = {}
  for _, result in ipairs(run.results) do
    local host = escape.line(result.host)
    parts[#parts + 1] = ("-> Host %s\nOutput from %s:\n"):format(host, host)
    parts[#parts + 1] = transcript.device(result)
    parts[#parts + 1] = "\n\n"
  end
  parts[#parts + 1] = time.total(run.seconds)
  return table.concat(parts)
end

return transcript
