--- What can be said about a device: the schema, and what makes a table a device.
-- The schema is data, so that checks, help and documentation share their words.
-- @module moonwire.inventory.device
local json = require "moonwire.inventory.json"
local spelling = require "moonwire.platform.spelling"
local ssh_config = require "moonwire.ssh_config"
local value = require "moonwire.inventory.value"

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
    doc = "path of an ssh-agent's socket, or false; $SSH_AUTH_SOCK when there are keys",
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

-- what reading looks up in a schema, made once for each
local plans = setmetatable({}, { __mode = "k" })

local function plan_of(fields)
  local plan = plans[fields]
  if not plan then
    plan = { by_name = {}, rank = {}, names = {}, needed = {} }
    for i, field in ipairs(fields) do
      plan.by_name[field.name], plan.rank[field.name] = field, i
      plan.names[i] = field.name
      if field.is_required or field.default ~= nil then
        plan.needed[#plan.needed + 1] = field
      end
    end
    plans[fields] = plan
  end
  return plan
end

local function words_of(names, record)
  local words = table.move(names, 1, #names, 1, {})
  for _, word in pairs(record.words or {}) do
    words[#words + 1] = word
  end
  table.sort(words)
  return words
end

local function unknown(key, names, record)
  local words = words_of(names, record)
  local meant = spelling.nearest(key, words, math.max(1, #key // 3))
  local advice = meant and ("; did you mean %q?"):format(meant) or ""
  return ("unknown key %q"):format(key) .. advice
end

-- in the order of the schema, unknown keys last and by name
local function complain(problems, plan, context)
  table.sort(problems, function(a, b)
    local x, y = plan.rank[a.name] or math.huge, plan.rank[b.name] or math.huge
    return x < y or x == y and a.name < b.name
  end)
  for _, problem in ipairs(problems) do
    local field, text = problem.name, problem.text
    if not text then
      field, text = nil, unknown(problem.name, plan.names, context.record)
    end
    context.complaints:add(context.record, field, text)
  end
end

-- Types of which the same text is always read as the same value. Devices have most of
-- what they say in common, so the last one of each field is remembered.
local STEADY = { string = true, platform = true, choice = true }

local function read_value(field, what, context, last)
  local kind = field.type
  local known = STEADY[kind] and last[field]
  if known and known.what == what then
    return known.read
  end
  local read, complaint = value[kind](what, field, context)
  if STEADY[kind] and not complaint then
    known = known or {}
    known.what, known.read, last[field] = what, read, known
  end
  return read, complaint
end

local function note(problems, name, text)
  problems = problems or {}
  problems[#problems + 1] = { name = name, text = text }
  return problems
end

local function uses_ssh_config(taken)
  local file = taken.ssh_config_file or ssh_config.default()
  return file ~= nil and file ~= "none"
end

local function fill_in(taken, given, plan, problems)
  local has_file = uses_ssh_config(taken)
  for _, field in ipairs(plan.needed) do
    local name = field.name
    local is_open = has_file and field.is_in_ssh_config
    if not is_open and (given[name] == nil or given[name] == json.null) then
      taken[name] = field.default
      if field.is_required then
        problems = note(problems, name, "is missing")
      end
    end
  end
  return problems
end

-- A table with room for what most devices have: it does not grow field by field.
local function roomy_table()
  return {
    name = nil, host = nil, port = nil, username = nil,
    password = nil, device_type = nil, host_key_policy = nil, labels = nil,
  }
end

--- Read fields by a schema: check, coerce, fill in defaults. Also for other tables that
-- people write.
-- @tparam table fields as `device.fields`
-- @tparam table given what somebody wrote
-- @tparam table context `complaints`, `record` (that they are about), `secrets` and
-- `platforms` (tables that live as long as the reading, as does `last`, which is made
-- here: what each field was read from last)
-- @treturn table a new one
function device.read_fields(fields, given, context)
  local plan, taken, problems = plan_of(fields), roomy_table(), nil
  local last = context.last or {}
  context.last = last
  for name, what in next, given do
    local field = plan.by_name[name]
    if not field then
      problems = note(problems, tostring(name))
    elseif what ~= json.null then
      local read, complaint = read_value(field, what, context, last)
      taken[name] = read
      if complaint then
        problems = note(problems, name, complaint)
      end
    end
  end
  problems = fill_in(taken, given, plan, problems)
  if problems then
    complain(problems, plan, context)
  end
  return taken
end

--- Complain about keys that nobody knows, with the one that was probably meant.
-- @tparam table names list of known keys
-- @tparam table given
-- @tparam table context
function device.find_unknown(names, given, context)
  local known, strange = {}, {}
  for _, name in ipairs(names) do
    known[name] = true
  end
  for key in pairs(given) do
    if not known[key] then
      strange[#strange + 1] = tostring(key)
    end
  end
  table.sort(strange)
  for _, key in ipairs(strange) do
    context.complaints:add(context.record, nil, unknown(key, names, context.record))
  end
end

local function default_name(taken)
  if taken.port == nil or taken.port == 22 then
    return taken.host
  end
  return ("%s:%s"):format(taken.host, taken.port)
end

local function has_way_in(taken)
  return uses_ssh_config(taken) or taken.password or taken.key_file or taken.key_files
    or taken.agent or taken.answers
    or taken.transport and taken.transport ~= "ssh" -- which may ask for nothing
    or (os.getenv "MOONWIRE_VIA" or "") ~= "" -- whoever lends the session has logged in
end

local TELNET = 23

--- Read one device.
-- @tparam table record what somebody wrote; see `moonwire.inventory.complaints`
-- @tparam table context as for `read_fields`
-- @treturn table a device; only as good as nobody complained
function device.read(record, context)
  local given = record.given
  context.record = record
  local taken = device.read_fields(device.fields, given, context)
  taken.ssh_config_file = taken.ssh_config_file or ssh_config.default()
  if taken.transport == "telnet" and given.port == nil then
    taken.port = TELNET
  end
  if not has_way_in(taken) then
    if given.password == nil or given.password == json.null then
      local text = "is missing, and there is neither a key nor an agent"
      context.complaints:add(record, "password", text)
    end
  end
  if taken.host then
    taken.name = taken.name or record.name or default_name(taken)
  end
  return taken
end

return device
