--- Who we are to a device: keys, certificates and agent, as the inventory names them.
-- Each is read once per program (and thread), however many devices share it; a key that
-- is encrypted is opened once for all threads of a run.
-- @module moonwire.transport.identity
local once = require "moonwire.transport.once"
local secret = require "moonwire.transport.secret"
local ssh = require "host.ssh"
local uv = require "luv"

local identity = {}

local AGENT_TIMEOUT = 15 -- seconds for each of its answers

-- what opens a file is not part of its name: the first device that names it brings it
local read_count = 0
local keys = once.new(function(path, passphrase)
  read_count = read_count + 1
  return ssh.key(path, passphrase)
end)

local bare = once.new(function(path, passphrase)
  local key = keys:get(path, passphrase)
  return key and key:bare()
end)
local refused = {} -- paths of those that are nothing for others

local certified = once.new(function(path, key)
  return key:certify(path)
end)

-- with the numbers of its keys by their fingerprints
local agents = once.new(function(path)
  local agent, message, kind = ssh.agent(path, AGENT_TIMEOUT)
  if not agent then
    return nil, message, kind
  end
  local known = {}
  for number, one in ipairs(agent:identities()) do
    known[one.fingerprint] = number
  end
  return { agent = agent, known = known }
end)

local broken = {} -- agents that were late, with what is said of them: not asked again

--- Paths of a device's keys, in the order in which they are tried.
-- @tparam table device `key_file`, `key_files`
-- @treturn {string,...}
function identity.key_files(device)
  local files = { device.key_file }
  return table.move(device.key_files or {}, 1, #(device.key_files or {}), #files + 1,
    files)
end

--- How many files of keys this thread has read, and opened where they are encrypted.
-- @treturn int
function identity.read_count()
  return read_count
end

local function note_encrypted(found, device)
  local passphrase = device.key_passphrase and secret.of(device, "key_passphrase")
  for _, path in ipairs(passphrase and identity.key_files(device) or {}) do
    found[path] = found[path] or passphrase
  end
end

local function note_ways(found, device)
  note_encrypted(found, device)
  local way = type(device.jump) == "table" and device.jump
  for _, one in ipairs(way and (way.host and { way } or way) or {}) do
    if type(one) == "table" then
      note_ways(found, one)
    end
  end
end

--- Open the keys of a device, and of its jump hosts, that come with a passphrase: off
-- the loop, each once. One that cannot be opened is left to whoever logs in with it.
-- @tparam table device after ssh_config was asked
-- @treturn {[string]=secret,...} what `identity.give` takes in another thread, by path
function identity.open_all(device)
  local found, opened = {}, {}
  note_ways(found, device)
  for path, passphrase in pairs(found) do
    opened[path] = not refused[path] and bare:get(path, passphrase) or nil
    refused[path] = opened[path] == nil or nil
  end
  return opened
end

--- Have keys that another thread has opened.
-- @tparam {[string]=secret,...} opened as `identity.open_all` gives them
function identity.give(opened)
  for path, one in pairs(opened) do
    keys:put(path, ssh.bare_key(one))
  end
end

local function public_of(path)
  local file = io.open(path .. ".pub")
  local line = file and file:read "l"
  if file then
    file:close()
  end
  return line and line:match "^(%S+ %S+)"
end

local function hostkey_fingerprint(public)
  local ok, fingerprint = pcall(require("host.hostkeys").fingerprint, public)
  return ok and fingerprint or nil
end

