--- What is kept of a session for those who were not there: all of it in a file, or in
-- memory its beginning and its end, which become a file only when it fails.
-- @module moonwire.session.recording
local json = require "dkjson"
local needle = require "moonwire.platform.needle"
local safe_name = require "moonwire.safe_name"
local secrets = require "host.secret"
local tape = require "host.tape"
local uv = require "luv"

local recording = {}

local Recording = { __name = "moonwire.Recording" }
Recording.__index = Recording

local MOST_OF_A_NAME = 10000 -- files
local FOLDER = 448 -- 0700
local LONGEST_MARK = 2048 -- bytes
local COLUMNS, ROWS = 132, 43 -- of a player; devices are told of longer lines
local OWN = { "password", "secret", "key_passphrase" }

--- Where command lines let sessions that fail leave their recordings.
recording.FOLDER = "outputs/recordings"

local default -- folder for what failed; nil: nothing is kept

--- Where sessions that fail leave their recording, unless they are told.
-- @tparam string|nil folder nil: nowhere
function recording.set_default(folder)
  default = folder
end

--- See `set_default`.
-- @treturn string|nil
function recording.default()
  return default
end

local function make_folder(path)
  local above = path:match "^(.*[^/])/+[^/]+/*$"
  if uv.fs_stat(path) then
    return
  elseif above then
    make_folder(above)
  end
  uv.fs_mkdir(path, FOLDER) -- what went wrong is said when the file is written
end

local function head_of(self)
  local device = self.device
  return json.encode({
    version = 2, width = COLUMNS, height = ROWS,
    timestamp = os.time(),
    title = device.name or device.host,
    env = { TERM = self.platform.link.term },
    moonwire = { device_type = self.platform.name, lazy = self.is_lazy },
  }, { keyorder = { "version", "width", "height", "timestamp", "title", "env" } })
end

local function hide_secret(self, value)
  if type(value) == "string" and value ~= "" then
    self.tape:hide(secrets.from_string(value))
  elseif secrets.is_secret(value) then
    self.tape:hide(value)
  end
end

local rules = setmetatable({}, { __mode = "k" }) -- by platform

local function hide_lines(self)
  local platform = self.platform
  rules[platform] = rules[platform] or needle.lines(platform.scrub or {})
  for _, words in ipairs(rules[platform]) do
    self.tape:hide(words)
  end
end

local function hide_all(self)
  for _, name in ipairs(OWN) do
    hide_secret(self, self.device[name])
  end
  for _, one in ipairs(self.device.answers or {}) do
    hide_secret(self, one.answer)
  end
  hide_lines(self)
end

-- A file that nobody has yet, and its path.
local function write(self, folder)
  local name = safe_name(self.device.name or self.device.host)
  local head = head_of(self)
  make_folder(folder)
  hide_all(self)
  for i = 1, MOST_OF_A_NAME do
    local path = ("%s/%s%s.cast"):format(folder, name, i > 1 and "-" .. i or "")
    local ok, message, kind = self.tape:write(path, head)
    if ok then
      self.path = path
      return true
    elseif kind ~= "exists" then
      return nil, ("cannot record to %s: %s"):format(path, message), kind
    end
  end
  return nil, ("cannot record to %s: too many of %s"):format(folder, name), "local"
end

--- A recording of a session that begins.
-- @tparam table device
-- @tparam table platform
-- @tparam table options of `session.open`: `record` (a folder: all is written there),
-- `recorder` (a folder for what fails; false: nothing is kept)
-- @treturn[1] Recording|nil nil: there is none
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function recording.open(device, platform, options)
  local folder = options.recorder
  if folder == nil then
    folder = default
  end
  if not options.record and not folder then
    return nil
  end
  local self = setmetatable({
    device = device,
    platform = platform,
    folder = folder,
    is_lazy = options.lazy or false,
    tape = tape.new(),
  }, Recording)
  if options.record then
    local ok, message, kind = write(self, options.record)
    if not ok then
      self.tape:close()
      return nil, message, kind
    end
  end
  return self
end

--- The platform was found out.
-- @tparam table platform
function Recording:know(platform)
  self.platform = platform
  if self.path then
    hide_lines(self)
  end
end

--- A verb begins. What it was given is kept when it is short, a line for each.
-- @string verb
-- @tparam[opt] {string,...} lines
function Recording:note(verb, lines)
  local text = lines and table.concat(lines, "\n")
  if text and text ~= "" and #text <= LONGEST_MARK then
    verb = verb .. "\n" .. text
  end
  self.tape:mark(verb)
end

-- Something was said, it is not in a file yet, and it may get there.
local function is_kept(self)
  return self.folder and not self.path and self.tape:memory() > 0
end

local function words_of(failure, kind)
  return ("failed %s\n%s"):format(kind or "error", failure)
end

--- It is over.
-- @tparam ?string failure why; nil: it went well
-- @string[opt="error"] kind of the failure
-- @treturn string|nil the file, when there is one
-- @treturn string|nil what went wrong with it
function Recording:finish(failure, kind)
  if self.is_over then
    return self.path
  end
  self.is_over = true
  local message
  if failure and is_kept(self) then
    message = select(2, write(self, self.folder))
  end
  if self.path then
    self.tape:mark(failure and words_of(failure, kind) or "done")
    local ok, why = self.tape:finish()
    message = not ok and why or message
  end
  self.tape:close()
  return self.path, message
end

--- The task that logs in is broken off.
function Recording:__close(err)
  if err then
    self:finish(tostring(err))
  end
end

return recording
