--- Manual pages of the subcommands, in mdoc, from the same parsers as --help.
-- @module moonwire.cli.manual
local outline = require "moonwire.cli.outline"

local manual = {}

-- Text as groff prints it: no line of it is taken for a request.
local function plain(text)
  text = text:gsub("\\", "\\e"):gsub("…", "..."):gsub("[\x80-\xff]+", function(bytes)
    local parts = {}
    for _, code in utf8.codes(bytes) do
      parts[#parts + 1] = ("\\[u%04X]"):format(code)
    end
    return table.concat(parts)
  end)
  return (("\n" .. text):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

-- A word behind a macro: nothing in it is another macro.
local function word(text)
  return '"' .. plain(text):gsub('"', '""'):gsub("%-", "\\-") .. '"'
end

local function add(lines, ...)
  for _, line in ipairs { ... } do
    lines[#lines + 1] = line
  end
end

local function add_option(lines, option)
  local parts = {}
  for i, name in ipairs(option.names) do
    parts[i] = plain(name):gsub("%-", "\\-")
  end
  local shown = ("\\fB%s\\fR"):format(table.concat(parts, "\\fR, \\fB"))
  if option.argument then
    shown = ("%s \\fI%s\\fR"):format(shown, plain(option.argument))
  end
  add(lines, ".It " .. shown, plain(option.text ~= "" and option.text or "See above."))
end

local function add_list(lines, one)
  if #one.arguments + #one.options == 0 then
    return
  end
  add(lines, ".Bl -tag -width Ds")
  for _, argument in ipairs(one.arguments) do
    add(lines, ".It \\fI" .. plain(argument.name) .. "\\fR", plain(argument.text))
  end
  for _, option in ipairs(one.options) do
    add_option(lines, option)
  end
  add(lines, ".El")
end

local function add_usage(lines, one)
  add(lines, ".Bd -literal")
  for line in (one.usage or "Usage: moonwire " .. one.name):gmatch "[^\n]+" do
    add(lines, (plain(line:gsub("^Usage: ", "", 1)):gsub("%-", "\\-")))
  end
  add(lines, ".Ed")
end

--- The page of one subcommand.
-- @tparam table one of `moonwire.cli.outline`
-- @string date as in "November 22, 2026"
-- @treturn string
function manual.page(one, date)
  local name = "moonwire-" .. one.name
  local lines = {
    ".Dd " .. date, ".Dt " .. name:upper() .. " 1", ".Os", ".Sh NAME",
    ".Nm " .. name, ".Nd " .. word(one.summary), ".Sh SYNOPSIS",
  }
  add_usage(lines, one)
  add(lines, ".Sh DESCRIPTION", plain(one.text ~= "" and one.text or one.summary))
  add_list(lines, one)
  for _, command in ipairs(one.commands) do
    add(lines, ".Ss " .. word(command.name), plain(command.text))
    add_list(lines, command)
  end
  if one.epilog then
    add(lines, ".Bd -literal", plain(one.epilog), ".Ed")
  end
  add(lines, ".Sh SEE ALSO", ".Xr moonwire 1")
  return table.concat(lines, "\n") .. "\n"
end

--- The pages of all subcommands.
-- @tparam {string,...} names of subcommands
-- @string date
-- @treturn {[string]=string} text by file name
function manual.pages(names, date)
  local pages = {}
  for _, one in ipairs(outline.all(names)) do
    pages[("moonwire-%s.1"):format(one.name)] = manual.page(one, date)
  end
  return pages
end

return manual
