--- The options by which command lines say which devices: shared by all that take an
-- inventory.
-- @module moonwire.cli.inventory_option
local source = require "moonwire.inventory.source"
local whole = require "moonwire.cli.whole"

local option = {}

local SECRETS = { password = true, secret = true, key_passphrase = true }

--- Add them to a parser.
-- @param parser of argparse
-- @string[opt="--format"] format what the option for the language is called
function option.add(parser, format)
  parser:option("-l --filter", "Which devices, such as 'site == lon and not @spare' or "
    .. "'sw[1-40]'."):argname "<filter>"
  parser:option("-x --exclude", "Which devices not."):argname "<filter>"
  parser:option("--limit", "Only the first so many.")
    :argname("<n>"):convert(whole("--limit", 0))
  parser:option("--expect", "How many devices there must be, or nothing is done.")
    :argname("<n>"):convert(whole("--expect", 0))
  parser:option(format or "--format", "The language of the inventory, when its name "
    .. "does not tell."):choices(source.languages)
  parser:option("-d --default", "A field that the inventory does not give, such as "
    .. "username=admin or password.env=NAME; may be repeated.")
    :argname("<field=value>"):count "*"
end

-- "a=b" as a field and its value; a password only as where it is
local function read_default(defaults, text)
  local name, what = text:match "^([%w_.]+)=(.+)$"
  local field, way = (name or ""):match "^([%w_]+)%.(%a+)$"
  if field and SECRETS[field] then
    defaults[field] = { [way] = what }
  elseif SECRETS[name] then
    return ("a password on a command line is for all to see: write -d %s.env=NAME, "
      .. "%s.file=PATH or %s.prompt=TEXT"):format(name, name, name)
  elseif not name then
    return "-d wants field=value"
  else
    defaults[name] = what
  end
end

--- What was given, for `moonwire.inventory.load`.
-- @tparam table given by argparse; the language as `inventory_format` or `format`
-- @treturn[1] table options
-- @return[2] nil
-- @treturn[2] string message
function option.read(given)
  local defaults = {}
  for _, text in ipairs(given.default) do
    local complaint = read_default(defaults, text)
    if complaint then
      return nil, complaint
    end
  end
  return {
    format = given.inventory_format or given.format,
    filter = given.filter,
    exclude = given.exclude,
    limit = given.limit,
    expect = given.expect,
    defaults = next(defaults) and defaults or nil,
  }
end

return option
