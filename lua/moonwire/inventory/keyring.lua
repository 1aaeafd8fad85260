--- Secrets, fetched from where references say that they are.
-- The bytes go from the kernel into the secret and are no string of Lua on their way.
-- One keyring serves one loading: what several devices refer to is fetched once.
-- @module moonwire.inventory.keyring
local secret = require "host.secret"
local signals = require "moonwire.signals"
local task = require "moonwire.task"
local uv = require "luv"

local credential = require "moonwire.inventory.credential"

local Keyring = {}
Keyring.__index = Keyring

local PATIENCE = 60 -- seconds for a command
local LONGEST_FILE = 8192

-- from_env reads a variable once and takes it away: others may refer to it later
local from_environment = {}

local readers = {}

function readers.env(_, reference)
  local name = reference.env
  if not from_environment[name] then
    local held, message = secret.from_env(name)
    if not held then
      return nil, message
    end
    from_environment[name] = held
  end
  return from_environment[name]
end

function readers.file(_, reference, folder)
  return secret.from_file(credential.absolute(reference.file, folder))
end

function readers.credential(_, reference)
  local folder = os.getenv "CREDENTIALS_DIRECTORY"
  if not folder then
    return nil, "systemd gave this program no credentials (CREDENTIALS_DIRECTORY)"
  end
  return secret.from_file(folder .. "/" .. reference.credential)
end

local Closing = {
  __close = function(self)
    for _, fd in ipairs(self) do
      uv.fs_close(fd)
    end
  end,
}

local Killing = {
  __close = function(self)
    if self.process and not self.is_over then
      self.process:kill "sigkill"
    end
  end,
}

-- Run it to its end; its exit status, or nil and a message.
local function run(words, output)
  local child = setmetatable({}, Killing)
  local guard <close> = child -- luacheck: ignore 211
  return task.timeout(PATIENCE, function()
    return task.await(function(done)
      local message
      child.process, message = uv.spawn(words[1], {
        args = table.move(words, 2, #words, 1, {}),
        stdio = { nil, output, 2 },
      }, function(status, signal)
        child.is_over = true
        child.process:close()
        done(signal == 0 and status or 128 + signal)
      end)
      if not child.process then
        done(nil, message)
      end
    end)
  end)
end

function readers.command(_, reference)
  local words = reference.command
  local pipe = assert(uv.pipe({ nonblock = true }, {}))
  local open <close> = setmetatable({ pipe.read }, Closing) -- luacheck: ignore 211
  local status, message = run(words, pipe.write)
  uv.fs_close(pipe.write)
  if not status then
    return nil, ("%s: %s"):format(words[1], message)
  elseif status ~= 0 then
    return nil, ("%s: exit status %d"):format(words[1], status)
  end
  local held = secret.from_fd(pipe.read)
  return held, held == nil and words[1] .. ": printed nothing that is a secret" or nil
end

local ClosingHandles = {
  __close = function(self)
    for _, handle in ipairs(self) do
      handle:close()
    end
  end,
}

-- Ask, and wait until a line was typed. Not so when the user gives up: a program that a
-- signal ends would leave the terminal silent, so we listen before anybody is asked.
local function ask_for_line(fd, question)
  local handles <close> = setmetatable({}, ClosingHandles)
  local poll = assert(uv.new_poll(fd))
  handles[1] = poll
  return task.await(function(done)
    handles[2] = signals.listen(function()
      done(nil, "nobody answered: interrupted")
    end)
    poll:start("r", function()
      poll:stop()
      done(true)
    end)
    uv.fs_write(fd, question, -1)
  end)
end

--- Ask for a secret on the terminal.
-- @string text the question, without a colon
-- @treturn[1] secret
-- @return[2] nil
-- @treturn[2] string message
function Keyring.ask(text)
  local fd = uv.fs_open("/dev/tty", "r+", 0)
  if not fd then
    return nil, ("there is no terminal to ask for %q on"):format(text)
  end
  local open <close> = setmetatable({ fd }, Closing) -- luacheck: ignore 211
  local quiet <close>, message = secret.hide_echo(fd) -- luacheck: ignore 211
  if not quiet then
    return nil, message
  end
  local typed
  typed, message = ask_for_line(fd, text .. ": ")
  if not typed then
    return nil, message
  end
  return secret.from_fd(fd)
end

function readers.prompt(_, reference)
  return Keyring.ask(reference.prompt)
end

local function read_small(path)
  local file <close>, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  return file:read(LONGEST_FILE)
end

function readers.encrypted(self, reference, folder)
  local path = credential.absolute(reference.encrypted, folder)
  local bytes, message = read_small(path)
  if not bytes then
    return nil, message or path .. ": is empty"
  end
  local ask = { prompt = "Passphrase of " .. reference.encrypted }
  local passphrase
  passphrase, message = self:get(reference.passphrase or ask, folder)
  if not passphrase then
    return nil, message
  end
  local held
  held, message = secret.open(bytes, passphrase)
  return held, held == nil and ("%s: %s"):format(path, message) or nil
end

local WAYS = { "env", "file", "command", "prompt", "encrypted", "credential" }

local function way_of(reference)
  for _, way in ipairs(WAYS) do
    if reference[way] ~= nil then
      return way
    end
  end
end

-- the same for references that mean the same
local function key_of(reference, folder)
  local way = way_of(reference)
  local what = reference[way]
  if type(what) == "table" then
    what = table.concat(what, "\0")
  end
  local inner = reference.passphrase and key_of(reference.passphrase, folder) or ""
  local is_path = way == "file" or way == "encrypted"
  return table.concat({ way, is_path and folder or "", what, inner }, "\1")
end

--- Fetch what a reference names, once.
-- @tparam table reference
-- @string[opt] folder that relative paths begin at
-- @treturn[1] secret
-- @return[2] nil
-- @treturn[2] string message; also once: it is "" when it was given before
function Keyring:get(reference, folder)
  local key = key_of(reference, folder)
  local known = self.known[key]
  if known == nil then
    local held, message = readers[way_of(reference)](self, reference, folder)
    self.known[key] = held or false
    return held, message
  elseif known == false then
    return nil, ""
  end
  return known
end

--- A new keyring.
-- @treturn Keyring
function Keyring.new()
  return setmetatable({ known = {} }, Keyring)
end

return Keyring
