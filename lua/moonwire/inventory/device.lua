--- What can be said about a device: the schema, and what makes a table a device.
-- The schema is data, so that checks, help and documentation share their words.
-- @module moonwire.inventory.device
local fields = require "moonwire.inventory.fields"
local json = require "moonwire.inventory.json"
local ssh_config = require "moonwire.ssh_config"

local device = {}

--- The fields of a device, in the order in which people read them. `type` is a reader
-- of `moonwire.inventory.value`.
device.fields = {
  {
    name = "name",
    type = "string",
    doc = "what reports call it; the host, or in a table of named devices its name",
  },
  {
    name = "host",
    type = "host",
    is_required = true,
    doc = "name or address to reach",
  },
  {
    name = "port",
    type = "port",
    default = 22,
    is_in_ssh_config = true,
    doc = "TCP port, 1 to 65535",
  },
  {
    name = "username",
    type = "string",
    is_required = true,
    is_in_ssh_config = true,
    doc = "who logs in",
  },
  {
    name = "password",
    type = "secret",
    doc = "text, or where it is: see moonwire.inventory.credential; needed without "
      .. "a key or an agent",
  },
  { name = "secret", type = "secret", doc = "the enable password, given likewise" },
  { name = "key_file", type = "path", doc = "private key to log in with" },
  { name = "key_files", type = "paths", doc = "more private keys, tried in order" },
  { name = "key_passphrase", type = "secret", doc = "what opens the key files" },
  {
    name = "certificate_files",
    type = "paths",
    doc = "user certificates for these keys; KEY-cert.pub is found by itself",
  },
  {
    name = "agent",
    type = "agent",
    doc = "path of an ssh-agent's socket, or false; $SSH_AUTH_SOCK when there are keys"
      .. " or no password",
  },
  {
    name = "identities_only",
    type = "flag",
    doc = "true: of the agent's keys, only those that key_files name",
  },
  {
    name = "auth_methods",
    type = "methods",
    doc = "publickey, password, keyboard-interactive: which, and in which order",
  },
  {
    name = "answers",
    type = "answers",
    doc = "answers to further questions at login, by a part of the question's text",
  },
  {
    name = "device_type",
    type = "platform",
    is_required = true,
    doc = "the platform, such as cisco_ios, or autodetect",
  },
  { name = "known_hosts", type = "path", doc = "file of known host keys" },
  {
    name = "host_key",
    type = "pins",
    doc = 'the host key to accept and no other, "SHA256:…", or a list of such',
  },
  {
    name = "host_key_policy",
    type = "choice",
    words = { "strict", "accept-new" },
    default = "strict",
    is_in_ssh_config = true,
    doc = "whether an unknown host key is refused or remembered; a changed one never",
  },
  {
    name = "algorithms",
    type = "algorithms",
    doc = "profile of SSH algorithms, or lists: { kex = \"+diffie-hellman-…\" }",
  },
  {
    name = "jump",
    type = "any",
    doc = "jump host on the way: [user@]host[:port], the name of a device, a table "
      .. "like a device, or a list of these in the order in which they are passed",
  },
  {
    name = "jump_limit",
    type = "count",
    doc = "how many devices at once it carries as a jump host",
  },
  {
    name = "proxy_command",
    type = "string",
    doc = "shell command whose input and output are the connection; %h %p %r %n %%",
  },
  {
    name = "transport",
    type = "choice",
    words = { "ssh", "telnet", "command", "openssh" },
    doc = "how it is reached; ssh (our own) when left out, openssh: by the system's "
      .. "ssh, for what libssh lacks",
  },
  {
    name = "command",
    type = "strings",
    doc = "words of a command that is the line to it (transport command); %h %p %r "
      .. "%%; with a jump, it runs at the last of its jump hosts",
  },
  { name = "pty", type = "flag", doc = "true: this command wants a terminal" },
  {
    name = "timeout",
    type = "seconds",
    unit = "s",
    doc = "how long a command may take; 30 s when left out",
  },
  {
    name = "keepalive",
    type = "seconds",
    unit = "s",
    is_in_ssh_config = true,
    doc = "silence until an open SSH connection is asked for a sign of life; 0, or "
      .. "left out: never",
  },
  {
    name = "keepalive_count",
    type = "count",
    is_in_ssh_config = true,
    doc = "behind so many of them without one the device is lost (kind dropped); 3",
  },
  {
    name = "clock_rate",
    type = "count",
    doc = "how many times as fast as ours its clock goes: simulated devices only, for "
      .. "what takes a change back by itself",
  },
  {
    name = "ssh_config_file",
    type = "ssh_config",
    doc = 'OpenSSH client configuration that says what is not said here; "default": '
      .. 'those of the user and the system; "none"',
  },
  { name = "groups", type = "strings", doc = "names of groups it belongs to" },
  { name = "labels", type = "labels", doc = "anything else, by name: site, role, …" },
}

local function default_name(taken)
  if taken.port == nil or taken.port == 22 then
    return taken.host
  end
  return ("%s:%s"):format(taken.host, taken.port)
end

local WAYS_IN = { "key_file", "key_files", "answers" }

local function is_set(name)
  return (os.getenv(name) or "") ~= ""
end

local function has_agent(taken)
  local agent = taken.agent
  if agent == nil then
    return is_set "SSH_AUTH_SOCK"
  end
  return agent ~= false and agent ~= "none"
end

local function has_way_in(taken)
  for _, way in ipairs(WAYS_IN) do
    if taken[way] then
      return true
    end
  end
  return has_agent(taken)
    or (taken.ssh_config_file or "none") ~= "none"
    or (taken.transport or "ssh") ~= "ssh" -- which may ask for nothing
    or is_set "MOONWIRE_VIA" -- whoever lends the session has logged in
end

local TELNET = 23

-- whether a record says something of a field itself, or somebody else for it
local function says(record, name)
  local what = record.given[name]
  if what == nil and record.inherited then
    what = record.inherited.given[name]
  end
  return what ~= nil and what ~= json.null
end

--- Read one device.
-- @tparam table record what somebody wrote; see `moonwire.inventory.complaints`
-- @tparam table context as for `moonwire.inventory.fields`
-- @treturn table a device; only as good as nobody complained
function device.read(record, context)
  local taken = fields.read_record(device.fields, record, context)
  taken.ssh_config_file = taken.ssh_config_file or ssh_config.default()
  if taken.transport == "telnet" and not says(record, "port") then
    taken.port = TELNET
  end
  if not taken.password and not has_way_in(taken) and not says(record, "password") then
    local text = "is missing, and there is neither a key nor an agent"
    context.complaints:add(record, "password", text)
  end
  if taken.host then
    taken.name = taken.name or record.name or default_name(taken)
  end
  return taken
end

return device
