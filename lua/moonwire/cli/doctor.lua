--- `moonwire doctor`: is this machine fit, and are the user's files safe?
-- @module moonwire.cli.doctor
local argparse = require "argparse"
local uv = require "luv"

local check = require "moonwire.cli.doctor_check"
local escape = require "moonwire.report.escape"
local json = require "moonwire.report.json"
local known_hosts = require "moonwire.transport.known_hosts"
local text_table = require "moonwire.report.table"

local doctor = { summary = "is this machine fit, and are the files safe?" }

local DESCRIPTION = [[
Looks at libssh, the limits of this machine, the store of host keys, and who can read or
change the files that moonwire trusts. No device is asked, and nothing is changed. The
exit status is 1 when something is unsafe.]]

--- The options as argparse knows them.
function doctor.parser()
  local parser = argparse("moonwire doctor", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:option("-i --inventory", "Look at this file of devices; may be repeated.")
    :argname("<file>"):count "*"
  parser:option("--known-hosts", "The file of known host keys; ~/.ssh/known_hosts.")
    :argname "<file>"
  parser:option("--output", "The folder that outputs go to (outputs).")
    :argname("<folder>"):default("outputs"):show_default(false)
  parser:flag("--json", "As JSON.")
  return parser
end

local function examine(given)
  local list = {
    check.libssh(), check.strict_kex(), check.files(), check.locked_memory(),
    check.cores(), check.known_hosts(given.known_hosts or known_hosts.default_path()),
    check.disk(given.output), check.clock(),
  }
  local home = uv.os_homedir()
  local ours = home and check.ssh_folder(home .. "/.ssh") or {}
  local more = { check.mended(), check.libraries(), ours }
  for _, found in ipairs(more) do
    table.move(found, 1, #found, #list + 1, list)
  end
  for _, path in ipairs(given.inventory) do
    list[#list + 1] = check.inventory(path)
  end
  return list
end

local COLUMNS = {
  { title = "what" }, { title = "state" }, { title = "found" }, { title = "advice" },
}

local function print_table(list)
  local rows = {}
  for i, one in ipairs(list) do
    rows[i] = {
      one.name, one.state, escape.line(one.value), escape.line(one.advice or ""),
    }
  end
  io.stdout:write(text_table.format(COLUMNS, rows))
end

--- Look, and say what was found.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 1 when something is unsafe
function doctor.run(words)
  local parser = doctor.parser()
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\nmoonwire doctor: ", given, "\n")
    return 2
  elseif given.help then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  end
  local list = examine(given)
  if given.json then
    io.stdout:write(json.encode(list))
  else
    print_table(list)
  end
  for _, one in ipairs(list) do
    if one.state == "unsafe" then
      return 1
    end
  end
  return 0
end

return doctor
