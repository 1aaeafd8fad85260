--- The words of the command line.
-- @module moonwire.cli
local host = require "host.task"
local option = require "moonwire.cli.option"
local signals = require "moonwire.signals"
local spelling = require "moonwire.platform.spelling"
local task = require "moonwire.task"
local via_option = require "moonwire.cli.via_option"

local cli = {}

local SIGNALLED = 128 -- exit status of who was ended by a signal, less its number

-- in the order of the help text
local SUBCOMMANDS = {
  "bench", "completion", "doctor", "inventory", "keys", "lab", "platform", "push",
  "repl", "replay", "report", "runs", "secret", "send", "serve", "ssh-audit", "test",
  "version",
}

local HEAD = [[
usage: moonwire [-i INVENTORY]           a prompt for its devices; :help says more
       moonwire FILE.lua [arguments]     run a script as a task
       moonwire SUBCOMMAND [arguments]   --help behind it says more
       moonwire --ssh-config FILE …      where the inventory names no ssh_config_file:
                                         this one ("default": ssh's own; "none")
       moonwire --log FILE …             events into this file, or as --log-format json,
                                         up to --log-level error, warning, info, debug;
                                         -v shows them on standard error, -vv debug, too

]]

--- The subcommands, in the order of the help text.
-- @treturn {string,...}
function cli.subcommands()
  return SUBCOMMANDS
end

--- The module of a subcommand.
-- @string name such as "ssh-audit"
-- @treturn table with `summary` and `run`
function cli.module_of(name)
  return require("moonwire.cli." .. name:gsub("-", "_"))
end

local function help_text()
  local lines = {}
  for _, name in ipairs(SUBCOMMANDS) do
    local summary = cli.module_of(name).summary
    lines[#lines + 1] = ("  %-10s %s"):format(name, summary)
  end
  return HEAD .. table.concat(lines, "\n") .. "\n"
end

local function is_subcommand(word)
  for _, name in ipairs(SUBCOMMANDS) do
    if name == word then
      return true
    end
  end
  return false
end

local function rest_of(words)
  return table.move(words, 2, #words, 1, {})
end

local function wants_prompt(word)
  return word == "-i" or word == "--inventory"
    or word == nil and require("luv").guess_handle(0) == "tty"
end

-- A bare word that is no file was meant to be a subcommand.
local function run_script(words)
  local word = words[1]
  if not word:find "[/.]" and not require("luv").fs_stat(word) then
    local near = spelling.nearest(word, SUBCOMMANDS, 2)
    local hint = near and ("did you mean %s? "):format(near) or ""
    local text = "moonwire: %s is no subcommand and no file; %s%s\n"
    io.stderr:write(text:format(word, hint, "moonwire --help lists them"))
    return 2
  end
  return require("moonwire.cli.script").run(words)
end

local function dispatch(words)
  local rest, complaint = option.take(words)
  if not rest then
    io.stderr:write("moonwire: ", complaint, "\n")
    return 2
  end
  words = rest
  local word = words[1]
  if wants_prompt(word) then
    return require("moonwire.cli.repl").run(words)
  elseif word == nil then
    io.stderr:write(help_text())
    return 2
  elseif word == "--help" or word == "-h" or word == "help" then
    io.stdout:write(help_text())
    return 0
  elseif word == "--version" then
    word = "version"
  end
  if is_subcommand(word) then
    via_option.prepare(word)
    return cli.module_of(word).run(rest_of(words))
  end
  return run_script(words)
end

local function report(err)
  if err ~= host.cancelled then
    io.stderr:write("moonwire: ", tostring(err), "\n")
  end
end

--- Run the command line in the first task, and end the program.
-- @string version
function cli.main(version)
  cli.version = version
  local words = table.move(arg, 1, #arg, 1, {})
  -- luacheck: push ignore 122
  os.exit = function(status)
    host.exit(status == nil and 0 or status == true and 0 or status or 1)
  end
  -- luacheck: pop
  local status = 1
  local ended_by
  local main = host.current()
  local listener <close> = signals.listen(function(_, number) -- luacheck: ignore 211
    signals.let_go() -- asked twice: what is not over is left as it is
    ended_by = number
    host.cancel(main)
  end)
  local ok, err = pcall(task.group, function()
    status = dispatch(words)
  end)
  if not ok then
    report(err)
  end
  io.stdout:flush()
  host.pardon(main)
  host.exit(ended_by and SIGNALLED + ended_by or ok and status or 1)
end

return cli
