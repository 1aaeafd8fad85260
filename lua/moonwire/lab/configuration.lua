--- A configuration in the manner of IOS: lines in an order of their own, and sections
-- of indented lines. It knows which line replaces which, but not what any of them does.
-- @module moonwire.lab.configuration
local configuration = {}

local Configuration = { __name = "moonwire.lab.Configuration" }
Configuration.__index = Configuration

-- The order in which lines are shown, by their first words.
local ORDER = {
  "version", "service", "hostname", "boot", "logging", "enable", "username", "aaa",
  "clock", "mac", "lldp", "cdp", "errdisable", "ip domain", "ip name-server", "ip cef",
  "ipv6", "vtp", "crypto", "spanning-tree", "archive", "redundancy", "vlan", "track",
  "class-map", "policy-map", "interface", "router", "ip default-gateway", "ip",
  "ip http", "ip ssh", "ip route", "ip access-list", "access-list", "route-map",
  "snmp-server", "tacacs", "radius", "control-plane", "banner", "alias", "line",
  "monitor", "ntp",
}

local RANK = {}
for i, words in ipairs(ORDER) do
  RANK[words] = i
end

-- Kinds of sections that are shown by name, not in the order of their coming.
local SORTED = { interface = true, vlan = true }

-- Lines of which there is one: so many of their first words are what they replace.
local SINGLE = {
  version = 1, hostname = 1, description = 1, name = 1, shutdown = 1, speed = 1,
  duplex = 1, mtu = 1, bandwidth = 1, username = 2, privilege = 1, password = 1,
  ["exec-timeout"] = 1, ["enable secret"] = 2, ["enable password"] = 2,
  ["ip address"] = 2, ["banner motd"] = 2, ["banner login"] = 2, ["banner exec"] = 2,
  ["ip default-gateway"] = 2, ["ip domain name"] = 3, ["switchport mode"] = 2,
  ["switchport access vlan"] = 3, ["switchport voice vlan"] = 3,
  ["switchport trunk encapsulation"] = 3, ["switchport trunk native"] = 3,
  ["switchport trunk allowed"] = 3, ["transport input"] = 2,
  ["transport preferred"] = 2, ["logging buffered"] = 2, ["spanning-tree mode"] = 2,
  ["vtp mode"] = 2, ["clock timezone"] = 2, ["snmp-server location"] = 2,
  ["snmp-server contact"] = 2,
}

-- Lines that hold unless denied, so that their denial is worth a line.
local ON = {
  ["ip domain lookup"] = true, ["ip domain-lookup"] = true, ["ip http server"] = true,
  ["ip http secure-server"] = true, ["ip routing"] = true, ["cdp run"] = true,
  ["cdp enable"] = true, ["service pad"] = true, ["logging console"] = true,
  switchport = true, ["ip proxy-arp"] = true, ["ip redirects"] = true,
}

local function first_words(line, count)
  local stop = 0
  for _ = 1, count do
    local _, last = line:find("^%s*%S+", stop + 1)
    if not last then
      break
    end
    stop = last
  end
  return line:sub(1, stop)
end

local function positive(line)
  return (line:gsub("^no ", ""))
end

-- what the longest run of first words gives in a table
local function look_up(map, line, most)
  for count = most, 1, -1 do
    local words = first_words(line, count)
    if map[words] then
      return map[words]
    end
  end
  return nil
end

local function key_of(line)
  local plain = positive(line)
  local count = look_up(SINGLE, plain, 3)
  return count and first_words(plain, count) or plain
end

--- What a line is called by: two lines of the same name replace each other.
-- @string line
-- @treturn string
configuration.key = key_of

