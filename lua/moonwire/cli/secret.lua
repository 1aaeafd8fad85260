--- `moonwire secret`: put a password into an encrypted file, and see that it opens.
-- @module moonwire.cli.secret
local argparse = require "argparse"

local Keyring = require "moonwire.inventory.keyring"
local escape = require "moonwire.report.escape"
local file = require "moonwire.report.file"
local command_line = require "moonwire.cli.line"
local secret = require "host.secret"

local command = { summary = "passwords in encrypted files" }

local DESCRIPTION = [[
A password in a file under a passphrase (scrypt and AES-256-GCM), for inventories to
refer to: password = { encrypted = "FILE" }. Both are asked for on the terminal, or
read as the options say; neither is ever an argument.]]

local STANDARD_INPUT = 0

local function complain(...)
  command_line.complain("secret", table.concat { ... })
end

local function new_parser()
  local parser = argparse("moonwire secret", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:command_target "action"
  parser:require_command(true)
  parser:flag("-h --help", "Show this text.")
  local commands = {
    encrypt = parser:command("encrypt", "Write a password into a new file."),
    check = parser:command("check", "See whether the passphrase opens a file."),
  }
  for _, one in pairs(commands) do
    one:add_help(false)
    one:flag("-h --help", "Show this text.")
    one:argument("path", "The encrypted file."):argname "<file>"
    one:option("--passphrase-env", "The passphrase is in this variable.")
      :argname "<name>"
    one:option("--passphrase-file", "The passphrase is in this file.")
      :argname "<path>"
  end
  commands.encrypt:flag("--stdin", "The password is a line of standard input.")
  commands.encrypt:flag("--force", "Replace a file that is there.")
  return parser, commands
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

-- Asked twice, since nobody sees what was typed.
local function ask_twice(text)
  local first, message = Keyring.ask(text)
  if not first then
    return nil, message
  end
  local again
  again, message = Keyring.ask(text .. ", again")
  if not again then
    return nil, message
  elseif not secret.equal(first, again) then
    return nil, "they are not the same"
  end
  return first
end

local function get_passphrase(given, is_new)
  if given.passphrase_env then
    return secret.from_env(given.passphrase_env)
  elseif given.passphrase_file then
    return secret.from_file(given.passphrase_file)
  elseif is_new then
    return ask_twice "Passphrase"
  end
  return Keyring.ask "Passphrase"
end

local action = {}

function action.encrypt(given)
  local is_there = io.open(given.path, "rb")
  if is_there then
    is_there:close()
    if not given.force then
      return nil, given.path .. ": is there already; --force replaces it"
    end
  end
  local plain, passphrase, bytes, message
  if given.stdin then
    plain, message = secret.from_fd(STANDARD_INPUT)
  else
    plain, message = ask_twice "Password"
  end
  if not plain then
    return nil, message
  end
  passphrase, message = get_passphrase(given, true)
  if not passphrase then
    return nil, message
  end
  bytes, message = secret.seal(plain, passphrase)
  if not bytes then
    return nil, message
  end
  return file.write(given.path, bytes)
end

function action.check(given)
  local stream, message = io.open(given.path, "rb")
  local bytes = stream and stream:read "a"
  if stream then
    stream:close()
  end
  if not bytes then
    return nil, message or given.path .. ": is no file"
  end
  local passphrase
  passphrase, message = get_passphrase(given)
  if not passphrase then
    return nil, message
  end
  local opened
  opened, message = secret.open(bytes, passphrase)
  return opened, ("%s: %s"):format(given.path, message)
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 1 when it did not work, 2 for a wrong command line
function command.run(words)
  local parser, commands = new_parser()
  local given, status = command_line.read("secret", words, parser, commands)
  if not given then
    return status
  end
  local done, message = action[given.action](given)
  if not done then
    complain(escape.line(message))
    return 1
  end
  return 0
end

return command
