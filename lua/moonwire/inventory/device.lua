--- What can be said about a device: the schema, and what makes a table a device.
-- The schema is data, so that checks, help and documentation share their words.
-- @module moonwire.inventory.device
local spelling = require "moonwire.platform.spelling"
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
  { name = "port", type = "port", default = 22, doc = "TCP port, 1 to 65535" },
  { name = "username", type = "string", is_required = true, doc = "who logs in" },
  {
    name = "password",
    type = "secret",
    doc = 'text, { env = "NAME" } or { file = "path" }; needed without a key_file',
  },
  { name = "secret", type = "secret", doc = "the enable password, given likewise" },
  { name = "key_file", type = "path", doc = "private key to log in with" },
  { name = "key_passphrase", type = "secret", doc = "what opens key_file" },
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
    doc = "whether an unknown host key is refused or remembered; a changed one never",
  },
  { name = "algorithms", type = "string", doc = "named profile of SSH algorithms" },
  {
    name = "timeout",
    type = "seconds",
    unit = "s",
    doc = "how long a command may take; 30 s when left out",
  },
  { name = "ssh_config_file", type = "path", doc = "OpenSSH client configuration" },
  { name = "groups", type = "strings", doc = "names of groups it belongs to" },
  { name = "labels", type = "labels", doc = "anything else, by name: site, role, …" },
}

--- Read fields by a schema: check, coerce, fill in defaults. Also for other tables that
-- people write.
-- @tparam table fields as `device.fields`
-- @tparam table given what somebody wrote
-- @tparam table context `path` (of the table, for complaints), `complain(path, text)`,
-- `folder` (of the file), `null` (what stands for an absent value), `secrets` (a table
-- that lives as long as the reading)
-- @treturn table a new one
function device.read_fields(fields, given, context)
  local taken, names = {}, {}
  for i, field in ipairs(fields) do
    names[i] = field.name
    local what = given[field.name]
    if what == nil or what == context.null then
      taken[field.name] = field.default
      if field.is_required then
        context.complain(context.path .. "." .. field.name, "is missing")
      end
    else
      local complaint
      taken[field.name], complaint = value[field.type](what, field, context)
      if complaint then
        context.complain(context.path .. "." .. field.name, complaint)
      end
    end
  end
  device.find_unknown(names, given, context)
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
    local meant = spelling.nearest(key, names, math.max(1, #key // 3))
    local advice = meant and ("; did you mean %q?"):format(meant) or ""
    context.complain(context.path, ("unknown key %q"):format(key) .. advice)
  end
end

local function default_name(taken)
  if taken.port == 22 then
    return taken.host
  end
  return ("%s:%s"):format(taken.host, taken.port)
end

--- Read one device.
-- @tparam table given what somebody wrote
-- @tparam table context as for `read_fields`, and `name` (the default of the name)
-- @treturn table a device; only as good as nobody complained
function device.read(given, context)
  local taken = device.read_fields(device.fields, given, context)
  if taken.password == nil and taken.key_file == nil then
    if given.password == nil or given.password == context.null then
      local text = "is missing, and there is no key_file"
      context.complain(context.path .. ".password", text)
    end
  end
  if taken.host then
    taken.name = taken.name or context.name or default_name(taken)
  end
  return taken
end

return device
