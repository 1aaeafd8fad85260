-- Faults of spec/README.md: S13.
local fixture = require "spec.support.hostkeys"
local hostkeys = require "host.hostkeys"
local luv = require "luv"

local read, run, write = fixture.read, fixture.run, fixture.write
local key_of, open = fixture.key_of, fixture.open
local KEY, OTHER, RSA = key_of(1), key_of(2), key_of(1, "ssh-rsa")

describe("host.hostkeys", function()
  local folder

  before_each(function()
    folder = assert(luv.fs_mkdtemp "/tmp/moonwire-hostkeys-XXXXXX")
  end)

  after_each(function()
    run("rm -rf '%s'", folder)
  end)

  describe("edit", function()
    it("puts another text in the place of a file, and makes a missing one", function()
      local path = folder .. "/a file"
      assert.is_true(hostkeys.edit(path, function(text)
        assert.equal("", text)
        return "one\n"
      end))
      assert.is_true(hostkeys.edit(path, function(text) return text .. "two\n" end))
      assert.equal("one\ntwo\n", read(path))
      assert.equal(tonumber("600", 8), fixture.mode_of(path))
      assert.is_true(hostkeys.edit(path, function() end))
      assert.equal("one\ntwo\n", read(path))
    end)

    it("leaves the file, and its lock, when it fails", function()
      local path = write(folder .. "/a file", "old\n")
      assert.error_matches(function()
        hostkeys.edit(path, function() error("no", 0) end)
      end, "no")
      assert.equal("old\n", read(path))
      assert.is_true(hostkeys.edit(path, function() return "new\n" end))
      local none, message, kind = hostkeys.edit(folder, function() return "" end)
      assert.is_nil(none)
      assert.equal("local", kind)
      assert.is_truthy(message:find(folder, 1, true))
      assert.error_matches(function() hostkeys.edit(path) end, "function expected")
    end)
  end)

  describe("add", function()
    it("trusts a key of a new host", function()
      local store = open("r1 " .. OTHER .. "\n")
      assert.is_true(store:add("R2", 2222, KEY))
      assert.is_true(store:add("r2", 2222, KEY))
      assert.equal(2, store:count())
      local known, detail = store:lookup("r2", 2222, KEY)
      assert.equal("known", known)
      assert.equal("accepted in this run", detail.record.file)
      assert.equal("changed", (store:lookup("r2", 2222, OTHER)))
      assert.equal("unknown", (store:lookup("r2", 22, OTHER)))
    end)

    it("never trusts a changed or a revoked one", function()
      local store = open("r1 " .. OTHER .. "\n@revoked * " .. RSA .. "\n")
      for _, case in ipairs { { "r1", KEY, "changed" }, { "r2", RSA, "revoked" } } do
        local added, message, kind = store:add(case[1], 22, case[2])
        assert.is_nil(added)
        assert.equal("hostkey", kind)
        assert.is_truthy(message:find(case[3]))
      end
      assert.equal("changed", (store:lookup("r1", 22, KEY)))
      assert.equal(2, store:count())
    end)

    it("refuses names that would say more on a line than a name", function()
      local store = open ""
      for _, host in ipairs {
        "*", "r?", "!r1", "r1,r2", "r 1", "r1\n*", "@revoked", "#r1", "|1|", "",
      } do
        local added, _, kind = store:add(host, 22, KEY)
        assert.is_nil(added, host)
        assert.equal("hostkey", kind)
      end
      assert.equal(0, store:count())
      assert.is_true(store:add("fe80::1%eth0", 22, KEY))
    end)
  end)

  describe("append", function()
    it("makes a file, and its folder, that only its owner reads", function()
      local path = folder .. "/.ssh/known_hosts"
      local store = open ""
      store:add("r1", 22, KEY)
      store:add("R2.lab", 2222, OTHER)
      assert.is_true(store:append(path))
      assert.equal(("r1 %s\n[r2.lab]:2222 %s\n"):format(KEY, OTHER), read(path))
      assert.equal(tonumber("600", 8), fixture.mode_of(path))
      assert.equal(tonumber("700", 8), fixture.mode_of(folder .. "/.ssh"))
      local found = run("ssh-keygen -F '[r2.lab]:2222' -f '%s'", path)
      assert.is_truthy(found:find("line 2", 1, true))
    end)

    it("keeps what is there, its mode, a link, and writes nothing twice", function()
      local real = write(folder .. "/real", "# ours\nr0 " .. KEY)
      local path = folder .. "/known_hosts"
      luv.fs_chmod(real, tonumber("640", 8))
      luv.fs_symlink(real, path)
      local store = assert(hostkeys.open { files = { path } })
      store:add("r0", 22, KEY)
      store:add("r1", 22, KEY)
      assert.is_true(store:append(path))
      assert.is_true(store:append(path))
      assert.equal(("# ours\nr0 %s\nr1 %s\n"):format(KEY, KEY), read(path))
      assert.equal(tonumber("640", 8), fixture.mode_of(path))
      assert.equal("link", luv.fs_lstat(path).type)
      assert.equal("known_hosts\nreal\n", (run("ls '%s'", folder)))
    end)

    it("touches nothing when there is nothing to add", function()
      assert.is_true(open("r1 " .. KEY):append(folder .. "/none"))
      assert.is_nil(luv.fs_stat(folder .. "/none"))
    end)

    it("leaves out a host that has another key there by now", function()
      local path = folder .. "/known_hosts"
      local store = open ""
      store:add("r1", 22, KEY)
      store:add("r2", 22, KEY)
      write(path, "r1 " .. OTHER .. "\n")
      local done, message, kind = store:append(path)
      assert.is_nil(done)
      assert.equal("hostkey", kind)
      assert.is_truthy(message:find("contradicts it in line 1", 1, true), message)
      assert.equal(("r1 %s\nr2 %s\n"):format(OTHER, KEY), read(path))
    end)

    it("does not write to a file it cannot read", function()
      local path = write(folder .. "/ini", "[devices]\n")
      local store = open ""
      store:add("r1", 22, KEY)
      assert.is_nil((store:append(path)))
      assert.is_nil((store:append(folder)))
      assert.is_nil((store:append(folder .. "/ini/known_hosts")))
      assert.equal("[devices]\n", read(path))
    end)

    it("takes a link to nowhere for a file that is not there yet", function()
      local path = folder .. "/known_hosts"
      luv.fs_symlink(folder .. "/real", path)
      local store = open ""
      store:add("r1", 22, KEY)
      assert.is_true(store:append(path))
      assert.equal("r1 " .. KEY .. "\n", read(folder .. "/real"))
    end)

    -- libssh says OK and writes nothing
    it("fails on a full disk", function()
      local store = open ""
      store:add("r1", 22, KEY)
      local done, message, kind = store:append "/dev/full"
      assert.is_nil(done)
      assert.equal("local", kind)
      assert.is_truthy(message:find("No space left", 1, true), message)
      assert.is_true(store:append "/dev/null")
    end)

    describe("by several programs", function()
      local PROGRAMS = 25
      local WRITER = [[
local hostkeys = require "host.hostkeys"
local store = assert(hostkeys.open { text = "" })
for i = 3, #arg, 2 do
  assert(store:add(arg[i], 22, arg[i + 1]))
  local done, message = store:append(arg[1])
  io.stdout:write(done and "done" or message, "\n")
end
]]

      local function command(path, ...)
        write(folder .. "/writer.lua", WRITER)
        local words = { luv.exepath(), folder .. "/writer.lua", path, "--", ... }
        for i, word in ipairs(words) do
          words[i] = "'" .. word .. "'"
        end
        return table.concat(words, " ")
      end

      it("loses no line and repeats none", function()
        local path = folder .. "/known_hosts"
        local script = {}
        for i = 1, PROGRAMS do
          local keys = { "shared", KEY }
          for k = 1, 4 do
            table.insert(keys, ("r%d-%d"):format(i, k))
            table.insert(keys, key_of(i))
          end
          script[i] = command(path, table.unpack(keys)) .. " &"
        end
        script[#script + 1] = "wait"
        local answers = run("%s", table.concat(script, "\n"))
        assert.equal(("done\n"):rep(5 * PROGRAMS), answers)
        local seen, lines = {}, 0
        for line in read(path):gmatch "[^\n]+" do
          assert.is_nil(seen[line], line)
          seen[line] = true
          lines = lines + 1
        end
        assert.equal(4 * PROGRAMS + 1, lines)
        assert.equal(lines, (assert(hostkeys.open { files = { path } }):count()))
      end)

      it("keeps the old file when the new one does not fit", function()
        local path = folder .. "/known_hosts"
        local old = ("# a comment\n"):rep(100) .. "r0 " .. KEY .. "\n"
        write(path, old)
        local answer = run("trap '' XFSZ; ulimit -f 1; %s", command(path, "r1", OTHER))
        assert.is_truthy(answer:find("File too large", 1, true), answer)
        assert.equal(old, read(path))
        assert.equal("known_hosts\n", (run("cd '%s' && ls known*", folder)))
      end)
    end)
  end)
end)
