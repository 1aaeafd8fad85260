--- change.lua - a change to 200 devices, for README.md: planned, applied, ended by its
-- canary, put right, and applied again. What the devices say and what is left on them
-- comes from them; what is typed stands here.
local json = require "moonwire.report.json"
local labs = require "moonwire.lab"
local program = require "spec.support.program"
local task = require "moonwire.task"
local uv = require "luv"

local DEVICES = 200
local CLOCK = 10 -- the devices' minute is six seconds of ours

local WRONG = "set system name-server 192.0.2.35\nset system domain-name lab.example\n"
local RIGHT = WRONG:gsub("%.35", ".53")

local CHECK = [[
--- A new session must find the name server that the devices can reach.
return function(session)
  local text = session:get_config()
  return text:find("192.0.2.53", 1, true), "nobody answers at its name server"
end
]]

local PLAN = {
  "push", "-i", "fleet.json", "-f", "dns.cfg", "--plan", "dns.plan",
  "--commit-confirm", "1m", "--check", "check.lua",
}
local APPLY = { "push", "--apply", "dns.plan", "--sessions", "20" }
local SHOW = { "runs", "show", "last" }
local SAVED = "0600"

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(uv.fs_chmod(path, tonumber(SAVED, 8)))
end

local function devices()
  local list = {}
  for i = 1, DEVICES do
    list[i] = { name = ("r%03d"):format(i), platform = "juniper_junos" }
  end
  return list
end

-- what is the same for all of them is shown once, with the first of them
local function shortened(text)
  local lines, count, blocks = {}, 0, 0
  for line in text:gmatch "[^\n]*" do
    blocks = blocks + (line:find "^== " and 1 or 0)
    if blocks <= 1 then
      lines[#lines + 1] = line
    elseif line:find "^== " then
      count = count + 1
    end
  end
  if count > 0 then
    lines[#lines + 1] = ("… and %d more like it"):format(count)
  end
  return table.concat(lines, "\n")
end

-- Without the bar, which is for terminals, and with file names as they are typed.
local function shown(folder, words)
  local list = table.move(words, 1, #words, 1, {})
  for i, word in ipairs(list) do
    list[i] = word:find "^%l+%.%l+$" and folder .. "/" .. word or word
  end
  list[#list + 1], list[#list + 2] = "--runs", folder .. "/runs"
  local result = program.run(list, {
    environment = { MOONWIRE_LOCKS = folder .. "/locks" },
  })
  local said = result.errors:gsub("push  %d+/%d+[^\n]*\n", "")
  local text = shortened(result.output):gsub("\n+$", "") .. "\n" .. said
  text = text:gsub(folder:gsub("%p", "%%%0") .. "/", "")
  return ("$ moonwire %s\n%s"):format(table.concat(words, " "), text:gsub("^\n", ""))
end

-- What is on the devices, by their own word.
local function left_on(lab)
  local counts = {}
  for i = 1, DEVICES do
    local twin = lab:device(i).twin
    local server = twin
      and table.concat(twin.running, "\n"):match "name%-server (%S+)"
      or "none"
    counts[server] = (counts[server] or 0) + 1
  end
  local words = {}
  for server, count in pairs(counts) do
    words[#words + 1] = ("%s on %d"):format(server, count)
  end
  table.sort(words)
  return "# name servers on the devices: " .. table.concat(words, ", ") .. "\n"
end

local function type_all(folder, lab)
  local parts = {}
  for _, lines in ipairs { WRONG, RIGHT } do
    write(folder .. "/dns.cfg", lines)
    parts[#parts + 1] = "$ cat dns.cfg\n" .. lines
    parts[#parts + 1] = shown(folder, PLAN)
    parts[#parts + 1] = shown(folder, APPLY)
    parts[#parts + 1] = lines == WRONG and shown(folder, SHOW) or nil
    parts[#parts + 1] = left_on(lab)
  end
  return table.concat(parts)
end

--- Type it.
-- @treturn string what is typed, and what it says
return function()
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-readme-XXXXXX")
  local lab <close> = assert(labs.open { devices = devices(), clock = CLOCK })
  local text = task.group(function(group)
    group:spawn(lab.serve, lab)
    write(folder .. "/fleet.json", json.encode { devices = lab:inventory() })
    write(folder .. "/check.lua", CHECK)
    local typed = "$ cat check.lua\n" .. CHECK .. type_all(folder, lab)
    lab:close()
    return typed
  end)
  os.execute("rm -r " .. folder)
  return text
end
