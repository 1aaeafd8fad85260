--- Lines that were typed, kept for the next time in a file that only its owner may
-- read. A line that seems to hold a password is not kept, in memory neither.
-- @module moonwire.repl.history
local uv = require "luv"

local History = { __name = "moonwire.repl.History" }
History.__index = History

local MOST = 1000 -- lines
local OWN_ONLY, OWN_FOLDER = 384, 448 -- 0600, 0700

local SECRETIVE = {
  "passw", "passphrase", "secret", "community", "credential", "token", "psk",
  "pre%-?shared", "key%-string", "%f[%w]key%f[%W]", "snmp%-server%s+user",
  "from_string",
}

--- Where they are kept, unless somebody says otherwise.
-- @treturn string|nil
function History.default_path()
  local folder = os.getenv "XDG_STATE_HOME"
  if not folder or folder == "" then
    local home = uv.os_homedir()
    folder = home and home .. "/.local/state"
  end
  return folder and folder .. "/moonwire/history"
end

--- Whether a line may hold a password, a key, or what is as good as one.
-- @string line
-- @treturn boolean
function History.is_secretive(line)
  local lower = line:lower()
  for _, pattern in ipairs(SECRETIVE) do
    if lower:find(pattern) then
      return true
    end
  end
  return false
end

local function make_folder(path)
  local at = 1
  while true do
    at = path:find("/", at + 1, true)
    if not at then
      return
    end
    uv.fs_mkdir(path:sub(1, at - 1), OWN_FOLDER)
  end
end

local function read_lines(path)
  local file <close> = io.open(path, "rb")
  local lines = {}
  if file then
    for line in file:lines() do
      lines[#lines + 1] = line
    end
  end
  return lines
end

-- Only the last ones; a crash leaves the file as it was.
local function shorten(path, lines)
  lines = table.move(lines, #lines - MOST + 1, #lines, 1, {})
  local fresh = path .. ".new"
  local fd = uv.fs_open(fresh, "w", OWN_ONLY)
  if fd then
    uv.fs_write(fd, table.concat(lines, "\n") .. "\n", 0)
    uv.fs_close(fd)
    uv.fs_rename(fresh, path)
  end
  return lines
end

--- What was kept.
-- @string[opt] path
-- @treturn History with `lines`; where the file cannot be written, nothing is kept and
-- `complaint` says why
function History.open(path)
  local self = setmetatable({ lines = {} }, History)
  if not path then
    self.complaint = "there is no home to keep it in"
    return self
  end
  make_folder(path)
  local lines = read_lines(path)
  self.lines = #lines > 2 * MOST and shorten(path, lines) or lines
  local fd, message = uv.fs_open(path, "a", OWN_ONLY)
  if fd then
    uv.fs_fchmod(fd, OWN_ONLY) -- it may be older than this rule
  end
  self.fd, self.complaint = fd, message
  return self
end

--- Keep a line.
-- @string line
-- @treturn boolean false when it is not to be kept
function History:add(line)
  if not line:find "%S" or line:find "%c" or History.is_secretive(line) then
    return false
  elseif self.fd and line ~= self.lines[#self.lines] then
    uv.fs_write(self.fd, line .. "\n", -1)
  end
  self.lines[#self.lines + 1] = line
  return true
end

--- Let go of the file.
function History:close()
  if self.fd then
    uv.fs_close(self.fd)
    self.fd = nil
  end
end
History.__close = History.close

return History
