local ssh_config = require "moonwire.ssh_config"
local task = require "moonwire.task"
local uv = require "luv"

local oracle = require "spec.ssh_config.oracle"

describe("moonwire.ssh_config", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  local function write(name, text)
    local path = folder .. "/" .. name
    local stream = assert(io.open(path, "wb"))
    stream:write((text:gsub("FOLDER", folder)))
    stream:close()
    return path
  end

  local function load(text)
    return assert(ssh_config.load(write("config", text)))
  end

  local function lines_of(path)
    local lines = {}
    local stream = io.open(path)
    for one in stream and stream:lines() or function() end do
      lines[#lines + 1] = one
    end
    if stream then
      stream:close()
    end
    return lines
  end

  describe("a lookup", function()
    it("lets the first value win, and what was given before it", function()
      local config = load [[
        Host r1
          Port 2222
        Host r*
          Port 23
          User ops
        Host *
          User nobody
          ConnectTimeout 1m]]
      local options, origins = config:lookup "r1"
      assert.same({
        hostname = "r1", port = 2222, user = "ops", connecttimeout = 60,
      }, options)
      assert.same({
        port = folder .. "/config:2", user = folder .. "/config:5",
        connecttimeout = folder .. "/config:8",
      }, origins)
      options = config:lookup("r1", { port = 830, user = "admin" })
      assert.same({ 830, "admin" }, { options.port, options.user })
      assert.same({ 22, "nobody" },
        { config:lookup("x").port, config:lookup("x").user })
    end)

    it("knows negation wherever it stands in the line", function()
      local config = load [[
        Host 10.2.0.* !10.2.0.99
          Port 1
        Host !10.2.0.7 10.2.0.*
          User u]]
      assert.equal(1, config:lookup("10.2.0.7").port)
      assert.are_not.equal("u", config:lookup("10.2.0.7").user)
      assert.equal(22, config:lookup("10.2.0.99").port)
      assert.equal("u", config:lookup("10.2.0.99").user)
    end)

    it("gives tables of its own", function()
      local config = load "IdentityFile /a\nUserKnownHostsFile /k\nProxyJump a,b"
      local options = config:lookup "h"
      options.identityfile[1], options.userknownhostsfile[1] = "/x", "/x"
      table.remove(options.proxyjump)
      options = config:lookup "h"
      assert.same({ "/a" }, options.identityfile)
      assert.same({ "/k" }, options.userknownhostsfile)
      assert.equal(2, #options.proxyjump)
    end)

    it("takes jump hosts apart", function()
      assert.same({
        { user = "ops", host = "b1", port = 2022, text = "ops@b1:2022" },
        { host = "fe80::1", text = "[fe80::1]" },
      }, load("ProxyJump ops@b1:2022,[fe80::1]"):lookup("h").proxyjump)
    end)

    it("refuses a way that leads through its own end", function()
      local options, message, kind = load("ProxyJump h"):lookup "h"
      assert.is_nil(options)
      assert.is_truthy(message:find("way to itself", 1, true))
      assert.equal("invalid", kind)
      assert.is_truthy(load("ProxyJump h:23"):lookup "h")
    end)

    it("names the names", function()
      local config = load "Host b a !c\nHost r* a d\nMatch host e\nPort 1"
      assert.same({}, config:names()) -- nothing stands in their blocks
      config = load "Host b a !c\nPort 1\nHost r* a d\nPort 2\nMatch host e\nPort 1"
      assert.same({ "b", "a", "d" }, config:names())
    end)
  end)

  describe("a mistake", function()
    local function complaint_about(text)
      local config, message, kind = ssh_config.load(write("config", text))
      assert.is_nil(config)
      assert.equal("invalid", kind)
      return (message:gsub(folder:gsub("%p", "%%%0"), "F"))
    end

    it("is told with its file and line, also when it is for others", function()
      assert.equal('F/config:2: port: bad port "x"\n'
        .. 'F/config:3: ciphers: unknown algorithm "rot13"',
        complaint_about "Host other\nPort x\nCiphers rot13")
    end)

    it("is told with the file that it is in", function()
      write("one.conf", "\nBatchMode perhaps\n")
      assert.equal('F/one.conf:2: batchmode: unsupported value "perhaps"',
        complaint_about "Host other\n Include FOLDER/one.conf")
    end)

    it("does not fill the screen", function()
      local message = complaint_about(("Port x\n"):rep(500))
      assert.equal(11, select(2, message:gsub("\n", "")) + 1)
      assert.is_truthy(message:find("… and 490 more", 1, true))
    end)

    it("in a keyword depends on what the host ignores", function()
      local config = load "Host a\nIgnoreUnknown use*\nHost *\nUseKeychain yes"
      assert.is_truthy(config:lookup "a")
      local options, message, kind = config:lookup "b"
      assert.is_nil(options)
      assert.equal("invalid", kind)
      assert.is_truthy(message:find('/config:4: unknown option "usekeychain"', 1, true))
    end)

    it("is a file that is not there", function()
      local config, message, kind = ssh_config.load(folder .. "/none")
      assert.is_nil(config)
      assert.equal("local", kind)
      assert.is_truthy(message:find(folder .. "/none", 1, true))
      local source = { path = folder .. "/none", is_optional = true }
      assert.is_truthy(ssh_config.load { source })
    end)
  end)

  describe("Include", function()
    it("belongs to the block around it", function()
      write("in.conf", "Port 7\nHost r2\nUser two\nHost *\nUser any")
      local config = load [[
        Host r*
          Include FOLDER/in.conf
          HostName %h.lab
        Host *
          Port 9]]
      local options = config:lookup "r1"
      assert.same({ 7, "any", "r1.lab" },
        { options.port, options.user, options.hostname })
      assert.equal("two", config:lookup("r2").user)
      assert.equal(9, config:lookup("x").port)
      assert.are_not.equal("any", config:lookup("x").user)
    end)

    it("takes files in the order of their names", function()
      write("b.conf", "Port 2")
      write("a.conf", "Port 1")
      write(".c.conf", "User hidden")
      local options = load("Include FOLDER/*.conf FOLDER/none"):lookup "h"
      assert.equal(1, options.port)
      assert.are_not.equal("hidden", options.user)
    end)

    it("ends somewhere", function()
      local path = write("config", "Include FOLDER/config")
      local config, message, kind = ssh_config.load(path)
      assert.is_nil(config)
      assert.equal("invalid", kind)
      assert.is_truthy(message:find("too deep", 1, true))
    end)

    it("has an end in breadth", function()
      local path = write("config", "Include FOLDER/config FOLDER/config FOLDER/config")
      local config, message = ssh_config.load(path)
      assert.is_nil(config)
      assert.is_truthy(message:find("too deep", 1, true))
    end)

    it("takes no file that others can write", function()
      local path = write("in.conf", "Port 7")
      uv.fs_chmod(path, tonumber("666", 8))
      local config, message, kind = ssh_config.load(write("config", "Include " .. path))
      assert.is_nil(config)
      assert.equal("invalid", kind)
      assert.is_truthy(message:find("bad owner or permissions", 1, true))
      uv.fs_chmod(path, tonumber("644", 8))
      assert.equal(7, load("Include " .. path):lookup("h").port)
    end)
  end)

  describe("Match exec", function()
    it("runs each command once, while others wait", function()
      local config = load [[
        Match exec "echo %h >> FOLDER/log; sleep 0.05; test %h = r1"
          Port 7]]
      local ports = task.map({ "r1", "r2", "r1", "r1", "r2" }, 5, function(host)
        return config:lookup(host).port
      end)
      assert.same({ 7, 22, 7, 7, 22 }, ports)
      table.sort(ports)
      local lines = lines_of(folder .. "/log")
      table.sort(lines)
      assert.same({ "r1", "r2" }, lines)
    end)

    it("does not run when something before it does not fit", function()
      local config = load 'Match host x exec "echo >> FOLDER/log"\nPort 7'
      assert.equal(22, config:lookup("r1").port)
      assert.same({}, lines_of(folder .. "/log"))
    end)

    it("that is killed is an error", function()
      local options, message, kind = load('Match exec "kill -9 $$"\nPort 7'):lookup "h"
      assert.is_nil(options)
      assert.equal("local", kind)
      assert.is_truthy(message:find("signal 9", 1, true))
    end)

    it("without its shell is an error", function()
      local shell = os.getenv "SHELL"
      uv.os_setenv("SHELL", folder .. "/none")
      local options, message, kind = load("Match exec true\nPort 7"):lookup "h"
      if shell then
        uv.os_setenv("SHELL", shell)
      else
        uv.os_unsetenv "SHELL"
      end
      assert.is_nil(options)
      assert.equal("local", kind)
      assert.is_truthy(message:find("cannot run", 1, true))
    end)

    it("is told the same as by ssh", function()
      if not oracle.is_there then
        pending "there is no ssh here"
      end
      local text = [[
        Host h
          HostName %h.LAB.example
          User o-p
        Host k
          HostKeyAlias Alias
        Match final exec "echo %% %C %L %d %h %i %k %l %n %p %r %u final >> FOLDER/OUT"
          Port 7
        Match exec "echo %% %C %L %d %h %i %k %l %n %p %r %u >> FOLDER/OUT"
          Port 2022]]
      local config = load((text:gsub("OUT", "ours")))
      local path = write("theirs.conf", (text:gsub("OUT", "theirs")))
      for _, host in ipairs { "h", "K", "k", "10.2.0.7" } do
        assert.is_truthy(oracle.ask { "-F", path, host })
        assert.is_truthy(config:lookup(host))
      end
      local theirs = lines_of(folder .. "/theirs")
      assert.is_true(#theirs >= 8)
      assert.same(theirs, lines_of(folder .. "/ours"))
    end)
  end)

  it("finds a host among thousands as it does among few", function()
    local lines = { "Host *-core !x-core", "User core" }
    for i = 1, 2000 do
      lines[#lines + 1] = ("Host sw%d.lab sw%d\nPort %d"):format(i, i, i)
      lines[#lines + 1] = ("Host net%d-*\nHostName 10.0.%d.%d"):format(
        i, i // 250, i % 250)
    end
    lines[#lines + 1] = "Host *\nIdentityFile /k"
    local config = load(table.concat(lines, "\n"))
    assert.equal(1234, config:lookup("sw1234").port)
    assert.equal(1234, config:lookup("sw1234.lab").port)
    assert.same({ "10.0.7.249", "core" }, {
      config:lookup("net1999-core").hostname, config:lookup("net1999-core").user,
    })
    assert.same({ "/k" }, config:lookup("other").identityfile)
    -- what is looked at, out of 4,002 blocks
    assert.is_true(#config.index:find "sw1234" <= 2)
    assert.is_true(#config.index:find "net1999-core" <= 3)
  end)
end)
