--- Values of ssh_config that are lists, or have parts. They are read as
-- `moonwire.ssh_config.value` tells.
-- @module moonwire.ssh_config.compound
local scalar = require "moonwire.ssh_config.scalar"
local word_of = require "moonwire.ssh_config.word"

local compound = {}

local read = {}

--- A reader by kind.
compound.read = read

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
    return nil, scalar.MISSING
  end
  return read_list(words, { none = true, any = true }, function(word)
    local port = word:match "^%[[^%]]*%]:(.+)$" or word:match "^[^:]+:(.+)$"
    local is_good = port == "*" or port and scalar.port_of(port)
    return not is_good and ("bad destination %q"):format(word) or nil
  end)
end

-- Forwarded ports are nothing that a session with a device has: kept as written.
function read.forward(words, option)
  local first, second = words[1], words[2]
  if first == nil or first == "" then
    return nil, scalar.MISSING
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
  local text, complaint = scalar.read.text(words)
  if not text then
    return nil, complaint
  end
  local bytes, time = text == "default" and 0 or bytes_of(text), words[2] or "none"
  if not bytes or bytes ~= 0 and bytes < 16 then
    return nil, ("bad number of bytes %q"):format(text)
  elseif time ~= "none" and not scalar.seconds(time) then
    return nil, ("%q is no length of time"):format(time)
  end
  return text .. " " .. time
end

function read.addkeys(words)
  local text, complaint = scalar.read.text(words)
  if not text then
    return nil, complaint
  end
  local word = word_of.adding[text:lower()]
  if words[2] and (word ~= "confirm" or not scalar.seconds(words[2])) then
    return scalar.unsupported(table.concat(words, " "))
  elseif not word and not scalar.seconds(text) then
    return scalar.unsupported(text)
  end
  return words[2] and word .. " " .. words[2] or word or text
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
  local text, complaint = scalar.read.text(words)
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

return compound
