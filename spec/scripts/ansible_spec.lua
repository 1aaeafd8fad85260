local devices = require "moonwire.inventory.device"
local json = require "moonwire.report.json"
local labs = require "spec.support.lab"
local network = require "moonwire.ansible.network"
local playbooks = require "spec.support.playbook"

local PASSWORD = "velvet-harbour-7"
local TIMER = "\nPlaybook run took 0 days, 0 hours, 0 minutes, %d+ seconds\n"

-- Run a playbook against a lab.
local function play(lab, words, changes)
  local text, status
  playbooks.with_home(function(home)
    local path = playbooks.inventory(home, lab, changes)
    local line = { "ansible-playbook", "-i", path }
    table.move(words, 1, #words, #line + 1, line)
    text, status = playbooks.run(home, line)
  end)
  return text, status
end

local function with_lab(count, fn)
  labs.with_lab({ devices = count, password = PASSWORD }, fn)
end

local function truth(lab, index)
  return lab:device(index):configuration():render()
end

local function count_of(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

describe("scripts/ansible", function()
  it("gets outputs by a call for each device, and prints the time", function()
    with_lab(2, function(lab)
      local text, status = play(lab, { "play_netmiko.yaml" })
      assert.equal(0, status)
      assert.matches(TIMER, text)
      assert.equal(2, count_of(text, "ok=2 +changed=0 +unreachable=0 +failed=0"))
      assert.matches('"SW%-CORE_2#show vlan"', text)
      assert.matches('"Tiempo host: 0:00:', text)
      assert.is_nil(text:find(PASSWORD, 1, true))
    end)
  end)

  it("gets them by one call for all", function()
    with_lab(3, function(lab)
      local text, status = play(lab, { "play_fleet.yaml", "--forks", "1" })
      assert.equal(0, status)
      assert.matches(TIMER, text)
      assert.equal(3, count_of(text, '"command": "show vlan"'))
      assert.equal(3, lab:statistics().logins)
    end)
  end)

  for _, forks in ipairs { 1, 5, 10 } do
    it(("reaches so many devices at a time: %d forks"):format(forks), function()
      with_lab(6, function(lab)
        local text, status =
          play(lab, { "play_netmiko.yaml", "--forks", tostring(forks) })
        assert.equal(0, status)
        assert.equal(6, count_of(text, "ok=2 +changed=0"))
        assert.equal(6, lab:statistics().logins)
        assert.is_true(lab:statistics().peak_sessions <= forks)
      end)
    end)
  end

  it("fails where a login is refused, and nowhere shows a password", function()
    with_lab(1, function(lab)
      local changes = { ansible_password = "meadow-lantern-3" }
      for _, name in ipairs { "play_netmiko.yaml", "play_fleet.yaml" } do
        local text, status = play(lab, { name, "-vvv" }, changes)
        assert.equal(2, status)
        assert.matches("FAILED!", text, 1, true)
        assert.matches("refused the login", text, 1, true)
        assert.matches("failed=1", text, 1, true)
        assert.is_nil(text:find("meadow-lantern", 1, true))
      end
    end)
  end)

  it("shows no password when all is well either", function()
    with_lab(1, function(lab)
      local text, status = play(lab, { "play_config.yaml", "-vvv", "--diff" })
      assert.equal(0, status)
      assert.matches('"module_args"', text, 1, true)
      assert.is_nil(text:find(PASSWORD, 1, true))
    end)
  end)

  it("fails where a device has no platform", function()
    with_lab(1, function(lab)
      local text, status =
        play(lab, { "play_netmiko.yaml" }, { netmiko_device_type = "" })
      assert.equal(2, status)
      assert.matches("device: .*device_type.* is missing", text)
    end)
  end)

  it("changes nothing with --check --diff, then once, then nothing", function()
    with_lab(2, function(lab)
      local before = truth(lab, 1)
      local text, status = play(lab, { "play_config.yaml", "--check", "--diff" })
      assert.equal(0, status)
      assert.equal(2, count_of(text, "\n%+ description management\n"))
      assert.equal(2, count_of(text, "ok=1 +changed=1"))
      assert.equal(before, truth(lab, 1))

      text, status = play(lab, { "play_config.yaml", "--diff" })
      assert.equal(0, status)
      assert.equal(2, count_of(text, "\n%+ description management\n"))
      local after = truth(lab, 1)
      assert.not_equal(before, after)

      text, status = play(lab, { "play_config.yaml", "--diff" })
      assert.equal(0, status)
      assert.equal(2, count_of(text, "ok=1 +changed=0"))
      assert.equal(after, truth(lab, 1))
    end)
  end)

  it("is skipped with --check where it always was", function()
    with_lab(1, function(lab)
      local text, status = play(lab, { "play_netmiko.yaml", "--check" })
      assert.equal(0, status)
      assert.matches("skipped=1", text, 1, true)
      assert.equal(0, lab:statistics().logins)
    end)
  end)

  it("swaps the modules by their names", function()
    with_lab(1, function(lab)
      playbooks.with_home(function(home)
        local said = {}
        for _, name in ipairs { "sync", "async" } do
          local text, status = playbooks.call(home, lab, name .. "_netmiko_module", {
            device = "{{ cli }}", commands = { "show vlan" },
          })
          assert.equal(0, status)
          assert.matches("VLAN Name", text, 1, true)
          assert.is_nil(text:find "FAILED")
          said[#said + 1] = assert(text:match '"connected_devices": (.-)"time"')
        end
        assert.equal(said[1], said[2])
      end)
    end)
  end)

  it("tells ansible-doc of every argument", function()
    playbooks.with_home(function(home)
      local words = { "ansible-doc", "-j", "-t", "module", "moonwire" }
      local text, status = playbooks.run(home, words)
      assert.equal(0, status)
      local options = json.decode(text).moonwire.doc.options
      for _, field in ipairs(network.schema) do
        assert.is_table(options[field.name], field.name)
        options[field.name] = nil
      end
      assert.same({}, options)
      assert.is_true(#network.schema > #devices.fields)
      for _, name in ipairs { "sync_netmiko_module", "async_netmiko_module" } do
        words[#words] = name
        text, status = playbooks.run(home, words)
        assert.equal(0, status)
        assert.is_table(json.decode(text)[name].doc.options.device)
      end
    end)
  end)

  it("is a collection that can be built, installed and called", function()
    with_lab(1, function(lab)
      playbooks.with_home(function(home)
        local text, status = playbooks.run(home, {
          "ansible-galaxy", "collection", "build", "--output-path", home,
        })
        assert.equal(0, status, text)
        text, status = playbooks.run(home, {
          "ansible-galaxy", "collection", "install", "-p", home .. "/c",
          home .. "/moonwire-network-1.0.0.tar.gz",
        })
        assert.equal(0, status, text)
        text, status = playbooks.call(home, lab, "moonwire.network.moonwire", {
          host = "{{ cli }}", commands = { "show clock" },
        }, { "ANSIBLE_COLLECTIONS_PATH=" .. home .. "/c", "ANSIBLE_LIBRARY=" .. home })
        assert.equal(0, status, text)
        assert.matches('"command": "show clock"', text, 1, true)
      end)
    end)
  end)
end)
