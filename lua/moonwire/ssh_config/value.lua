--- The values of ssh_config by their kind: checked as OpenSSH checks them, also in
-- blocks that are not for this host. A reader gives the value; or nil and a complaint;
-- or nothing at all, when there is nothing to be remembered.
-- @module moonwire.ssh_config.value
local system = require "host.ssh_config"

local algorithm = require "moonwire.ssh_config.algorithm"
local jump = require "moonwire.ssh_config.jump"
local word_of = require "moonwire.ssh_config.word"

local value = {}

local GREATEST = 0x7fffffff
local GREATEST_PORT = 65535
local UNIT = { s = 1, m = 60, h = 3600, d = 86400, w = 604800 }
local MISSING = "missing argument"

local function unsupported(word)
  return nil, ("unsupported value %q"):format(word)
end

local function one_of(words, word, change)
  if word == nil or word == "" then
    return nil, MISSING
  end
  local found = words[change(word)]
  if not found then
    return unsupported(word)
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
function value.seconds(word)
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
function value.port_of(word)
  local number = whole(word, GREATEST_PORT) or system.service(word)
  return number and number > 0 and number or nil
end

local read = {}

function read.nothing() end

function read.flag(words)
  return one_of(word_of.flag, words[1], string.lower)
end

function read.choice(words, option)
  return one_of(word_of.choice[option], words[1], string.lower)
end

function read.text(words)
  if words[1] == nil or words[1] == "" then
    return nil, MISSING
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
  local seconds = value.seconds(text)
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
  local port = value.port_of(text)
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
  return jump.read(rest:match "^[ \t\r\n=]*(.*)$", value.port_of)
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

-- some words may only stand alone
local function read_list(words, alone, check)
  local list = {}
  for i, word in ipairs(words) do
    local complaint
    if word == "" then
      complaint = "empty argument"
    elseif alone[word:lower()] then
      complaint = #words > 1 and ("%q must stand alone"):format(word) or nil
    elseif check then
      complaint = check(word)
    end
    if complaint then
      return nil, complaint
    end
    list[i] = word
  end
  return list[1] and list or nil
end

local NONE = { none = true }

function read.list(words, option)
  local list, complaint = read_list(words, NONE)
  if list and option == "logverbose" then -- ssh 9.2 takes the first one only
    return { list[1] }
  end
  return list, complaint
end

local function check_domain(word)
  local is_good = word:find "^%w[%w._-]*$" and not word:find("..", 1, true)
  return not is_good and ("bad domain %q"):format(word) or nil
end

function read.domains(words)
  local list, complaint = read_list(words, NONE, check_domain)
  for i, domain in ipairs(list or {}) do
    list[i] = domain:lower():gsub("%.$", "")
  end
  return list, complaint
end

function read.cnames(words)
  local list, complaint = read_list(words, NONE, function(word)
    local is_good = word == "*" or word:find "^[^:]*:."
    return not is_good and ("bad CNAME rule %q"):format(word) or nil
  end)
  for i, rule in ipairs(list or {}) do
    list[i] = rule:lower()
  end
  return list, complaint
end

function read.opens(words)
  if #words == 0 then
    return nil, MISSING
  end
  return read_list(words, { none = true, any = true }, function(word)
    local port = word:match "^%[[^%]]*%]:(.+)$" or word:match "^[^:]+:(.+)$"
    local is_good = port == "*" or port and value.port_of(port)
    return not is_good and ("bad destination %q"):format(word) or nil
  end)
end

-- Forwarded ports are nothing that a session with a device has: kept as written.
function read.forward(words, option)
  local first, second = words[1], words[2]
  if first == nil or first == "" then
    return nil, MISSING
  elseif option == "localforward" and (second == nil or second == "") then
    return nil, "missing target"
  end
  return second and first .. " " .. second or first
end

function read.sendenv(words)
  for _, word in ipairs(words) do
    if word == "" or word:find("=", 1, true) then
      return nil, ("%q is no name of a variable"):format(word)
    end
  end
  return words
end

function read.setenv(words)
  local list, seen = {}, {}
  for _, word in ipairs(words) do
    local name = word:match "^(.-)="
    if not name then
      return nil, ("%q is not NAME=value"):format(word)
    elseif not seen[name] then
      seen[name] = true
      list[#list + 1] = word
    end
  end
  return list[1] and list or nil
end

local SCALE = { [""] = 0, K = 10, M = 20, G = 30 }

local function bytes_of(text)
  local digits, unit = text:match "^(%d+)([KkMmGg]?)$"
  local number = digits and math.tointeger(tonumber(digits))
  return number and number << SCALE[unit:upper()]
end

function read.rekey(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local bytes, time = text == "default" and 0 or bytes_of(text), words[2] or "none"
  if not bytes or bytes ~= 0 and bytes < 16 then
    return nil, ("bad number of bytes %q"):format(text)
  elseif time ~= "none" and not value.seconds(time) then
    return nil, ("%q is no length of time"):format(time)
  end
  return text .. " " .. time
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

function read.addkeys(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local word = word_of.adding[text:lower()]
  if words[2] and (word ~= "confirm" or not value.seconds(words[2])) then
    return unsupported(table.concat(words, " "))
  elseif not word and not value.seconds(text) then
    return unsupported(text)
  end
  return words[2] and word .. " " .. words[2] or word or text
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

function read.qos(words)
  for i = 1, math.max(1, #words) do
    local word = words[i] or ""
    local is_number = word:find "^%d+$" or word:find "^0x%x+$"
    if not is_number and not word_of.quality[word:lower()] then
      return nil, ("bad quality of service %q"):format(word)
    end
  end
  return table.concat(words, " ")
end

function read.tunneldevice(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  for part in (text .. ":"):gmatch "([^:]*):" do
    if part:lower() ~= "any" and not part:find "^%d+$" then
      return nil, ("bad tunnel device %q"):format(text)
    end
  end
  return text
end

function read.persist(words)
  local text, complaint = read.text(words)
  if not text then
    return nil, complaint
  end
  local flag = word_of.flag[text]
  if not flag and not value.seconds(text) then
    return unsupported(text)
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

-- how many words a kind may have; one where nothing is said
local MOST = {
  nothing = math.huge,
  rest = math.huge,
  jump = math.huge,
  list = math.huge,
  domains = math.huge,
  cnames = math.huge,
  opens = math.huge,
  sendenv = math.huge,
  setenv = math.huge,
  addkeys = 2,
  forward = 2,
  qos = 2,
  rekey = 2,
}

--- Read the value of an option.
-- @string kind see `moonwire.ssh_config.keyword`
-- @tparam {string,...} words of its line
-- @string option its name
-- @string rest of its line, as it is written
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] ?string what is wrong; nil: there is nothing to remember
function value.read(kind, words, option, rest)
  local found, complaint = read[kind](words, option, rest)
  if not complaint and #words > (MOST[kind] or 1) then
    return nil, "extra arguments at the end of the line"
  end
  return found, complaint
end

return value
