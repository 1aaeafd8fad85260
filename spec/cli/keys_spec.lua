local hostkeys = require "host.hostkeys"
local json = require "dkjson"
local server = require "host.server"
local sshd = require "spec.support.sshd"
local task = require "moonwire.task"
local uv = require "luv"

-- run `moonwire keys …` beside the servers of this process
local function run(...)
  local pipes, text = { uv.new_pipe(), uv.new_pipe() }, ""
  local words = { "keys", ... }
  local status = task.await(function(done)
    local open, code, process = 3, nil, nil
    local function finish()
      open = open - 1
      if open == 0 then
        process:close()
        done(code)
      end
    end
    process = assert(uv.spawn(uv.exepath(), {
      args = words,
      stdio = { nil, table.unpack(pipes) },
    }, function(exit_status)
      code = exit_status
      finish()
    end))
    for _, pipe in ipairs(pipes) do
      pipe:read_start(function(_, bytes)
        text = text .. (bytes or "")
        if not bytes then
          pipe:close()
          finish()
        end
      end)
    end
  end)
  return status, text
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

local function read(path)
  local file = io.open(path)
  local text = file and file:read "a"
  if file then
    file:close()
  end
  return text
end

describe("moonwire keys", function()
  local folder, path, listeners, logins

  local function listen(options)
    options = options or {}
    options.authorize = function()
      logins = logins + 1
      return true
    end
    local listener = assert(server.listen(options))
    listeners[#listeners + 1] = listener
    return listener
  end

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-keys-XXXXXX")
    path, listeners, logins = folder .. "/known", {}, 0
  end)

  after_each(function()
    for _, listener in ipairs(listeners) do
      listener:close()
    end
    os.execute("rm -r " .. folder)
    assert.equal(0, logins) -- no command of these ever logs in
  end)

  local function name_of(listener)
    return ("[127.0.0.1]:%d"):format(listener:port())
  end

  local function inventory(...)
    local lines = {}
    for i, listener in ipairs { ... } do
      lines[i] = ('{ name = "r%d", host = "127.0.0.1", port = %d, username = "x", '
        .. 'agent = true, device_type = "linux" },'):format(i, listener:port())
    end
    write(folder .. "/devices.lua", "return {" .. table.concat(lines, "\n") .. "}\n")
    return folder .. "/devices.lua"
  end

  local function keys(action, ...)
    return run(action, "--known-hosts", path, ...)
  end

  it("scans, and keeps what is new apart until it is accepted", function()
    local one, two = listen(), listen()
    local devices = inventory(one, two)
    local status, output = keys("scan", devices)
    assert.equal(0, status, output)
    assert.matches(hostkeys.fingerprint(one:host_key()), output, 1, true)
    assert.matches("unknown", output)
    assert.is_nil(read(path))
    local pending = read(path .. ".pending")
    assert.matches(name_of(two) .. " " .. two:host_key(), pending, 1, true)

    status, output = keys "accept"
    assert.equal(2, status)
    assert.matches("--fingerprints", output, 1, true)
    assert.is_nil(read(path))

    write(folder .. "/right", hostkeys.fingerprint(one:host_key()) .. "\n")
    status, output = keys("accept", "--fingerprints", folder .. "/right")
    assert.equal(1, status)
    assert.matches("accepted  " .. name_of(one), output, 1, true)
    assert.matches("left      " .. name_of(two), output, 1, true)
    assert.equal(name_of(one) .. " " .. one:host_key() .. "\n", read(path))
    local left = name_of(two) .. " " .. two:host_key() .. "\n"
    assert.equal(left, read(path .. ".pending"))

    assert.equal(0, (keys("accept", "--yes")))
    assert.equal("", read(path .. ".pending"))
    status, output = keys("scan", devices)
    assert.equal(0, status)
    assert.not_matches("unknown", output)
    assert.equal("", read(path .. ".pending"))
  end)

  local function make_key(kind, bits)
    local file = folder .. "/" .. kind
    local words = { "-q", "-t", kind, "-N", "", "-f", file, "-b", bits }
    local status = task.await(function(done)
      local process
      process = assert(uv.spawn("ssh-keygen", { args = words }, function(code)
        process:close()
        done(code)
      end))
    end)
    assert.equal(0, status)
    return assert(read(file .. ".pub")):match "^%S+ %S+"
  end

  -- OpenSSH's server with a key of each type, as long as `fn` runs.
  local function with_types(fn)
    local public = { make_key("ecdsa", "256"), make_key("rsa", "2048") }
    local real = sshd.start(("HostKey %s/ecdsa\nHostKey %s/rsa"):format(folder, folder))
    table.insert(public, real.host_key)
    local ok, err = pcall(fn, { port = function() return real.port end }, public)
    real:stop()
    assert(ok, err)
  end

  local function sorted_lines(text)
    local lines = {}
    for line in text:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    table.sort(lines)
    return lines
  end

  it("takes the keys of all types that a device has", function()
    with_types(function(one, public)
      local lines = {}
      for i = 1, 3 do
        lines[i] = name_of(one) .. " " .. public[i]
      end
      table.sort(lines)
      local devices = inventory(one)
      local status, output = keys("scan", devices, "--json")
      assert.equal(0, status, output)
      assert.same(lines, sorted_lines(read(path .. ".pending")))
      local shown = assert(json.decode(output:match "%b{}")).keys
      assert.equal(3, #shown)
      for i = 1, 3 do
        assert.equal("unknown", shown[i].verdict)
        assert.equal(hostkeys.fingerprint(shown[i].public), shown[i].fingerprint)
        assert.equal(1, (shown[i].public:find(shown[i].type .. " ", 1, true)))
      end

      -- the first by its fingerprint, the others beside it
      write(folder .. "/right", hostkeys.fingerprint(public[1]) .. "\n")
      assert.equal(1, (keys("accept", "--fingerprints", folder .. "/right")))
      assert.equal(name_of(one) .. " " .. public[1] .. "\n", read(path))
      status, output = keys("scan", devices)
      assert.equal(0, status, output)
      assert.matches("beside one that is known", output)
      assert.not_matches("changed", output)
      assert.equal(2, #sorted_lines(read(path .. ".pending")))
      assert.equal(0, (keys("accept", "--yes")))
      assert.same(lines, sorted_lines(read(path)))
      assert.equal(3, #json.decode(select(2, keys("list", "--json"))).keys)

      -- what is known of them is still what counts
      status, output = keys("scan", devices)
      assert.equal(0, status)
      assert.not_matches("unknown", output)
      assert.equal(0, (keys("revoke", name_of(one))))
      local _, count = read(path):gsub("@revoked ", "")
      assert.equal(3, count)
      status, output = keys("scan", devices)
      assert.equal(1, status)
      assert.matches("revoked", output)
      assert.equal("", read(path .. ".pending"))
    end)
  end)

  it("takes no second key of a type, and none beside one that it does not show",
    function()
      with_types(function(one, public)
        local other = listen():host_key()
        write(path, name_of(one) .. " " .. other .. "\n")
        local status, output = keys("scan", inventory(one))
        assert.equal(1, status)
        assert.not_matches("unknown", output)
        assert.not_matches("beside", output)
        write(path, "")
        write(path .. ".pending", ("%s %s\n%s %s\n"):format(
          name_of(one), public[3], name_of(one), other))
        status, output = keys("accept", "--yes")
        assert.equal(1, status)
        assert.matches("accepted", output)
        assert.matches("it is changed", output)
        assert.equal(name_of(one) .. " " .. public[3] .. "\n", read(path))
      end)
    end)

  it("accepts a fingerprint for the host that it was given for", function()
    local one = listen()
    keys("scan", inventory(one))
    local list = folder .. "/list"
    local fingerprint = hostkeys.fingerprint(one:host_key())
    write(list, "[127.0.0.1]:1 " .. fingerprint .. "\n# nothing\n")
    assert.equal(1, (keys("accept", "--fingerprints", list)))
    write(list, ("127.0.0.1:%d %s\n"):format(one:port(), fingerprint))
    assert.equal(0, (keys("accept", "--fingerprints", list)))
  end)

  it("refuses a changed key until the old one is revoked", function()
    local one, other = listen(), listen()
    local key = other:host_key()
    write(path, ("# mine\nsome.host %s\n%s,x %s comment\n"):format(
      key, name_of(one), key))
    local devices = inventory(one)
    local status, output = keys("scan", devices)
    assert.equal(1, status)
    assert.matches("changed", output)
    local before = read(path)
    status, output = keys("accept", "--yes")
    assert.equal(1, status)
    assert.matches("moonwire keys revoke '" .. name_of(one) .. "'", output, 1, true)
    assert.equal(before, read(path))

    status, output = keys("revoke", name_of(one))
    assert.equal(0, status)
    assert.matches(hostkeys.fingerprint(other:host_key()), output, 1, true)
    assert.equal((before:gsub("%[", "@revoked [", 1)), read(path))
    assert.equal(0, (keys("accept", "--yes")))
    assert.equal(0, (keys("scan", devices)))
    status, output = keys("revoke", "unheard.of")
    assert.equal(1, status)
    assert.matches("no key of it", output)
  end)

  it("revokes under hashed names, and all of many keys", function()
    local lines = {}
    for i = 1, 6 do
      local key = listen():host_key()
      lines[i] = "many.host " .. key .. "\n"
    end
    write(path, table.concat(lines))
    assert(os.execute(("ssh-keygen -q -H -f %s >/dev/null 2>&1"):format(path)))
    assert.equal(0, (keys("revoke", "many.host")))
    local _, count = read(path):gsub("@revoked |1|", "")
    assert.equal(6, count)
    assert.matches("@revoked", (select(2, keys "list")))
  end)

  it("lists what is known of a host under a hashed name or a pattern", function()
    local key = listen():host_key()
    write(path, "one.host " .. key .. "\ntwo.host " .. key .. "\n")
    assert(os.execute(("ssh-keygen -q -H -f %s >/dev/null 2>&1"):format(path)))
    write(path, read(path) .. "*.lab " .. key .. "\n@revoked a.lab " .. key .. "\n")
    local function lines_for(name)
      local lines = {}
      for line in select(2, keys("list", "--json", name)):gmatch '"line": (%d+)' do
        lines[#lines + 1] = line
      end
      return table.concat(lines, " ")
    end
    assert.equal("2", lines_for "two.host")
    assert.equal("3 4", lines_for "a.lab")
    assert.equal("3", lines_for "b.lab")
    assert.equal("", lines_for "three.host")
  end)

  it("lists what is known, and what is pending", function()
    local one = listen()
    keys("scan", inventory(one))
    local status, output = keys("list", "--show-pending")
    assert.equal(0, status)
    assert.matches(name_of(one), output, 1, true)
    write(path, "a " .. one:host_key() .. "\nb,c " .. one:host_key() .. "\n@junk\n")
    output = select(2, keys("list", "c"))
    assert.matches("b,c", output)
    assert.not_matches("│ a ", output)
  end)

  it("shows who shares a key, who is pinned, and who does not answer", function()
    local one = listen()
    local pins = { hostkeys.fingerprint(one:host_key()), "SHA256:" .. ("A"):rep(43) }
    local text = "return {"
    for i = 1, 3 do
      text = text .. ('{ name = "p%d", host = "127.0.0.%d", port = %d, username = "x", '
        .. 'agent = true, device_type = "linux", host_key = %q },\n'):format(
        i, i, i == 3 and 1 or one:port(), pins[i] or pins[1])
    end
    write(folder .. "/pinned.lua", text .. "}")
    local status, output = keys("scan", folder .. "/pinned.lua")
    assert.equal(1, status)
    assert.matches("pinned", output)
    assert.matches("changed", output)
    assert.matches("same key as p1", output)
    assert.matches("failed.*127.0.0.3:1", output)
  end)

  it("leaves the file as it was when it cannot be written", function()
    local one = listen()
    keys("scan", inventory(one))
    write(path, "")
    assert(uv.fs_rename(path, path .. ".away"))
    assert(uv.fs_mkdir(path, 448))
    local status, output = keys("accept", "--yes")
    assert.equal(1, status)
    assert.matches(path, output, 1, true)
    assert.matches(name_of(one), read(path .. ".pending"), 1, true)
  end)

  it("explains itself, and refuses what it does not know", function()
    for _, words in ipairs { { "-h" }, { "accept", "-h" }, { "scan", "--help" } } do
      local status, output = run(table.unpack(words))
      assert.equal(0, status)
      assert.matches("^Usage: moonwire keys", output)
    end
    assert.equal(2, (run()))
    assert.equal(2, (run "revoke"))
    assert.equal(2, (keys("scan", "/nonexistent/inventory.json")))
    assert.equal(1, (keys("accept", "--yes")))
    assert.equal(1, (keys "list"))
  end)
end)
