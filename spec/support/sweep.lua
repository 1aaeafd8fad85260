--- For specs: what the scenes of spec/sweep need, and the sweep over all of them.
local child = require "moonwire.lab.child"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local starve = require "spec.support.starve"
local uv = require "luv"

local sweep = {}

local OWNER_ONLY = 384 -- 0600

local KNOWN = "r1 ssh-ed25519 "
  .. "AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr\n"

local function write_private(path, text)
  files.write(path, text)
  uv.fs_chmod(path, OWNER_ONLY)
  return path
end

local function lab_file(folder, lab)
  local list = {}
  for i, one in ipairs(lab.devices) do
    list[i] = {
      name = one.name, host = one.host, port = one.port, username = "admin",
      password = "admin", device_type = one.device_type, host_key = one.host_key,
    }
  end
  return write_private(folder .. "/lab.json", json.encode { devices = list })
end

local function many_file(folder)
  local lines = { "name,host,username,password,device_type\n" }
  for i = 1, 50 do
    lines[i + 1] = ("r%d,10.0.0.%d,ops,pw,cisco_ios\n"):format(i, i)
  end
  return write_private(folder .. "/many.csv", table.concat(lines))
end

local function words_in(folder, lab)
  local at_lab, many = lab_file(folder, lab), many_file(folder)
  local known = write_private(folder .. "/known_hosts", KNOWN)
  local runs = 0
  local function of(word)
    return function() return { word } end
  end
  return {
    command = of(at_lab), pool = of(at_lab), session = of(at_lab),
    inventory = of(many), hostkeys = of(known),
    journal = function()
      runs = runs + 1
      return { ("%s/runs-%d"):format(folder, runs) }
    end,
  }
end

--- The names of the scenes.
sweep.scenes = { "command", "hostkeys", "inventory", "journal", "pool", "session" }

--- Call `fn(words)` with a lab and files around, and take them away.
-- `words`: by scene, a function that gives its words
function sweep.around(fn)
  local place = os.getenv "TMPDIR" or "/tmp"
  local folder = assert(uv.fs_mkdtemp(place .. "/sweep-XXXXXX"))
  local lab <close> = assert(child.start { devices = 2 })
  fn(words_in(folder, lab))
  os.execute("rm -rf " .. folder)
end

--- Every call of ours fails in turn, in every scene.
-- @int[opt] most so many runs for a kind of call in a scene
-- @tparam[opt] function say
-- @tparam[opt] {string,...} scenes some of them
-- @treturn int runs
-- @treturn {string,...} what was wrong
function sweep.all(most, say, scenes)
  local total, problems = 0, {}
  sweep.around(function(words)
    for _, scene in ipairs(scenes or sweep.scenes) do
      for _, what in ipairs(starve.calls) do
        local runs, found = starve.sweep(scene, words[scene], what, most)
        total = total + runs
        table.move(found, 1, #found, #problems + 1, problems)
        if say and runs > 0 then
          say(("%s, %s: %d runs, %d problems"):format(scene, what, runs, #found))
        end
      end
    end
  end)
  return total, problems
end

return sweep
