--- Ansible's variables in our words: those of connections become fields of a device,
-- all others are labels. Templates are not evaluated; the one look-up that inventories
-- are full of, of an environment variable, is a reference like our own.
-- @module moonwire.inventory.ansible_variables
local find = string.find

local FIELDS = {
  ansible_host = "host",
  ansible_ssh_host = "host",
  ansible_port = "port",
  ansible_ssh_port = "port",
  ansible_user = "username",
  ansible_ssh_user = "username",
  ansible_password = "password",
  ansible_ssh_pass = "password",
  ansible_ssh_password = "password",
  ansible_become_password = "secret",
  ansible_become_pass = "secret",
  ansible_enable_password = "secret",
  ansible_network_os = "device_type",
  ansible_ssh_private_key_file = "key_file",
  ansible_private_key_file = "key_file",
  ansible_command_timeout = "timeout",
}

-- ours, which Ansible has no word for
local OWN = {
  "known_hosts", "host_key", "host_key_policy", "algorithms", "key_passphrase",
  "ssh_config_file", "device_type", "secret",
}
for _, name in ipairs(OWN) do
  FIELDS["moonwire_" .. name] = name
end

-- what a field is called in a message unless it was written otherwise
local WORDS = {
  host = "ansible_host", port = "ansible_port", username = "ansible_user",
  password = "ansible_password", secret = "ansible_become_password",
  device_type = "ansible_network_os", key_file = "ansible_ssh_private_key_file",
  timeout = "ansible_command_timeout",
}

local PLAIN = { string = true, number = true, boolean = true }

local TEMPLATE = "^{{ *lookup%( *['\"]env['\"] *, *['\"]([%w_]+)['\"] *%) *}}$"

local function read_template(text, record, name, complaints)
  local variable = text:match(TEMPLATE)
  if variable then
    return { env = variable }
  end
  complaints:add(record, name, "a template, and templates are not evaluated")
end

-- cisco.ios.ios is ios
local function platform_of(what)
  return type(what) == "string" and what:match "([^.]+)$" or what
end

local function add_word(words, field, name)
  if WORDS[field] == name then
    return words
  elseif words == WORDS then
    words = setmetatable({}, { __index = WORDS })
  end
  words[field] = name
  return words
end

--- Translate the variables of one host or group.
-- @tparam table variables
-- @tparam table record that they are about
-- @tparam table complaints
-- @treturn table fields of a device
-- @treturn table by field, the variable that gave it or would
return function(variables, record, complaints)
  local fields, words, labels = { host = nil, labels = nil }, WORDS, nil
  for name, what in next, variables do
    local kind, field = type(what), FIELDS[name]
    if kind == "string" and find(what, "{{", 1, true) then
      what = read_template(what, record, name, complaints)
      kind = type(what)
    end
    if field and what ~= nil then
      fields[field] = what
      words = add_word(words, field, name)
    elseif PLAIN[kind] and not find(name, "^ansible_") then
      labels = labels or {}
      labels[name] = what
    end
  end
  fields.labels = labels
  if fields.device_type then
    fields.device_type = platform_of(fields.device_type)
  end
  return fields, words
end
