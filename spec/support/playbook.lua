--- Playbooks of a spec's own, run by Ansible itself.
local lfs = require "lfs"
local uv = require "luv"

local files = require "spec.support.files"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"

local playbooks = {}

local FOLDER = lfs.currentdir() .. "/scripts/ansible"

--- The folder with our modules and playbooks.
playbooks.folder = FOLDER

--- Run one of Ansible's programs in our folder, with nothing of this machine's user.
-- @string home a folder for what it keeps
-- @tparam {string,...} words the program and its arguments
-- @treturn string all that it wrote
-- @treturn int its exit status
function playbooks.run(home, words)
  local argv = {
    "env", "-C", FOLDER, "ANSIBLE_HOME=" .. home, "ANSIBLE_LOCAL_TEMP=" .. home .. "/l",
    "ANSIBLE_REMOTE_TEMP=" .. home .. "/r", "MOONWIRE=" .. uv.exepath(),
    "LC_ALL=C.UTF-8", "ANSIBLE_NOCOLOR=1", "sh", "-c", 'exec "$@" 2>&1', "sh",
  }
  table.move(words, 1, #words, #argv + 1, argv)
  return process.run(argv)
end

-- What Ansible leaves there lies in folders, too.
local function remove(home)
  os.execute("rm -rf '" .. home .. "'")
end

--- Call `fn(home)` with such a folder.
function playbooks.with_home(fn)
  local home = assert(uv.fs_mkdtemp "/tmp/moonwire-ansible-XXXXXX")
  local ok, message = xpcall(fn, debug.traceback, home)
  remove(home)
  if not ok then
    error(message, 0)
  end
end

--- An inventory for devices of a lab.
-- @string home
-- @tparam Lab lab
-- @tparam[opt] table changes of the variables
-- @treturn string its path
function playbooks.inventory(home, lab, changes)
  local hosts = {}
  for _, device in ipairs(lab:inventory()) do
    hosts[device.name] = {
      ansible_host = device.host,
      ansible_port = device.port,
      ansible_ssh_user = device.username,
      ansible_password = device.password,
      ansible_become_password = device.secret,
      netmiko_device_type = device.device_type,
      moonwire_host_key = device.host_key,
    }
    for name, value in pairs(changes or {}) do
      hosts[device.name][name] = value
    end
  end
  local path = home .. "/inventory.json" -- JSON is YAML
  files.write(path, json.encode { all = { hosts = hosts } })
  return path
end

--- A playbook with one task, on all devices of a lab, that shows its answer.
-- @string home
-- @tparam Lab lab
-- @string module its name
-- @tparam table arguments
-- @tparam[opt] {string,...} environment
-- @treturn string all that was written
-- @treturn int exit status
function playbooks.call(home, lab, module, arguments, environment)
  local play = { hosts = "all", gather_facts = false, tasks = {
    { [module] = arguments, register = "answer" }, { debug = { var = "answer" } },
  } }
  files.write(home .. "/play.yaml", json.encode { play })
  local words = table.move(environment or {}, 1, #(environment or {}), 2, { "env" })
  for _, word in ipairs {
    "ansible-playbook", "-i", playbooks.inventory(home, lab),
    "-e", "@" .. FOLDER .. "/group_vars/all.yaml", home .. "/play.yaml",
  } do
    words[#words + 1] = word
  end
  return playbooks.run(home, words)
end

return playbooks
