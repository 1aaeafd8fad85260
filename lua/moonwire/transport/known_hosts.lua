--- The files in which host keys are kept: what is in them, what is taken up, what is
-- revoked. A key that a scan has brought is nobody's until a person has accepted it: it
-- lies in a file of its own, *pending*.
-- @module moonwire.transport.known_hosts
local hostkeys = require "host.hostkeys"
local uv = require "luv"

local known_hosts = {}

-- a key that no device has: whatever is known of a host contradicts it
local NOBODYS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" .. ("A"):rep(43)

--- Where the user's host keys are kept.
-- @treturn string
function known_hosts.default_path()
  return (uv.os_homedir() or ".") .. "/.ssh/known_hosts"
end

local function fingerprint_of(public)
  local ok, fingerprint = pcall(hostkeys.fingerprint, public)
  return ok and fingerprint or nil
end

--- Take the text of a file apart.
-- @string text
-- @treturn {table,...} for each line that names a key: `line` (number), `text`,
-- `marker` ("@revoked", "@cert-authority" or nil), `hosts`, `type`, `public`,
-- `fingerprint`
function known_hosts.entries(text)
  local list, number = {}, 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local marker, rest = line:match "^%s*(@%S+)%s+(.*)$"
    local hosts, type, key = (rest or line):match "^%s*([^#%s]%S*)%s+(%S+)%s+(%S+)"
    local public = key and type .. " " .. key
    local fingerprint = public and fingerprint_of(public)
    if fingerprint then
      list[#list + 1] = {
        line = number, text = line, marker = marker, hosts = hosts, type = type,
        public = public, fingerprint = fingerprint,
      }
    end
  end
  return list
end

--- Read the entries of a file.
-- @string path
-- @treturn[1] {table,...}
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function known_hosts.read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message, "local"
  end
  local text = file:read "a"
  file:close()
  if not text then
    return nil, path .. ": cannot be read", "local"
  end
  return known_hosts.entries(text)
end

--- How a host is named in a file: "host", or "[host]:port" where that is not 22.
function known_hosts.name(host, port)
  host = host:lower()
  if port and port ~= 22 then
    return ("[%s]:%d"):format(host, port)
  end
  return host
end

--- Take a name apart: "host", "host:port", "[host]:port".
-- @treturn string host
-- @treturn int port
function known_hosts.split(name)
  local host, port = name:match "^%[([^%]]+)%]:(%d+)$"
  if not host then
    host, port = name:match "^([^:]+):(%d+)$"
  end
  return host or name, math.tointeger(tonumber(port)) or 22
end

--- Whether an entry is for a host, also when its names are hashed or patterns.
-- @tparam table entry see `entries`
-- @string name "host", "host:port" or "[host]:port"
-- @treturn boolean
function known_hosts.is_of(entry, name)
  local store = assert(hostkeys.open {
    text = entry.hosts .. " " .. entry.public .. "\n",
  })
  local host, port = known_hosts.split(name)
  return store:lookup(host, port, NOBODYS) == "changed"
end