local function place_of(line)
  local plain = positive(line)
  local place = ("%03d"):format(look_up(RANK, plain, 2) or #ORDER + 1)
  if SORTED[first_words(plain, 1)] then
    place = place .. plain:gsub("%d+", function(digits)
      return ("%08d"):format(math.tointeger(tonumber(digits)) or 0)
    end)
  end
  return place
end

local function find_line(lines, key)
  for i, line in ipairs(lines) do
    if key_of(line) == key then
      return i
    end
  end
  return nil
end

local function insert_entry(self, text)
  local place = place_of(text)
  local at = #self
  while at > 0 and self[at].place > place do
    at = at - 1
  end
  local lines = SORTED[first_words(text, 1)] and {} or nil
  local entry = { text = text, place = place, key = key_of(text), lines = lines }
  table.insert(self, at + 1, entry)
  return entry
end

local function find_entry(self, key)
  for i, entry in ipairs(self) do
    if entry.key == key then
      return entry, i
    end
  end
  return nil
end

--- Open a section, making it when it is not there.
-- @string text its first line, such as "interface Vlan1"
-- @treturn table the section, for the other functions
function Configuration:section(text)
  local entry = find_entry(self, key_of(text)) or insert_entry(self, text)
  entry.lines = entry.lines or {}
  return entry
end

--- Find a section.
-- @string text its first line
-- @treturn table|nil
function Configuration:find(text)
  return (find_entry(self, key_of(text)))
end

--- Add a line, in the place of the one it replaces.
-- @tparam table|nil section nil: not in any
-- @string line
function Configuration:set(section, line)
  if section then
    section.lines = section.lines or {}
    local at = find_line(section.lines, key_of(line))
    section.lines[at or #section.lines + 1] = line
    return
  end
  local entry = find_entry(self, key_of(line))
  if entry then
    entry.text = line
  else
    insert_entry(self, line)
  end
end

local function is_under(line, words)
  return line == words or line:sub(1, #words + 1) == words .. " "
end

local function remove_entries(self, words)
  local count = 0
  for i = #self, 1, -1 do
    if is_under(self[i].text, words) then
      table.remove(self, i)
      count = count + 1
    end
  end
  return count
end

local function remove_lines(lines, words)
  local count = 0
  for i = #lines, 1, -1 do
    if is_under(lines[i], words) then
      table.remove(lines, i)
      count = count + 1
    end
  end
  return count
end

--- Take lines away, as "no …" does; what holds by itself is then denied by a line.
-- @tparam table|nil section nil: not in any
-- @string words the line, or its beginning
-- @treturn int how many lines went
function Configuration:remove(section, words)
  local count
  if section then
    count = remove_lines(section.lines or {}, words)
  else
    count = remove_entries(self, words)
  end
  if ON[words] then
    self:set(section, "no " .. words)
  end
  return count
end

--- What a line says behind its first words.
-- @tparam table|nil section
-- @string key such as "hostname" or "ip address"
-- @treturn string|nil
function Configuration:value(section, key)
  for _, line in ipairs(section and (section.lines or {}) or self) do
    local text = section and line or line.text
    if is_under(text, key) then
      return text:sub(#key + 2)
    end
  end
  return nil
end

--- Go through the sections of one kind.
-- @string kind such as "interface"
-- @treturn function iterator of the name and the section
function Configuration:each(kind)
  local i = 0
  return function()
    repeat
      i = i + 1
    until not self[i] or is_under(self[i].text, kind)
    return self[i] and self[i].text:sub(#kind + 2), self[i]
  end
end

-- a "!" stands around sections, and between lines of different kinds
local function is_apart(before, entry)
  return before == nil or before.lines ~= nil or entry.lines ~= nil
    or before.place:sub(1, 3) ~= entry.place:sub(1, 3)
end

--- One section as text.
-- @tparam table section
-- @treturn string lines that end in LF
function configuration.render_section(section)
  local text = section.text .. "\n"
  for _, line in ipairs(section.lines or {}) do
    text = text .. " " .. line .. "\n"
  end
  return text
end

--- The whole as text, from the first "!" to "end".
-- @treturn string lines that end in LF
function Configuration:render()
  local pieces, before = {}, nil
  for _, entry in ipairs(self) do
    if is_apart(before, entry) then
      pieces[#pieces + 1] = "!\n"
    end
    pieces[#pieces + 1] = configuration.render_section(entry)
    before = entry
  end
  pieces[#pieces + 1] = "!\nend\n"
  return table.concat(pieces)
end

-- a banner has lines of its own, between its delimiters
local function join_banners(text)
  return (text:gsub("%^C\n.-%^C\n", function(banner)
    return banner:sub(1, -2):gsub("\n", "\1") .. "\n"
  end))
end

--- Read a configuration from text as `render` writes it.
-- @string text lines that end in LF
-- @treturn Configuration
function configuration.parse(text)
  local self, section = setmetatable({}, Configuration), nil
  for line in join_banners(text):gmatch "([^\n]*)\n" do
    if section and line:find "^ " then
      section.lines = section.lines or {}
      table.insert(section.lines, line:sub(2))
    elseif line ~= "" and line ~= "end" and not line:find "^!" then
      section = insert_entry(self, (line:gsub("\1", "\n")))
    end
  end
  return self
end

return configuration
