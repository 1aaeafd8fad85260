--- The system's ssh on a terminal of ours, for what libssh cannot do: ssh-dss, GSSAPI,
-- security keys. ssh verifies the host key and speaks with the device; here its
-- questions are answered, and only before it says that it has logged in: what the
-- device shows behind that is never taken for ssh's own words.
-- @module moonwire.transport.openssh
local client = require "moonwire.transport.client"
local config = require "moonwire.transport.openssh_config"
local host = require "host.task"
local line = require "host.line"
local secret = require "moonwire.transport.secret"
local terminal = require "moonwire.transport.terminal"
local uv = require "luv"

local openssh = {}

local REST = 0.5 -- seconds without a byte

-- What ssh says, and the kind of failure that it is; the first that is found.
local MEANINGS = {
  { "REMOTE HOST IDENTIFICATION HAS CHANGED", "hostkey", "changed" },
  { "marked as revoked", "hostkey", "revoked" },
  { "host key is known for", "hostkey", "unknown" },
  { "Host key verification failed", "hostkey" },
  { "Unable to negotiate with", "algorithm" },
  { "no matching ", "algorithm" },
  { "Permission denied", "auth" },
  { "Too many authentication failures", "auth" },
  { "Could not resolve hostname", "resolve" },
  { "Connection refused", "refused" },
  { "No route to host", "unreachable" },
  { "Network is unreachable", "unreachable" },
  { "stdio forwarding failed", "jump" },
  { "Connection timed out", "timeout" },
  { "PTY allocation request failed", "channel" },
  { "shell request failed", "channel" },
  { "Bad configuration option", "invalid" },
  { "terminating, %d+ bad configuration", "invalid" },
}

--- What ssh's words about its end mean.
-- @string said its standard error
-- @treturn ?string the line that says why; nil when none is known
-- @treturn ?string kind
-- @treturn ?string what is wrong with the host key: "changed", "revoked", "unknown"
function openssh.meaning(said)
  for _, meaning in ipairs(MEANINGS) do
    for text in said:gmatch "[^\r\n]+" do
      if text:find(meaning[1]) then
        local plain = text:gsub("^@+%s*", ""):gsub("%s*@+$", ""):gsub("^ssh: ", "")
        return plain, meaning[2], meaning[3]
      end
    end
  end
end

-- ---- the file ----

local function write_file(text)
  local folder = uv.fs_mkdtemp((uv.os_tmpdir() or "/tmp") .. "/moonwire-ssh-XXXXXX")
  local path = folder and folder .. "/config"
  local file = path and io.open(path, "w")
  if not file then
    return nil, "there is no room for ssh's configuration"
  end
  local ok = file:write(text)
  return file:close() and ok and { path = path, folder = folder }
end

local File = {
  __close = function(self)
    os.remove(self.path)
    uv.fs_rmdir(self.folder)
  end,
}

-- ---- the login ----

local function question_in(self, text)
  local lower = text:lower()
  if lower:find "^enter passphrase for " or lower:find "^enter pin for " then
    return "key_passphrase"
  elseif lower:find("password for " .. self.who, 1, true) == 1
      or lower:find(self.who .. "'s password:", 1, true)
      or lower:find("(" .. self.who .. ")", 1, true) and lower:find "pass[wc]o" then
    return "password"
  end
end

local function further_answer(self, text)
  for i, one in ipairs(self.device.answers or {}) do
    if not self.given[i] and text:lower():find(one.question:lower(), 1, true) then
      self.given[i] = true
      return secret.of({ answer = one.answer }, "answer")
    end
  end
end

local function answer(self, text)
  local what = question_in(self, text)
  local reply
  if what and not self.given[what] then
    self.given[what] = true
    reply = secret.of(self.device, what)
  end
  reply = reply or further_answer(self, text)
  if not reply then
    local is_refused = what and self.given[what]
    local why = is_refused and "refused, no second try: ssh asks again" or "ssh asks"
    return nil, ("%s: %q"):format(why, text:match "^%s*(.-)%s*$"), "auth"
  end
  self.shell:discard()
  return self.shell:write(reply, "\r")
