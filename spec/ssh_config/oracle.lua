--- What ssh itself makes of a configuration, for specs that compare with it: `ssh -G`
-- prints it, and has the last word.
local ssh_config = require "moonwire.ssh_config"
local system = require "host.ssh_config"

local oracle = {}

local defaults -- what ssh says about a host of which no file speaks

--- Whether there is an ssh to ask.
oracle.is_there = os.execute "command -v ssh >/dev/null 2>&1" == true

local ALGORITHMS = {
  casignaturealgorithms = true, ciphers = true, hostbasedacceptedalgorithms = true,
  hostkeyalgorithms = true, kexalgorithms = true, macs = true,
  pubkeyacceptedalgorithms = true,
}

-- Where ssh prints how it counts, or a default that hangs on something else.
local APART = {
  host = true, -- what it was asked for
  exitonforwardfailure = true, updatehostkeys = true, serveraliveinterval = true,
}

-- Where ssh prints a value in its own way; we keep what is written.
local PRINTED_OTHERWISE = {
  addkeystoagent = true, controlpersist = true, escapechar = true, ipqos = true,
  rekeylimit = true,
}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Ask `ssh -G`.
-- @tparam {string,...} arguments
-- @treturn ?table a list of values for each option; nil: it refuses
-- @treturn ?string the command
function oracle.ask(arguments)
  local words = {}
  for i, argument in ipairs(arguments) do
    words[i] = quote(argument)
  end
  local command = "ssh -G " .. table.concat(words, " ")
  local pipe = assert(io.popen(command .. " 2>/dev/null"))
  local output = pipe:read "a"
  if not pipe:close() then
    return nil, command .. " fails"
  end
  local options = {}
  for option, value in output:gmatch "([^ \n]+) ([^\n]*)" do
    option = option:lower()
    options[option] = options[option] or {}
    table.insert(options[option], value)
  end
  return options
end

local WORDS = { ["true"] = "yes", ["false"] = "no" }

local function render_theirs(option, values)
  local text = table.concat(values, "\n")
  if option == "identityfile" or option == "certificatefile" then
    text = ("\n" .. text):gsub("\n~/*", "\n" .. system.home() .. "/"):sub(2)
  elseif option == "proxyjump" then
    text = text:gsub("^ssh://", ""):gsub(" *#.*", "")
  elseif option:find "forward$" then
    text = text:gsub("[%[%]]", "")
  end
  return WORDS[text] or text
end

local LINES = {
  identityfile = true, certificatefile = true, sendenv = true, setenv = true,
  localforward = true, dynamicforward = true,
}

local function render_ours(option, value)
  if option == "proxyjump" then
    local hops = {}
    for i, hop in ipairs(value) do
      hops[i] = hop.text
    end
    return table.concat(hops, ",")
  elseif type(value) == "table" then
    return table.concat(value, LINES[option] and "\n" or " ")
  end
  return tostring(value)
end

local expanded = {}

-- ssh itself expands what we found to be written
local function expand(option, text)
  local key = option .. " " .. text
  if not expanded[key] then
    local found = assert(oracle.ask { "-F", "none", "-o", option .. "=" .. text, "h" })
    expanded[key] = found[option]
  end
  return table.concat(expanded[key])
end

-- how ssh would print what we found
local function print_ours(option, value)
  if value == nil then
    return render_theirs(option, defaults[option] or {})
  elseif ALGORITHMS[option] then
    return expand(option, value)
  end
  return render_ours(option, value)
end

local function compare(ours, theirs)
  for option, values in pairs(theirs) do
    local value = ours[option]
    local is_apart = value == nil and APART[option] or PRINTED_OTHERWISE[option]
    if not is_apart then
      local expected, found = render_theirs(option, values), print_ours(option, value)
      if expected ~= found then
        error(("%s: ssh has %q, we have %q"):format(option, expected, found), 0)
      end
    end
  end
  for option in pairs(ours) do
    if not theirs[option] then
      error(option .. ": ssh does not have it", 0)
    end
  end
end

--- Let both look a host up in a file, and compare. Raises when they differ.
-- @string path
-- @string host
-- @tparam[opt] table given `user`, `port`
-- @treturn boolean whether both accept it
function oracle.check(path, host, given)
  defaults = defaults or assert(oracle.ask { "-F", "none", "h" })
  local arguments = { "-F", path }
  if given then
    table.move({ "-l", given.user, "-p", tostring(given.port) }, 1, 4, 3, arguments)
  end
  arguments[#arguments + 1] = host
  local theirs, complaint = oracle.ask(arguments)
  local config, message = ssh_config.load(path)
  local ours = config
  if config then
    ours, message = config:lookup(host, given)
  end
  if (ours == nil) ~= (theirs == nil) then
    error(theirs and "refused by us: " .. message or complaint, 0)
  end
  if ours then
    compare(ours, theirs)
  end
  return ours ~= nil
end

return oracle