-- One file, or several as ssh_config may name them; those that are there.
local function open_store(path)
  local files = {}
  for _, file in ipairs(type(path) == "table" and path or { path }) do
    files[#files + 1] = uv.fs_stat(file) and file or nil
  end
  if #files == 0 then
    return hostkeys.open { text = "" }
  end
  return hostkeys.open { files = files }
end

--- What a file says of keys that devices have shown.
-- @tparam string|{string,...} path one or several
-- @tparam {table,...} shown each with `host`, `port`, `public`; gets `verdict`:
-- "known", "unknown", "changed", "revoked"; and `is_other_type` (changed, and no key
-- of this type is known)
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function known_hosts.judge(path, shown)
  local store, message, kind = open_store(path)
  if not store then
    return nil, message, kind
  end
  for _, one in ipairs(shown) do
    local detail
    one.verdict, detail = store:lookup(one.host, one.port, one.public)
    one.is_other_type = detail.is_other_type
  end
  return true
end

--- Put keys into the file of pending ones, in place of what it said of these hosts.
-- @string path
-- @tparam {table,...} shown as for `judge`
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function known_hosts.keep_pending(path, shown)
  local lines, fresh = {}, {}
  for _, one in ipairs(shown) do
    local name = known_hosts.name(one.host, one.port)
    fresh[name] = fresh[name] or {}
    fresh[name][one.public] = true
  end
  return hostkeys.edit(path, function(text)
    for _, entry in ipairs(known_hosts.entries(text)) do
      if not fresh[entry.hosts] then
        lines[#lines + 1] = entry.text
      end
    end
    for name, keys in pairs(fresh) do
      for public in pairs(keys) do
        lines[#lines + 1] = name .. " " .. public
      end
    end
    table.sort(lines)
    lines[#lines + 1] = ""
    return table.concat(lines, "\n")
  end)
end

local function drop_lines(path, numbers)
  return hostkeys.edit(path, function(text)
    local lines, number = {}, 0
    for line in text:gmatch "([^\n]*)\n" do
      number = number + 1
      if not numbers[number] then
        lines[#lines + 1] = line .. "\n"
      end
    end
    return table.concat(lines)
  end)
end

-- Whether a key may be taken up beside what a file says, and whether it is new there. A
-- host may have a key of each type.
local function judge_new(store, taken, entry)
  local host, port = known_hosts.split(entry.hosts)
  local kind = entry.hosts .. " " .. entry.type
  local verdict, detail = store:lookup(host, port, entry.public)
  local is_free = verdict == "unknown" or verdict == "changed" and detail.is_other_type
  if taken[kind] and taken[kind] ~= entry.public then
    verdict, is_free = "changed", false
  end
  if verdict ~= "known" and not is_free then
    return nil, ("the key of %s is not added: it is %s"):format(host, verdict)
  end
  taken[kind] = entry.public
  return true, is_free
end

-- The line that takes an entry up, "" where it is known; nil: it has a reason.
local function line_of(store, taken, entry, is_right)
  local ok, is_new = is_right(entry)
  if ok then
    ok, is_new = judge_new(store, taken, entry)
  end
  if not ok then
    entry.reason = is_new
    return nil
  end
  return is_new and entry.hosts .. " " .. entry.public .. "\n" or ""
end

-- A text with the keys that are right, and which these are.
local function add_lines(text, entries, is_right, outcome)
  local store, message = hostkeys.open { text = text }
  if not store then
    outcome.failure = message
    return text
  end
  local lines, seen = { text }, {}
  if text:find "[^\n]$" then
    lines[2] = "\n"
  end
  for _, entry in ipairs(entries) do
    local line = line_of(store, seen, entry, is_right)
    lines[#lines + 1] = line
    table.insert(line and outcome.taken or outcome.left, entry)
    outcome.numbers[entry.line] = line and true
  end
  return table.concat(lines)
end

--- Take pending keys up: a host's first one, and one of each further type.
-- @string pending file
-- @string path of the file that they go to
-- @tparam function is_right called with each entry; true takes it up
-- @treturn[1] {table,...} the entries that were taken up
-- @treturn[1] {table,...} those that were not, each with `reason`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function known_hosts.accept(pending, path, is_right)
  local entries, message, kind = known_hosts.read(pending)
  if not entries then
    return nil, message, kind
  end
  local outcome = { taken = {}, left = {}, numbers = {} }
  local ok
  ok, message, kind = hostkeys.edit(path, function(text)
    local changed = add_lines(text, entries, is_right, outcome)
    return changed ~= text and changed or nil
  end)
  if ok and outcome.failure then
    ok, message, kind = nil, outcome.failure, "local"
  elseif ok then
    ok, message, kind = drop_lines(pending, outcome.numbers)
  end
  if not ok then
    return nil, message, kind
  end
  return outcome.taken, outcome.left
end

-- The lines that give a host a key, a few at a time; empty when there is none.
local function lines_of(text, host, port)
  local store, message = hostkeys.open { text = text }
  if not store then
    error(message, 0)
  end
  local verdict, detail = store:lookup(host, port, NOBODYS)
  local numbers = {}
  for _, record in ipairs(verdict == "changed" and detail.expected or {}) do
    numbers[record.line] = true
  end
  return numbers
end

local function revoke_lines(text, numbers, revoked)
  local number = 0
  return (text:gsub("[^\n]*\n?", function(line)
    number = number + 1
    if numbers[number] then
      revoked[#revoked + 1] = known_hosts.entries(line)[1]
      return "@revoked " .. line
    end
  end))
end

--- Mark all keys of a host as revoked: it can be given another one then, and these are
-- refused wherever they turn up under its names.
-- @string path
-- @string name "host", "host:port" or "[host]:port"
-- @treturn[1] {table,...} the entries that were revoked; none is no error
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function known_hosts.revoke(path, name)
  local host, port = known_hosts.split(name)
  local revoked = {}
  local found, message = uv.fs_stat(path)
  if not found then
    return nil, message, "local"
  end
  local ok, why, kind = hostkeys.edit(path, function(text)
    local numbers = lines_of(text, host, port)
    while next(numbers) do
      text = revoke_lines(text, numbers, revoked)
      numbers = lines_of(text, host, port)
    end
    return #revoked > 0 and text or nil
  end)
  if not ok then
    return nil, why, kind
  end
  return revoked
end

return known_hosts
