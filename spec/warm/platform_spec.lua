local files = require "spec.support.files"
local likeness = require "moonwire.transport.likeness"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local warm = require "moonwire.warm"

local DEVICES = 70 -- so many that there is one of each platform

local function one_of_each(devices)
  local list, has = {}, {}
  for _, device in ipairs(devices) do
    if not has[device.device_type] then
      has[device.device_type] = true
      list[#list + 1] = device
    end
  end
  return list
end

local function without_credentials(device)
  local copy = {}
  for name, value in pairs(device) do
    copy[name] = value
  end
  copy.password, copy.secret = nil, nil
  return copy
end

-- counters move, and clocks
local function still(text)
  return (text:gsub("%d+", "0"))
end

-- What it shows, and the mode in which it is found. `changes`: it is left elsewhere.
local function visit(device, path, changes)
  local session <close> = assert(sessions.open(device, { via = path }))
  local mode = session:mode()
  local command = platforms.reading_of(session.platform) or "show version"
  local shown = still(assert(session:send_command(command)))
  if changes then
    session:enable() -- with a password that is not known here, where it wants one
    session.shell.has_changed = true
  end
  return shown, mode
end

local function await_home(door, device)
  while not door.pool.resting[likeness.of(device)] do
    task.sleep(0.01)
  end
end

-- The same for everybody who comes, whatever the one before has done.
local function check(device, path, door)
  local known = without_credentials(device)
  local expected, mode = visit(device, false)
  for round = 1, 3 do
    local shown, found = visit(known, path, round == 1)
    assert.equal(expected, shown, device.device_type)
    assert.equal(mode, found, device.device_type)
    await_home(door, device)
  end
end

describe("a warm session", function()
  it("is as good as a login, on every platform", function()
    local mixed = { devices = DEVICES, platform = "mixed" }
    files.with_folder(function(folder)
      support.with_lab(mixed, function(lab)
        local devices, path = one_of_each(lab:inventory()), folder .. "/socket"
        task.group(function(group)
          local door <close> = assert(warm.open(group, path, function()
            return { devices = devices }
          end))
          assert.is_true(#devices > 30)
          task.map(devices, #devices, function(device)
            check(device, path, door)
          end)
          assert.equal(#devices, door.pool.count.logins)
          assert.equal(0, door.pool.count.doubted)
        end)
      end)
    end)
  end)
end)
