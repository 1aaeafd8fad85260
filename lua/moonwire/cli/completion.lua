--- `moonwire completion bash`: what a shell needs to complete our command lines.
-- @module moonwire.cli.completion
local argparse = require "argparse"

local outline = require "moonwire.cli.outline"

local completion = { summary = "completion of command lines for a shell" }

local DESCRIPTION = [[
Prints a script for a shell, for example: source <(moonwire completion bash)]]

local HEAD = [=[
# bash completion for moonwire, written by `moonwire completion bash`
_moonwire()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local path="" word i words="" plain="" choices=""
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$path|$word" in
]=]

local TAIL = [=[
    esac
    if [[ -n $choices ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
    elif [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    elif [[ -n $path && -n $plain ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$plain" -- "$cur")
    else
        mapfile -t COMPREPLY < <({ compgen -W "$plain" -- "$cur"
            compgen -f -- "$cur"; } | sort -u)
    fi
}
complete -o filenames -F _moonwire moonwire
]=]

--- The options as argparse knows them.
function completion.parser()
  local parser = argparse("moonwire completion", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:argument("shell", "Which shell."):choices { "bash" }
  return parser
end

-- Every parser with the words that lead to it: "", "inventory", "inventory show".
local function walk(one, path, visit)
  visit(one, path)
  for _, command in ipairs(one.commands) do
    walk(command, path == "" and command.name or path .. " " .. command.name, visit)
  end
end

-- A value behind one of these is a file, or whatever the user knows: no words of ours.
local function add_option(lines, path, option)
  if option.is_flag then
    return
  end
  local patterns = {}
  for i, name in ipairs(option.names) do
    patterns[i] = ('"%s|%s"'):format(path, name)
  end
  local body = option.choices
    and ('choices="%s"'):format(table.concat(option.choices, " "))
    or 'mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return'
  lines[#lines + 1] = ("        %s) %s ;;"):format(table.concat(patterns, "|"), body)
end

-- The names of its options, and the words that are none.
local function words_of(one)
  local options, plain = {}, {}
  for _, option in ipairs(one.options) do
    table.move(option.names, 1, #option.names, #options + 1, options)
  end
  for i, command in ipairs(one.commands) do
    plain[i] = command.name
  end
  for _, argument in ipairs(one.arguments) do
    local choices = argument.choices or {}
    table.move(choices, 1, #choices, #plain + 1, plain)
  end
  return table.concat(options, " "), table.concat(plain, " ")
end

local function script(root)
  local ways, values, sets = {}, {}, {}
  walk(root, "", function(one, path)
    local above, name = path:match "^(.-) ?(%S+)$"
    if name then
      ways[#ways + 1] = ('            "%s|%s") path="%s" ;;'):format(above, name, path)
    end
    for _, option in ipairs(one.options) do
      add_option(values, path, option)
    end
    sets[#sets + 1] = ('        "%s") words="%s" plain="%s" ;;'):format(
      path, words_of(one))
  end)
  return table.concat {
    HEAD, table.concat(ways, "\n"), "\n        esac\n    done\n",
    '    case "$path|$prev" in\n', table.concat(values, "\n"), "\n    esac\n",
    '    case "$path" in\n', table.concat(sets, "\n"), "\n", TAIL,
  }
end

--- Print a completion script.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function completion.run(words)
  local parser = completion.parser()
  for _, word in ipairs(words) do
    if word == "-h" or word == "--help" then
      io.stdout:write(parser:get_help(), "\n")
      return 0
    end
  end
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\nmoonwire completion: ", given, "\n")
    return 2
  end
  local names = require("moonwire.cli").subcommands()
  local root = {
    commands = outline.all(names),
    options = {
      { names = { "--help" }, is_flag = true },
      { names = { "--version" }, is_flag = true },
      { names = { "--ssh-config" } },
    },
    arguments = {},
  }
  io.stdout:write(script(root))
  return 0
end

return completion