-- The certificates for a key: those that are named, and the one beside it.
local function certify(list, path, key, device)
  local beside = path .. "-cert.pub"
  if uv.fs_stat(beside) then
    local one, message, kind = certified:get(beside, key)
    if not one then
      return nil, message, kind
    end
    list[#list + 1] = one
  end
  for _, certificate in ipairs(device.certificate_files or {}) do
    local one, message = certified:get(certificate .. "\0" .. path, key)
    if one then
      list[#list + 1] = one
    elseif not message:find "is of another key$" then
      return nil, message, "local"
    end
  end
  return true
end

-- A key that the agent has, too, need not be opened.
local function is_in(known, path)
  local public = public_of(path)
  local fingerprint = public and hostkey_fingerprint(public)
  return fingerprint ~= nil and known[fingerprint] ~= nil
end

local function load_keys(device, passphrase, known)
  local list = {}
  for _, path in ipairs(identity.key_files(device)) do
    if passphrase or not is_in(known, path) then
      local key, message, kind = keys:get(path, passphrase)
      local ok = key
      if key then
        ok, message, kind = certify(list, path, key, device)
        list[#list + 1] = key
      end
      if not ok then
        return nil, message, kind
      end
    end
  end
  return list
end

local function has_method(device, name)
  for _, method in ipairs(device.auth_methods or {}) do
    if method == name then
      return true
    end
  end
  return false
end

local function wants_keys(device)
  return device.password == nil or #identity.key_files(device) > 0
    or has_method(device, "publickey")
end

-- Which agent, if any; the second value: whether somebody asked for this very one.
-- "$NAME" is the variable of that name, as OpenSSH has it.
local function agent_path(device)
  local named = device.agent
  if named == false or named == "none" then
    return nil
  elseif named == true then
    named = "SSH_AUTH_SOCK"
  end
  if named == nil then
    return wants_keys(device) and os.getenv "SSH_AUTH_SOCK" or nil, false
  elseif named == "SSH_AUTH_SOCK" or named:find "^%$[%w_]+$" then
    return os.getenv((named:gsub("^%$", ""))), true
  end
  return named, true
end

local function usable(path)
  if broken[path] then
    return nil, broken[path], "timeout"
  end
  local found, message, kind = agents:get(path)
  if found then
    message, kind = found.agent:trouble()
  end
  if message then
    agents:forget(path)
    broken[path] = kind == "timeout" and message or nil
    return nil, message, kind
  end
  if next(found.known) == nil then
    agents:forget(path) -- it may be given keys later
  end
  return found
end

-- nil, message, kind only where the agent was asked for by name
local function find_agent(device)
  local path, is_named = agent_path(device)
  if path and path ~= "" then
    local found, message, kind = usable(path)
    if not found and is_named then
      return nil, message, kind
    end
    return found
  elseif is_named then
    return nil, "there is no ssh-agent: SSH_AUTH_SOCK is not set", "local"
  end
end

-- With `identities_only`, the agent's keys are those whose files the device names.
local function agent_keys(device, known)
  if not device.identities_only then
    return nil
  end
  local numbers = {}
  local files = identity.key_files(device)
  for i, path in ipairs(files) do
    files[i] = public_of(path)
  end
  for _, path in ipairs(device.certificate_files or {}) do
    files[#files + 1] = public_of((path:gsub("%.pub$", "")))
  end
  for _, public in pairs(files) do
    numbers[#numbers + 1] = known[hostkey_fingerprint(public) or ""]
  end
  return numbers
end

--- What a device is to be logged in to with, beside passwords.
-- @tparam table device `key_file`, `key_files`, `certificate_files`, `agent` (path of
-- an ssh-agent's socket; false: none; left out: that of SSH_AUTH_SOCK where the device
-- has keys, no password, or "publickey" among its `auth_methods`), `identities_only`
-- (of the agent, only the keys that are named)
-- @tparam ?secret passphrase for keys that are encrypted
-- @treturn[1] table `keys`, `agent`, `agent_keys`, as for `host.ssh.connect`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local; timeout (an agent that was asked for)
function identity.of(device, passphrase)
  local found, message, kind = find_agent(device)
  if message then
    return nil, message, kind
  end
  local known = found and found.known or {}
  local list
  list, message, kind = load_keys(device, passphrase, known)
  if not list then
    return nil, message, kind
  end
  return {
    keys = list,
    agent = found and found.agent,
    agent_keys = found and agent_keys(device, known),
  }
end

return identity
