--- Recordings served as simulated devices, for SSH clients of any kind on this machine.
-- Device i has the address 127.1.x.y, as in a lab; on 127.0.0.1 the name of the user is
-- the name of the device, and any name is, where there is but one. Whoever comes is let
-- in, whatever his password: nothing here is real, and nobody from elsewhere can come.
-- @module moonwire.replay
local address = require "moonwire.lab.address"
local cast = require "moonwire.replay.cast"
local foreign = require "moonwire.replay.foreign"
local hostkeys = require "host.hostkeys"
local key = require "moonwire.lab.key"
local player = require "moonwire.replay.player"
local script = require "moonwire.replay.script"
local server = require "host.server"
local task = require "moonwire.task"

local replay = {}

local Replay = { __name = "moonwire.Replay" }
Replay.__index = Replay

local LARGEST = 256 << 20 -- bytes of a file

local function read_file(path)
  local file <close>, message = io.open(path, "rb")
  local text = file and file:read(LARGEST)
  if file and not text then
    message = path .. ": there is nothing to read"
  elseif text and #text == LARGEST then
    text, message = nil, path .. ": larger than 256 MiB"
  end
  return text, message
end

local function of_cast(text, name)
  local head, events = cast.read(text)
  if not head then
    return nil, events
  end
  return { script.of_cast(head, events, name) }
end

-- What the first lines of a file look like, and who reads it then.
local function reader_of(text)
  if cast.is_one(text) then
    return of_cast
  elseif text:find "^%s*{" then
    return foreign.ansible
  elseif text:find "^interactions:" or text:find "\ninteractions:" then
    return foreign.scrapli
  elseif text:find "^platforms:" or text:find "\nplatforms:" then
    return foreign.cisshgo
  elseif text:find "^commands:" or text:find "\ncommands:" then
    return foreign.oxidized
  end
  return nil
end

local function name_of(path)
  local name = path:match "([^/]*)$"
  return name:gsub("%.part$", ""):gsub("%.%w+$", "")
end

--- Read a recording: of moonwire (an asciicast), Ansible's network_cli, scrapli_replay,
-- Oxidized or cisshgo.
-- @string path
-- @treturn[1] {table,...} scripts of `moonwire.replay.script`; one but for cisshgo
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local, invalid
function replay.read(path)
  local text, message = read_file(path)
  if not text then
    return nil, message, "local"
  end
  local read = reader_of(text)
  if not read then
    return nil, path .. ": this is no recording that is known here", "invalid"
  end
  local scripts
  scripts, message = read(text, name_of(path), path:match "^(.*)/" or ".")
  if not scripts then
    return nil, ("%s: %s"):format(path, message), "invalid"
  end
  return scripts
end

-- Two recordings of one device are two devices.
local function name_all(scripts)
  local taken = {}
  for _, one in ipairs(scripts) do
    local name, number = one.name, 1
    while taken[one.name:lower()] do
      number = number + 1
      one.name = ("%s-%d"):format(name, number)
    end
    taken[one.name:lower()] = one
  end
  return taken
end

local function read_all(paths)
  local all = {}
  for _, path in ipairs(paths) do
    local scripts, message, kind = replay.read(path)
    if not scripts then
      return nil, message, kind
    end
    table.move(scripts, 1, #scripts, #all + 1, all)
  end
  return all
end

local function find_script(self, host, user)
  if host ~= address.SHARED then
    return self.scripts[address.index(host) or 0]
  end
  return self.by_name[user:gsub("%+.*", ""):lower()]
    or #self.scripts == 1 and self.scripts[1] or nil
end

--- Open a server of recordings. It serves nobody before `serve` runs.
-- @tparam string|{string,...} paths
-- @tparam[opt] table options `port` (0: a free one), `speed` (1: as fast as it was
-- recorded; `math.huge`: at once), `device_type` (where a recording does not say)
-- @treturn[1] Replay
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local, invalid
function replay.open(paths, options)
  options = options or {}
  local scripts, message, kind = read_all(type(paths) == "table" and paths or { paths })
  if not scripts then
    return nil, message, kind
  end
  local self = setmetatable({
    scripts = scripts, by_name = name_all(scripts), options = options,
  }, Replay)
  self.listener, message, kind = server.listen {
    port = options.port or 0,
    host_keys = { key.USUAL },
    authorize = function(host, user)
      return find_script(self, host, user) ~= nil
    end,
  }
  if not self.listener then
    return nil, message, kind
  end
  return self
end

local function serve_one(self, tty)
  local _ <close> = tty
  local played = find_script(self, tty:address(), tty:user())
  if played and tty:kind() == "shell" then
    player.play(tty, played, self.options)
  elseif played and tty:kind() == "exec" then
    tty:close(player.execute(tty, played))
  end
end

--- Serve everybody who comes, until it is closed. Waits.
function Replay:serve()
  task.group(function(group)
    local tty = self.listener:accept()
    while tty do
      group:spawn(serve_one, self, tty)
      tty = self.listener:accept()
    end
  end)
end

--- Close it: all sessions end.
function Replay:close()
  self.listener:close()
end
Replay.__close = Replay.close

--- The devices, as an inventory has them; the host key is pinned.
-- @treturn {table,...}
function Replay:inventory()
  local host_key = hostkeys.fingerprint(self.listener:host_key(1))
  local devices = {}
  for i, one in ipairs(self.scripts) do
    devices[i] = {
      name = one.name,
      host = address.of(i),
      port = self.listener:port(),
      username = "admin",
      password = "admin",
      secret = "admin",
      device_type = one.device_type or self.options.device_type or "cisco_ios",
      host_key = host_key,
    }
  end
  return devices
end

--- What a client's known_hosts file has to say about it.
-- @treturn string a line without its end
function Replay:known_hosts()
  return ("[127.*]:%d %s"):format(self.listener:port(), self.listener:host_key(1))
end

--- Serve recordings while a function runs, as in a spec.
-- @tparam string|{string,...} paths
-- @tparam table options as for `open`
-- @tparam function fn called with the devices; what it returns is returned. Raises what
-- it raises, and when there is nothing to serve.
function replay.with(paths, options, fn)
  local served <close> = assert(replay.open(paths, options))
  local results
  task.group(function(group)
    group:spawn(served.serve, served)
    local devices = served:inventory()
    results = table.pack(pcall(fn, devices))
    served:close()
  end)
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

return replay
