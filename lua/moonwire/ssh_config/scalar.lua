--- Values of ssh_config that are one thing: a word, a number, a time, a path. They are
-- read as `moonwire.ssh_config.value` tells.
-- @module moonwire.ssh_config.scalar
local system = require "host.ssh_config"

local algorithm = require "moonwire.ssh_config.algorithm"
local jump = require "moonwire.ssh_config.jump"
local word_of = require "moonwire.ssh_config.word"

local scalar = { MISSING = "missing argument" }

local GREATEST = 0x7fffffff
local GREATEST_PORT = 65535
local UNIT = { s = 1, m = 60, h = 3600, d = 86400, w = 604800 }

--- The complaint about a word that is none of those that may stand there.
-- @treturn nil
-- @treturn string
function scalar.unsupported(word)
  return nil, ("unsupported value %q"):format(word)
end

local function one_of(words, word, change)
  if word == nil or word == "" then
    return nil, scalar.MISSING
  end
  local found = words[change(word)]
  if not found then
    return scalar.unsupported(word)
  end
  return found
end

local function whole(word, most)
  local number = word:find "^%+?%d+$" and math.tointeger(tonumber(word))
  return number and number <= most and number or nil
end

-- a number with its unit, which only the last one may lack
local function read_part(word, at)
  local digits, unit, after = word:match("^(%d+)(%a?)()", at)
  local factor = digits and (unit == "" and 1 or UNIT[unit:lower()])
  if not factor or unit == "" and after <= #word then
    return nil
  end
  return tonumber(digits) * factor, after
end

--- Seconds from OpenSSH's way to write a length of time: "90", "1m30s".
-- @string word
-- @treturn ?int
function scalar.seconds(word)
  local total, at = 0, 1
  repeat
    local seconds
    seconds, at = read_part(word, at)
    total = seconds and total + seconds
  until not total or total > GREATEST or at > #word
  return total and total <= GREATEST and math.tointeger(total) or nil
end

--- A TCP port: digits, or the name of a service.
-- @string word
-- @treturn ?int
function scalar.port_of(word)
  local number = whole(word, GREATEST_PORT) or system.service(word)
  return number and number > 0 and number or nil
end

local read = {}

--- A reader by kind.
scalar.read = read

function read.nothing() end

function read.flag(words)
  return one_of(word_of.flag, words[1], string.lower)
end

function read.choice(words, option)
  return one_of(word_of.choice[option], words[1], string.lower)
end

function read.text(words)
  if words[1] == nil or words[1] == "" then
    return nil, scalar.MISSING
  end
  return words[1]
end

read.path = read.text

function read.number(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local number = whole(text, GREATEST)
  if not number then
    return nil, ("%q is no whole number"):format(text)
  end
  return number
end

-- "none" is as if it had not been said
function read.time(words)
  local text, complaint = read.text(words)
  if not text or text == "none" then
    return nil, complaint
  end
  local seconds = scalar.seconds(text)
  if not seconds then
    return nil, ("%q is no length of time"):format(text)
  end
  return seconds
end

function read.port(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local port = scalar.port_of(text)
  if not port then
    return nil, ("bad port %q"):format(text)
  end
  return port
end

-- quotes and all: it is for a shell
function read.rest(_, _, rest)
  local text = rest:match "^[ \t\r\n=]*(.*)$"
  return text
end

function read.jump(_, _, rest)
  return jump.read(rest:match "^[ \t\r\n=]*(.*)$", scalar.port_of)
end

function read.algorithms(words, option)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local stranger = algorithm.find_stranger(option, text)
  if stranger then
    return nil, ("unknown algorithm %q"):format(stranger)
  end
  return text
end

local function check_variables(text)
  for name in text:gmatch "%${([^}]*)}?" do
    if not os.getenv(name) then
      return ("there is no variable %q in the environment"):format(name)
    end
  end
  local whole_name = text:match "^%$([^{].*)$"
  if whole_name and not whole_name:find "^[%w_]+$" then
    return ("%q is no name of a variable"):format(whole_name)
  end
end

function read.agent(words)
  local text, complaint = read.text(words)
  complaint = complaint or check_variables(text)
  if complaint then
    return nil, complaint
  end
  return text
end

function read.forwardagent(words)
  local flag = words[1] and word_of.flag[words[1]:lower()]
  if flag then
    return flag
  end
  return read.agent(words)
end

function read.escape(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  elseif text == "none" or #text == 1 or text:find "^%^[@-\127]$" then
    return text
  end
  return nil, ("bad escape character %q"):format(text)
end

function read.persist(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local flag = word_of.flag[text]
  if not flag and not scalar.seconds(text) then
    return scalar.unsupported(text)
  end
  return flag or text
end

function read.mask(words)
  local text, complaint = read.text(words)
  if text and not text:find "^[0-7]+$" then
    return nil, ("bad mask %q"):format(text)
  end
  return text, complaint
end

function read.fingerprint(words)
  return one_of(word_of.digest, words[1], string.upper)
end

function read.loglevel(words)
  return one_of(word_of.level, words[1], string.upper)
end

function read.facility(words)
  return one_of(word_of.facility, words[1], string.upper)
end

return scalar
