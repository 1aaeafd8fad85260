-- Every fault of what a device is told and shows, on a twin of every family of
-- platforms: all of the output, or an error of a kind that was to be expected.
local labs = require "spec.support.lab"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local task = require "moonwire.task"

local AT_ONCE = 200

-- one platform of each family, and those that share theirs with a different one
local function chosen(without)
  local names, is_known = { "cisco_asa", "hp_procurve" }, {}
  for _, name in ipairs(platforms.names()) do
    local family = platforms.get(name).family
    if not is_known[family] and name ~= without then
      is_known[family] = true
      names[#names + 1] = name
    end
  end
  return names
end

-- A command that only reads, and that the platform is known by.
local function command_for(device)
  return platforms.get(device.device_type).detect[1][1]
end

local function ask(device)
  local session, message, kind = sessions.open(device, { timeout = device.wait })
  if not session then
    return nil, message, kind
  end
  local _ <close> = session
  return session:send_command(command_for(device), { timeout = device.patience })
end

-- What devices say that have a name each of their own, as if they had the same.
local function plain(text)
  return (text:gsub("SIM%x+", "SIM"):gsub("%f[%w]tw%d+%f[%W]", "name")
    :gsub("Renamed%-%d+", "name"):gsub("%f[%a](%a+)s%f[%A]", "%1"):gsub("%d+", "0"))
end

-- Whether all lines are there, with others between them perhaps.
local function has_all(text, wanted)
  local lines = text:gmatch "[^\n]*"
  for line in wanted:gmatch "[^\n]*" do
    local found
    repeat
      found = lines()
      if not found then
        return false
      end
    until found == line
  end
  return true
end

local function ask_all(faults, names)
  local devices, given = {}, {}
  for _, fault in ipairs(faults) do
    for _, name in ipairs(names) do
      local number = #devices + 1
      devices[number] = { name = "tw" .. number, platform = name }
      if fault.name then
        given[#given + 1] =
          { name = fault.name, seconds = fault.seconds, device = number }
      end
    end
  end
  local found
  labs.with_lab({ devices = devices, faults = given }, function(lab)
    local list = lab:inventory()
    for i, device in ipairs(list) do
      local fault = faults[(i - 1) // #names + 1]
      device.patience = fault.patience
      device.wait = fault.waits and fault.waits[device.device_type] or 30
    end
    found = task.map(list, AT_ONCE, function(device)
      local output, message, kind = ask(device)
      return { output = output and plain(output), message = message, kind = kind }
    end)
  end)
  return found
end

-- Those of one fault after those of another, the healthy ones first. A fault may have
-- `seconds`; `patience`: ours with the command; `waits`: with a login, by platform.
local function compare(faults, check, without)
  local names = chosen(without)
  local found = ask_all({ {}, table.unpack(faults) }, names)
  for i, name in ipairs(names) do
    local wanted = assert(found[i].output, name)
    assert.not_equal("", wanted)
    for j, fault in ipairs(faults) do
      check(found[j * #names + i], wanted, ("%s: %s"):format(name, fault.name), name)
    end
  end
end

-- They ask something, or show a line above their prompt, in a way that cannot be told
-- from an answer where nothing is echoed: seconds to wait for them.
local NOT_WITHOUT_ECHO = { cisco_wlc = 1, nokia_sros = 1 }

describe("a device of any family", function()
  it("is understood without its echo", function()
    local faults = { { name = "echo_off", waits = NOT_WITHOUT_ECHO } }
    compare(faults, function(found, wanted, title, name)
      if NOT_WITHOUT_ECHO[name] then
        assert.equal("timeout", found.kind, title)
      else
        assert.equal(wanted, found.output or found.message, title)
      end
    end)
  end)

  it("is understood however it echoes and shows something", function()
    compare({
      { name = "echo_twice" }, { name = "echo_wrap" }, { name = "greeting" },
      { name = "ansi" }, { name = "pager_stuck" }, { name = "dribble", seconds = 1e-5 },
    }, function(found, wanted, title)
      assert.equal(wanted, found.output or found.message, title)
    end)
  end)

  -- messages have the form of one vendor: others' may be output
  it("has its whole output read with something around it or in its midst", function()
    compare({
      { name = "lookalike", seconds = 0.5 }, { name = "syslog" }, { name = "bytes" },
      { name = "rename" }, { name = "syslog_around" }, { name = "slow", seconds = 0.1 },
    }, function(found, wanted, title)
      local text = found.output or found.message
      assert.is_true(has_all(text, wanted), ("%s: %q"):format(title, text))
    end)
  end)

  -- a message behind a prompt, of a form that is not known, says nothing of an end
  it("that does not answer, or goes, is an error", function()
    local kinds = { hang = "timeout", drop = "dropped", syslog_prompt = "timeout" }
    compare({
      { name = "hang", patience = 1 },
      { name = "syslog_prompt", patience = 1 }, { name = "drop" },
    }, function(found, wanted, title)
      local fault = title:match "([%l_]+)$"
      if fault == "syslog_prompt" and found.output then
        assert.is_true(has_all(found.output, wanted), title)
      else
        assert.is_nil(found.output, title)
        assert.equal(kinds[fault], found.kind, title)
      end
    end, "fortinet") -- its login shows something, and waits for that
  end)
end)
