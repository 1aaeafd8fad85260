-- Faults of spec/README.md: I10.
local fleet = require "moonwire.fleet"
local inventory = require "moonwire.inventory"
local log = require "moonwire.log"
local moonwire = require "moonwire"
local resolve = require "moonwire.transport.resolve"
local ssh_config = require "moonwire.ssh_config"
local support = require "spec.support.lab"
local uv = require "luv"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

describe("moonwire.transport.resolve", function()
  local folder, said

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-XXXXXX")
    said = {}
    log.redirect(function(text)
      said[#said + 1] = text:gsub("^.*/config", "config")
    end)
  end)

  after_each(function()
    log.redirect(nil)
    ssh_config.set_default(nil)
    os.execute("rm -r " .. folder)
  end)

  local function write(name, text)
    local path = folder .. "/" .. name
    local stream = assert(io.open(path, "wb"))
    stream:write((text:gsub("FOLDER", folder)))
    stream:close()
    return path
  end

  local function complete(text, device)
    device.ssh_config_file = write("config", text)
    return resolve.device(device)
  end

  it("leaves a device alone that names no file", function()
    local device = { host = "r1", password = "x" }
    assert.equal(device, (resolve.device(device)))
    device.ssh_config_file = "none"
    ssh_config.set_default(write("config", "Port 7"))
    assert.equal(device, (resolve.device(device)))
    assert.equal(7, resolve.device({ host = "r1" }).port)
  end)

  it("fills in what is not said, and changes nothing", function()
    local device = { name = "one", host = "r1", username = "me", password = "x" }
    local taken = complete([[
      Host r1
        HostName 10.1.1.1
        User other
        Port 2022
        IdentityFile FOLDER/key
        IdentityFile FOLDER/missing
        IdentitiesOnly yes
        IdentityAgent none
        CertificateFile FOLDER/key-cert.pub
        UserKnownHostsFile FOLDER/known
        GlobalKnownHostsFile none
        HostKeyAlias Alias
        StrictHostKeyChecking accept-new
        ConnectTimeout 7
        PreferredAuthentications gssapi-with-mic,password,publickey
        PubkeyAuthentication no
        KexAlgorithms +diffie-hellman-group1-sha1
        ProxyCommand nc -X %n %h %p %%n]], device)
    assert.same({
      name = "one", host = "10.1.1.1", username = "me", password = "x", port = 2022,
      key_files = {}, certificate_files = {}, identities_only = true, agent = false,
      known_hosts = { folder .. "/known" }, host_key_alias = "alias",
      host_key_policy = "accept-new", connect_timeout = 7,
      auth_methods = { "password" },
      algorithms = { kex = "+diffie-hellman-group1-sha1" },
      proxy_command = "nc -X r1 %h %p %%n", ssh_config_file = "none",
      asked = { host = "r1", file = folder .. "/config" },
    }, taken)
    assert.same({ "r1", nil }, { device.host, device.port })
    table.sort(said)
    assert.same({
      ("config:5: there is no %s/key"):format(folder),
      ("config:5: there is no %s/missing"):format(folder),
      ("config:9: there is no %s/key-cert.pub"):format(folder),
    }, said)
  end)

  it("lets the inventory win", function()
    local given = {
      host = "r1", port = 1, username = "me", key_file = "/k", agent = "/a",
      known_hosts = "/kh", host_key_policy = "strict", algorithms = "modern",
      auth_methods = { "password" }, jump = "none", identities_only = false,
      connect_timeout = 3, certificate_files = { "/c" }, host_key_alias = "x",
    }
    local taken = complete([[
      Port 2
      User you
      IdentityFile /etc/passwd
      CertificateFile /etc/passwd
      IdentitiesOnly yes
      IdentityAgent none
      UserKnownHostsFile /etc/passwd
      HostKeyAlias y
      StrictHostKeyChecking accept-new
      ConnectTimeout 9
      PasswordAuthentication no
      Ciphers 3des-cbc
      ProxyJump b]], given)
    given.ssh_config_file = "none"
    given.asked = { host = "r1", file = folder .. "/config" }
    assert.same(given, taken)
  end)

  it("finds the way over jump hosts, each with what is said about it", function()
    local taken = complete([[
      Host r*
        ProxyJump ops@b1,b2:2022
      Host b1
        HostName 10.0.0.1
        ProxyJump outer
        IdentityFile /etc/passwd
      Host b2
        User two
        ProxyJump elsewhere]], { host = "r1", password = "x", key_file = "/k" })
    local first, second = taken.jump[1], taken.jump[2]
    assert.same({ "b1", "10.0.0.1", "ops", "/etc/passwd" },
      { first.name, first.host, first.username, first.key_files[1] })
    assert.equal("outer", first.jump[1].host)
    assert.same({ "b2", 2022, "two", "/k" },
      { second.host, second.port, second.username, second.key_file })
    assert.is_nil(second.jump)
    for _, hop in ipairs { first, second, first.jump[1] } do
      assert.is_nil(hop.password)
    end
  end)

  it("asks about jump hosts of the inventory, too", function()
    local text = "Host b\nUser ops\nPort 2022"
    local taken = complete(text, { host = "r1", password = "x", jump = "b" })
    assert.same({ "ops", 2022 }, { taken.jump[1].username, taken.jump[1].port })
    local bastion = { host = "b", username = "me", password = "y" }
    taken = complete(text, { host = "r2", password = "x", jump = { "b", bastion } })
    assert.equal("ops", taken.jump[1].username)
    assert.equal(bastion, taken.jump[2])
  end)

  it("ends where jump hosts go in a circle", function()
    local taken, message, kind = complete([[
      Host r1 b
        ProxyJump a
      Host a
        ProxyJump b]], { host = "r1" })
    assert.is_nil(taken)
    assert.equal("invalid", kind)
    assert.is_truthy(message:find("circle", 1, true))
  end)

  it("says once which key that is named is not there", function()
    local text = [[
      Host r*
        IdentityFile /nowhere/key
        IdentityFile /etc/passwd
        CertificateFile /nowhere/key-cert.pub
      Host *
        IdentityFile none]]
    for _, host in ipairs { "r1", "r2" } do
      assert.same({ "/etc/passwd" }, complete(text, { host = host }).key_files)
    end
    table.sort(said)
    assert.same({
      "config:2: there is no /nowhere/key",
      "config:4: there is no /nowhere/key-cert.pub",
    }, said)
  end)

  it("says once what it does not follow", function()
    local text = [[
      Host r*
        Compression yes
        ServerAliveInterval 0
        BatchMode yes
        StrictHostKeyChecking no
        BindAddress 10.1.1.1]]
    for _, host in ipairs { "r1", "r2", "r3" } do
      assert.is_truthy(complete(text, { host = host }))
    end
    table.sort(said)
    assert.same({
      "config:2: the option \"compression\" is not followed",
      "config:5: StrictHostKeyChecking no is not followed: an unknown host key is"
        .. " refused, as by yes",
      "config:6: the option \"bindaddress\" is not followed",
    }, said)
  end)

  it("has an error for a file that is wrong or absent", function()
    local taken, message, kind = complete("Port x", { host = "r1" })
    assert.is_nil(taken)
    assert.equal("invalid", kind)
    assert.is_truthy(message:find("/config:1: port: bad port", 1, true))
    taken, message, kind = resolve.device { host = "r1", ssh_config_file = "/no/file" }
    assert.is_nil(taken)
    assert.equal("local", kind)
    assert.is_truthy(message:find("/no/file", 1, true))
    local session, why, what, detail = moonwire.connect {
      host = "r1", username = "a", password = "b", ssh_config_file = "/no/file",
    }
    assert.is_nil(session)
    assert.equal("local", what)
    assert.equal("start", detail.phase)
    assert.is_truthy(why:find("r1: /no/file", 1, true))
  end)

  it("reads the file of the system that moonwire replaces", function()
    local file = "inventory/ssh_config.example"
    local device = { host = "10.2.0.7", username = "a", ssh_config_file = file }
    local taken = resolve.device(device)
    assert.equal("ssh -F ~/.ssh/config -W %h:%p jumphost", taken.proxy_command)
    assert.same({
      kex = "+diffie-hellman-group1-sha1",
      ciphers = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,3des-cbc",
      hostkey_types = "+ssh-dss",
    }, taken.algorithms)
    taken = resolve.device { host = "jumphost", ssh_config_file = file }
    assert.same({ "jumphost.example.com", "jumpuser", true },
      { taken.host, taken.username, taken.identities_only })
    assert.is_nil(taken.proxy_command)
    assert.is_nil(taken.algorithms)
  end)

  it("makes less necessary in an inventory", function()
    local path = write("config", "Host r1\nUser ops\nPort 2022")
    local device = { host = "r1", device_type = "cisco_ios", ssh_config_file = path }
    local loaded = assert(inventory.load { device })
    assert.is_nil(loaded[1].port)
    assert.same({ "ops", 2022, "r1" }, {
      resolve.device(loaded[1]).username, resolve.device(loaded[1]).port,
      loaded[1].name,
    })
    device.ssh_config_file = "none"
    local none, message = inventory.load { device }
    assert.is_nil(none)
    assert.is_truthy(message:find("username", 1, true))
    device.ssh_config_file = nil
    ssh_config.set_default(path)
    assert.equal(path, assert(inventory.load { device })[1].ssh_config_file)
  end)

  -- by names that only the file knows, with host keys under another one
  it("leads to devices in every mode", function()
    support.with_lab({ devices = 3 }, function(lab)
      local devices, lines = lab:inventory(), {}
      for i, device in ipairs(devices) do
        lines[i] = ("Host d%d\nHostName %s\nPort %d\nUser %s\n"):format(
          i, device.host, device.port, device.username)
      end
      write("known", "lab " .. lab:host_key() .. "\n")
      lines[#lines + 1] = 'Match exec "echo x >> FOLDER/log"\nHostKeyAlias lab\n'
        .. "UserKnownHostsFile FOLDER/known\n"
      local path = write("config", table.concat(lines))
      for i, device in ipairs(devices) do
        devices[i] = {
          name = device.name, host = "d" .. i, password = device.password,
          device_type = device.device_type, ssh_config_file = path,
        }
      end
      for _, mode in ipairs(MODES) do
        local run = fleet.run(devices, {
          mode = mode, workers = 2,
          job = function(session)
            return session:send_command "show version | include uptime"
          end,
        })
        for i, result in ipairs(run.results) do
          assert.is_true(result.ok, result.message)
          assert.is_truthy(result.value:find(devices[i].name, 1, true))
        end
      end
      local stream <close> = assert(io.open(folder .. "/log"))
      assert.equal("x\n", stream:read "a")
    end)
  end)
end)
