--- Habits that no other tool looks after.
--   lua5.4 .ci/habits.lua    exit status 1 when one is broken
-- Every module has a spec, and no file is too long or too wide.
package.path = ".ci/?.lua;" .. package.path
local source = require "source"

local LINES, COLUMNS = 450, 88

local count = 0

local function complain(path, message, ...)
  count = count + 1
  print(path .. ": " .. message:format(...))
end

local function exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

local function module_of(path)
  return path:match("^lua/(.*)%.lua$"):gsub("/init$", ""):gsub("/", ".")
end

--- spec/a/b_spec.lua for lua/moonwire/a/b.lua, spec/a_spec.lua for a/init.lua.
local function has_spec(path)
  local place = path:match "^lua/moonwire/(.*)%.lua$"
  local folder = place:match "^(.*)/init$"
  return exists(("spec/%s_spec.lua"):format(place))
    or folder and exists(("spec/%s_spec.lua"):format(folder))
end

local EXCUSES = ".ci/no-spec.txt"

--- Lines of a module and a reason; "a.b.*" stands for what is in a folder.
local function read_excuses()
  local excuses = {}
  for line in io.lines(EXCUSES) do
    local module, reason = line:match "^([%w_.*]+)%s+(%S.*)"
    local spec = reason and reason:match "^spec/%S+"
    if spec and not exists(spec) then
      complain(EXCUSES, "there is no %s", spec)
    end
    if module then
      excuses[module] = { used = 0 }
    elseif not line:find "^#" then
      complain(EXCUSES, "'%s' is not a module and a reason", line)
    end
  end
  return excuses
end

local function find_excuse(excuses, module)
  local excuse = excuses[module] or excuses[module:gsub("[^.]+$", "*")]
  if excuse then
    excuse.used = excuse.used + 1
  end
  return excuse
end

local function check_specs(paths)
  local excuses = read_excuses()
  for _, path in ipairs(paths) do
    local module = path:find "^lua/moonwire/" and module_of(path)
    if module and not has_spec(path) and not find_excuse(excuses, module) then
      complain(path, "has no spec, and no reason in %s", EXCUSES)
    end
  end
  for module, excuse in pairs(excuses) do
    if excuse.used == 0 then
      complain(EXCUSES, "nothing needs the line of %s", module)
    end
  end
end

local function check_size(path)
  local lines = 0
  for line in io.lines(path) do
    lines = lines + 1
    local columns = utf8.len(line) or #line
    if columns > COLUMNS and path:find "%.[ch]$" then -- luacheck looks at the others
      complain(path, "line %d is %d columns wide (%d)", lines, columns, COLUMNS)
    end
  end
  if lines > LINES then
    complain(path, "%d lines: split it by noun (%d)", lines, LINES)
  end
end

-- Such a one is tried at every byte: it costs the square of the longest line.
local HELD_TO_THE_END = '"[^"^][^"]-%[%^\\n%][*+]%)?%$"'
local BEFORE_THAT = '"%(?%[%^\\n%][*+]%)?%$"'
local TEXT_OF_DEVICES = "^lua/moonwire/[pst][elra][^/]*/"

local function check_patterns(path)
  for line in path:find(TEXT_OF_DEVICES) and io.lines(path) or function() end do
    local is_code = not line:find "^%s*%-%-"
    if is_code and (line:find(HELD_TO_THE_END) or line:find(BEFORE_THAT)) then
      complain(path, "%s: use moonwire.parse.ending", line:match "%S.*")
    end
  end
end

local paths = source.files()
check_specs(paths)
for _, path in ipairs(paths) do
  check_size(path)
  check_patterns(path)
end
os.exit(count == 0)
