--- The login that a device asks for on its terminal, where no protocol has done it: a
-- name, a password, each once.
-- @module moonwire.transport.login
local host = require "host.task"
local platforms = require "moonwire.platform"
local secret = require "moonwire.transport.secret"

local login = {}

local REST = 0.5 -- seconds without a byte: what stands there then is no banner
local LONGEST = 200 -- bytes of a line that may be a question

-- by the end of the line; in lower case
local QUESTIONS = {
  { "login:%s*$", "username" }, { "user ?name:%s*$", "username" },
  { "user:%s*$", "username" }, { "login as:%s*$", "username" },
  { "account:%s*$", "username" }, { "login name:%s*$", "username" },
  { "password:%s*$", "password" }, { "passcode:%s*$", "password" },
  { "password for [%w_.@+-]+:%s*$", "password" },
}

--- Which question a line asks.
-- @string line unfinished
-- @treturn string|nil "username", "password"
function login.question_in(line)
  local text = line:sub(-LONGEST):lower()
  for _, question in ipairs(QUESTIONS) do
    if text:find(question[1]) then
      return question[2]
    end
  end
end

local function answer_for(device, what)
  if what == "username" then
    return device.username
  end
  return secret.of(device, "password")
end

local REFUSED = "the login was refused (no second try)"

local function answer(self, what)
  if self.given[what] then
    return nil, REFUSED, "auth"
  end
  local text = answer_for(self.device, what)
  if not text then
    return nil, ("it asks for a %s, and there is none"):format(what), "auth"
  end
  self.given[what] = true
  self.shell:discard()
  return self.shell:write(text, self.newline)
end

local function is_prompt(self, line)
  return self.platform and platforms.mode_of(self.platform, line, "") ~= nil
end

-- Nothing was said: a console shows nothing before somebody presses Enter.
local function wake(self)
  if self.may_wake then
    self.may_wake = false
    return self.shell:write(self.newline)
  end
  return nil, "no prompt, and no question", "timeout"
end

local function end_of(self, message, kind)
  if kind == "dropped" and self.given.password then
    return nil, "it hung up behind the password", "auth"
  end
  return nil, message, kind
end

-- How long to wait for more.
local function patience(self)
  local left = math.max(0, self.deadline - host.now())
  local is_short = self.is_in_doubt or self.may_wake
  return is_short and math.min(REST, left) or left
end

local function on_silence(self)
  if self.is_in_doubt then
    return "in"
  end
  return wake(self)
end

local function on_line(self, line)
  local what = login.question_in(line)
  if what then
    self.is_in_doubt = false
    return answer(self, what)
  elseif is_prompt(self, line) then
    return "in"
  end
  self.is_in_doubt, self.may_wake = true, false
  return true
end

--- Answer until the device asks for neither name nor password any more.
-- @tparam shell shell
-- @tparam table device `username`, `password`
-- @tparam table options `timeout` (seconds), `newline`, `platform` (nil: not known),
-- `may_wake` (press Enter once when nothing is said)
-- @treturn[1] boolean true: what the device shows then is told again to the next reader
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: auth, timeout, dropped, limit, closed
function login.run(shell, device, options)
  local self = {
    shell = shell,
    device = device,
    given = {},
    deadline = host.now() + options.timeout,
    newline = options.newline,
    platform = options.platform,
    may_wake = options.may_wake,
  }
  local ok, message, kind = true, nil, nil
  while ok == true do
    local event, line, why = shell:read(nil, patience(self))
    if event then
      ok, message, kind = on_line(self, line)
    elseif why == "timeout" then
      ok, message, kind = on_silence(self)
    else
      return end_of(self, line, why)
    end
  end
  if not ok then
    return end_of(self, message, kind)
  end
  shell:retell()
  return true
end

return login