end

local function explain(self, message, kind)
  local text, what, verdict = openssh.meaning((self.shell:said()))
  if kind ~= "dropped" or not text then
    return nil, message, kind
  elseif what == "hostkey" and not verdict and self.device.host_key then
    return nil, "the host key is not the one that is pinned", what, "changed"
  end
  return nil, "ssh: " .. text, what, verdict
end

local function has_logged_in(self)
  local said, length = self.shell:said()
  return ("\n" .. said):find(self.proof, 1, true) ~= nil, length
end

-- Before the device says something, ssh may not have made our terminal raw, which would
-- show what is typed by itself.
local function await_device(self)
  local event, message, kind
  repeat
    local left = math.max(0, self.deadline - host.now())
    event, message, kind = self.shell:read(nil, math.min(REST, left))
    local is_quiet = kind == "timeout" and self.shell:text():find "%S" ~= nil
  until event or is_quiet or kind ~= "timeout" or left == 0
  if event or kind == "timeout" then
    self.shell:retell()
    return true
  end
  return explain(self, message, kind)
end

local function log_in(self)
  local ok, message, kind = true, nil, nil
  while ok do
    local is_in, heard = has_logged_in(self)
    if is_in then
      return await_device(self)
    end
    local left = math.max(0, self.deadline - host.now())
    local event, text, why = self.shell:read(nil, left, false, heard)
    if event == "tail" and not has_logged_in(self) then
      ok, message, kind = answer(self, text)
    elseif not event then
      ok, message, kind = nil, text, why
    end
  end
  return explain(self, message, kind)
end

local function fail(place, phases, message, kind, verdict)
  local phase = (kind == "hostkey" or kind == "auth") and kind or "connect"
  local _, text, _, detail = terminal.fail(place, phase, phases, message, kind)
  detail.host_key_verdict = verdict
  return nil, text, kind, detail
end

local function start(device, options, path, name)
  local wanted = terminal.options(device, options)
  wanted.command = { "ssh", "-F", path, "-tt", "--", name }
  wanted.pty, wanted.cooked = true, true -- ssh makes the device's terminal like it
  wanted.environment = terminal.environment(wanted.term)
  return line.spawn(wanted)
end

--- Connect and log in.
-- @tparam table device as for `moonwire.transport.ssh`; also `asked` (`host`, `file`:
-- what ssh_config was asked about it)
-- @tparam table options as for `session.open`
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as over SSH of our own, and invalid
-- @treturn[2] table detail: `phase`, `phases`, `host_key_verdict`
function openssh.connect(device, options)
  local place = ("%s:%d"):format(device.host, device.port or 22)
  local lap, phases = client.stopwatch()
  local connect_timeout, login_timeout = terminal.timeouts(device, options)
  local text, name, kind = config.text(device, {
    policy = options.host_key_policy or device.host_key_policy,
    timeout = connect_timeout,
  })
  if not text then
    return fail(place, phases, name, kind)
  end
  local written, message = write_file(text)
  if not written then
    return fail(place, phases, message, "local")
  end
  local _ <close> = setmetatable(written, File)
  local shell
  shell, message, kind = start(device, options, written.path, name)
  if not shell then
    return fail(place, phases, "ssh: " .. message, kind)
  end
  local opened = client.new(shell, { by = "the system's ssh", phases = phases })
  local guard <close> = opened:guard()
  local ok, verdict
  ok, message, kind, verdict = log_in {
    shell = shell,
    device = device,
    given = {},
    who = ("%s@%s"):format(device.username or "", device.host):lower(),
    proof = ("\nAuthenticated to %s "):format(device.host),
    deadline = host.now() + connect_timeout + login_timeout,
  }
  guard.is_in = ok
  if not ok then
    return fail(place, phases, message, kind, verdict)
  end
  lap "auth"
  return opened
end

return openssh
