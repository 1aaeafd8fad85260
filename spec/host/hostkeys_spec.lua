-- Faults of spec/README.md: R5.
local fixture = require "spec.support.hostkeys"
local hostkeys = require "host.hostkeys"
local lfs = require "lfs"
local luv = require "luv"

local read, run, write = fixture.read, fixture.run, fixture.write
local key_of, open = fixture.key_of, fixture.open
local KEY, OTHER, RSA = key_of(1), key_of(2), key_of(1, "ssh-rsa")

local function verdict(text, host, port, key, address)
  return (open(text):lookup(host, port, key or KEY, address))
end

describe("host.hostkeys", function()
  local folder

  before_each(function()
    folder = assert(luv.fs_mkdtemp "/tmp/moonwire-hostkeys-XXXXXX")
  end)

  after_each(function()
    run("rm -rf '%s'", folder)
  end)

  describe("a plain line", function()
    it("makes its hosts known, by every name on it", function()
      local text = "r1,10.0.0.1 " .. KEY .. "\n[r2]:2222 " .. KEY .. "\n"
      assert.equal("known", verdict(text, "r1", 22))
      assert.equal("known", verdict(text, "R1", 22))
      assert.equal("known", verdict(text, "10.0.0.1", 22))
      assert.equal("known", verdict(text, "r2", 2222))
      assert.equal("unknown", verdict(text, "r2", 22))
      assert.equal("unknown", verdict(text, "r", 22))
      assert.equal("unknown", verdict(text, "r1,10.0.0.1", 22))
    end)

    it("says where it is", function()
      local store = open("# ours\n\nr1 " .. KEY .. " a comment\nr1 " .. OTHER .. "\n")
      local known, detail = store:lookup("r1", 22, KEY)
      assert.equal("known", known)
      assert.same({
        file = "text",
        line = 3,
        type = "ssh-ed25519",
        fingerprint = hostkeys.fingerprint(KEY),
      }, detail.record)
      assert.same({}, detail.expected)
    end)

    it("makes any other key a changed one, and names those expected", function()
      local store = open("r1 " .. OTHER .. "\nr1 " .. key_of(3) .. "\n")
      local changed, detail = store:lookup("r1", 22, KEY)
      assert.equal("changed", changed)
      assert.is_nil(detail.record)
      assert.is_false(detail.is_other_type)
      assert.equal(2, #detail.expected)
      assert.equal(2, detail.expected[2].line)
      assert.equal(hostkeys.fingerprint(OTHER), detail.expected[1].fingerprint)
    end)

    -- else whoever is in between shows a key of a type we have not seen
    it("makes a key of another type a changed one", function()
      local changed, detail = open("r1 " .. RSA .. "\n"):lookup("r1", 22, KEY)
      assert.equal("changed", changed)
      assert.is_true(detail.is_other_type)
    end)

    it("may be there twice, beside others of the same host", function()
      local text = ("r1 %s\n"):rep(3):format(OTHER, KEY, KEY)
      assert.equal("known", verdict(text, "r1", 22, KEY))
      assert.equal("known", verdict(text, "r1", 22, OTHER))
      assert.equal("changed", verdict(text, "r1", 22, key_of(3)))
    end)

    it("without a port confirms a key on any port, but contradicts none", function()
      local text = "r1 " .. KEY .. "\n"
      assert.equal("known", verdict(text, "r1", 2222, KEY))
      assert.equal("unknown", verdict(text, "r1", 2222, OTHER))
      assert.equal("changed", verdict(text .. "[r1]:2222 " .. OTHER, "r1", 2222, KEY))
    end)

    it("of the address is asked when the name is in none", function()
      local text = "10.0.0.1 " .. KEY .. "\n"
      assert.equal("unknown", verdict(text, "r1", 22, KEY))
      assert.equal("known", verdict(text, "r1", 22, KEY, "10.0.0.1"))
      assert.equal("changed", verdict(text, "r1", 22, OTHER, "10.0.0.1"))
      text = text .. "r1 " .. OTHER .. "\n"
      assert.equal("known", verdict(text, "r1", 22, OTHER, "10.0.0.1"))
      assert.equal("changed", verdict(text, "r1", 22, KEY, "10.0.0.1"))
    end)

    it("is found among ten thousand", function()
      local lines = {}
      for i = 1, 10000 do
        lines[i] = ("r%d,10.1.%d.%d %s"):format(i, i >> 8, i & 255, key_of(i))
      end
      local store = open(table.concat(lines, "\n"))
      assert.equal(10000, store:count())
      for i = 1, 10000, 37 do
        assert.equal("known", (store:lookup("r" .. i, 22, key_of(i))))
        assert.equal("changed", (store:lookup("r" .. i, 22, key_of(i + 1))))
      end
      local _, detail = store:lookup("10.1.39.16", 22, key_of(10000))
      assert.equal(10000, detail.record.line)
    end)
  end)

  describe("a pattern", function()
    local cases = {
      { "*", "r1", true },
      { "*.lab", "r1.lab", true },
      { "*.lab", "lab", false },
      { "*.LAB", "r1.lab", true },
      { "r?", "r1", true },
      { "r?", "r12", false },
      { "r?,r12", "r12", true },
      { "10.*.1", "10.2.3.1", true },
      { "10.*.1", "10.2.3.12", false },
      { "*a*b*", "xxaxxbxx", true },
      { "*a*b*", "xxbxxaxx", false },
      { "*.lab,!r9.lab", "r1.lab", true },
      { "*.lab,!r9.lab", "r9.lab", false },
      { "!r9.lab,*.lab", "r9.lab", false },
      { "!r9.lab", "r1.lab", false },
      { "[*]:2222", "[r1]:2222", true },
      { "[r?.lab]:2*", "[r1.lab]:2200", true },
      { "r1,!*1", "r1", false },
      { "**", "r1", true },
      { "r1*", "r1", true },
      { "r1?", "r1", false },
    }

    local function split(name)
      local host, port = name:match "^%[(.*)%]:(%d+)$"
      return host or name, tonumber(port or 22)
    end

    it("fits what it fits for OpenSSH", function()
      local path = folder .. "/known_hosts"
      for _, case in ipairs(cases) do
        local hosts, name, fits = table.unpack(case)
        write(path, hosts .. " " .. KEY .. "\n")
        local host, port = split(name)
        local store = assert(hostkeys.open { files = { path } })
        local expected = fits and "known" or "unknown"
        assert.equal(expected, (store:lookup(host, port, KEY)), hosts .. " / " .. name)
        local found = run("ssh-keygen -F '%s' -f '%s'", name, path)
        assert.equal(fits, found:find "found" ~= nil, hosts .. " / " .. name)
      end
    end)

    it("of a thousand stars costs nothing", function()
      local text = ("*a"):rep(1000) .. " " .. KEY .. "\n"
      assert.equal("unknown", verdict(text, ("a"):rep(300) .. "b", 22))
    end)
  end)

  describe("a marker", function()
    it("revokes a key, whatever else is said about it", function()
      local text = "r1 " .. KEY .. "\n@revoked * " .. KEY .. "\n"
      local revoked, detail = open(text):lookup("r1", 22, KEY)
      assert.equal("revoked", revoked)
      assert.equal(2, detail.record.line)
      assert.equal("revoked", verdict(text, "new", 2222, KEY))
      assert.equal("changed", verdict(text, "r1", 22, OTHER))
      assert.equal("unknown", verdict(text, "new", 22, OTHER))
    end)

    it("revokes under the address and without the port too", function()
      local text = "[r1]:2222 " .. KEY .. "\n@revoked r1 " .. KEY .. "\n"
      assert.equal("revoked", verdict(text, "r1", 2222, KEY))
      text = "r1 " .. KEY .. "\n@revoked 10.0.0.1 " .. KEY .. "\n"
      assert.equal("revoked", verdict(text, "r1", 22, KEY, "10.0.0.1"))
    end)

    it("names an authority, whose own key is not one of a host", function()
      local store = open("@cert-authority *.lab " .. KEY .. "\n")
      local unknown, detail = store:lookup("r1.lab", 22, KEY)
      assert.equal("unknown", unknown)
      assert.is_true(detail.has_authority)
      assert.equal("", store:types("r1.lab", 22))
      assert.is_false(select(2, store:lookup("r1", 22, KEY)).has_authority)
    end)

    it("that nobody knows is junk", function()
      local _, junk = open("@trusted r1 " .. KEY .. "\nr2 " .. KEY .. "\n"):count()
      assert.equal(1, junk)
    end)
  end)

  describe("open", function()
    it("takes carriage returns, blanks, tabs and a last line without an end", function()
      local text = "\r\n  # one\r\n\tr1\t" .. KEY:gsub(" ", "\t \t") .. "\r\nr2 " .. KEY
      local store = open(text)
      assert.same({ 2, 0 }, { store:count() })
      assert.equal("known", (store:lookup("r1", 22, KEY)))
      assert.equal("known", (store:lookup("r2", 22, KEY)))
    end)

    it("counts the lines that say nothing", function()
      local type, body = KEY:match "(%S+) (%S+)"
      local store = open(table.concat({
        "r1 " .. KEY,
        "r1",
        "r1 " .. type,
        "r1 ssh-rsa " .. body,
        "r1 " .. type .. " " .. body:sub(1, -2),
        "r1 " .. type .. " " .. body:gsub("A", "!", 1),
        "r1 " .. type .. " AAAA",
        "r1 1024 35 1234567890",
        "<<<<<<< HEAD",
        "@revoked",
      }, "\n"))
      assert.same({ 1, 9, "text:2" }, { store:count() })
    end)

    it("reads all files that are named", function()
      local one = write(folder .. "/one", "r1 " .. KEY .. "\n")
      local two = write(folder .. "/two", "\nr2 " .. KEY .. "\n")
      local store = assert(hostkeys.open { files = { one, two }, text = "r3 " .. KEY })
      local _, detail = store:lookup("r2", 22, KEY)
      assert.same({ two, 2 }, { detail.record.file, detail.record.line })
      assert.equal("known", (store:lookup("r3", 22, KEY)))
      assert.equal(3, store:count())
    end)

    it("takes an empty file and the null device for empty", function()
      local empty = write(folder .. "/empty", "")
      local store = assert(hostkeys.open { files = { empty, "/dev/null" } })
      assert.equal(0, store:count())
    end)

    it("raises on misuse", function()
      assert.error(function() hostkeys.open "known_hosts" end)
      assert.error(function() hostkeys.open { text = {} } end)
      assert.error(function() hostkeys.open { files = { {} } } end)
      assert.error(function() hostkeys.open { files = 1 } end)
      local store = open ""
      assert.error(function() store:lookup("r1", 22, "ssh-ed25519") end)
      assert.error(function() store:lookup("r1", 22, "ssh-rsa" .. KEY:sub(12)) end)
      assert.error(function() store:lookup("r1", 0, KEY) end)
      assert.error(function() store:lookup("r1", 65536, KEY) end)
      assert.error(function() store:lookup("r1\0", 22, KEY) end)
      assert.error(function() store.lookup({}, "r1", 22, KEY) end)
    end)

    it("answers failed for a name that no line can have", function()
      assert.equal("failed", verdict("* " .. KEY, ("x"):rep(400), 22))
      assert.equal("failed", verdict("* " .. KEY, "", 22))
    end)
  end)

  -- libssh takes a changed key for an unknown one when it cannot open the file
  describe("a file that cannot be read whole", function()
    local function refuses(path, why)
      local store, message, kind = hostkeys.open { files = { path } }
      assert.is_nil(store)
      assert.equal("local", kind)
      assert.is_truthy(message:find(path, 1, true), message)
      assert.is_truthy(message:find(why, 1, true), message)
    end

    it("is an error when it is named and missing", function()
      refuses(folder .. "/none", "No such file")
    end)

    it("is an error when it is a folder, a pipe or behind a file", function()
      refuses(folder, "not a plain file")
      run("mkfifo '%s/pipe'", folder)
      refuses(folder .. "/pipe", "not a plain file")
      write(folder .. "/file", "")
      refuses(folder .. "/file/known_hosts", "Not a directory")
    end)

    it("is an error when it is no text", function()
      refuses(write(folder .. "/nul", "r1 " .. KEY .. "\nr2\0 " .. KEY .. "\n"), "NUL")
    end)

    it("is an error when not a line of it is one", function()
      refuses(write(folder .. "/ini", "[devices]\nr1 = 10.0.0.1\n"), "no line of it")
    end)

    it("is an error when no descriptor is left", function()
      local path = write(folder .. "/known_hosts", "r1 " .. OTHER .. "\n")
      local held = {}
      repeat
        held[#held + 1] = luv.fs_open("/dev/null", "r", 0)
        local full = select(3, luv.fs_open("/dev/null", "r", 0))
      until full == "EMFILE" or #held > 100000
      local store, message, kind = hostkeys.open { files = { path } }
      for _, fd in ipairs(held) do
        luv.fs_close(fd)
      end
      assert.is_nil(store)
      assert.equal("local", kind)
      assert.is_truthy(message:find("Too many open files", 1, true))
    end)
  end)

  describe("the files of the user", function()
    local home

    before_each(function()
      home = luv.os_getenv "HOME"
      luv.os_setenv("HOME", folder)
    end)

    after_each(function()
      luv.os_setenv("HOME", home)
    end)

    it("need not be there", function()
      assert(hostkeys.open())
    end)

    it("are read when they are", function()
      lfs.mkdir(folder .. "/.ssh")
      write(folder .. "/.ssh/known_hosts", "r1.moonwire.test " .. KEY .. "\n")
      write(folder .. "/.ssh/known_hosts2", "r2.moonwire.test " .. KEY .. "\n")
      local store = assert(hostkeys.open {})
      assert.equal("known", (store:lookup("r1.moonwire.test", 22, KEY)))
      assert.equal("known", (store:lookup("r2.moonwire.test", 22, KEY)))
    end)

    it("must be readable then", function()
      write(folder .. "/.ssh", "")
      local store, _, kind = hostkeys.open()
      assert.is_nil(store)
      assert.equal("local", kind)
    end)
  end)

  describe("types", function()
    it("are those of the best name that is known", function()
      local text = ("r1 %s\nr1 %s\n[r1]:2222 %s\n10.0.0.1 %s\nr1 %s\n"):format(
        RSA, KEY, key_of(1, "ecdsa-sha2-nistp256"), RSA, OTHER)
      local store = open(text .. "@revoked r1 " .. key_of(1, "ssh-dss") .. "\n")
      assert.equal("ssh-rsa,ssh-ed25519", store:types("r1", 22))
      assert.equal("ecdsa-sha2-nistp256", store:types("r1", 2222))
      assert.equal("ssh-rsa,ssh-ed25519", store:types("r1", 2200))
      assert.equal("ssh-rsa", store:types("r9", 22, "10.0.0.1"))
      assert.equal("", store:types("r9", 22))
    end)
  end)

  describe("a fingerprint", function()
    it("is what ssh-keygen prints", function()
      for _, type in ipairs { "ed25519", "ecdsa", "rsa" } do
        local path = folder .. "/" .. type
        run("ssh-keygen -q -t %s -N '' -f '%s'", type, path)
        local printed = run("ssh-keygen -lf '%s.pub'", path)
        local key = read(path .. ".pub")
        assert.equal(printed:match "SHA256:%S+", hostkeys.fingerprint(key))
        assert.equal("known", verdict("r1 " .. key, "r1", 22, key))
      end
    end)

    it("is pinned with or without padding, and nothing else is", function()
      local pin = hostkeys.fingerprint(KEY)
      assert.is_true(hostkeys.is_pinned(KEY, pin))
      assert.is_true(hostkeys.is_pinned(KEY, pin .. "="))
      assert.is_false(hostkeys.is_pinned(OTHER, pin))
      for _, wrong in ipairs {
        "", "SHA256:", pin .. "==", pin .. "A", pin:sub(1, -2), pin:sub(1, -2) .. "-",
        pin:lower(), "MD5:" .. pin:sub(8), pin:sub(8), " " .. pin, pin .. "\0",
      } do
        assert.error(function() hostkeys.is_pinned(KEY, wrong) end)
      end
    end)
  end)
end)
