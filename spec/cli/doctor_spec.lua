local check = require "moonwire.cli.doctor_check"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local program = require "spec.support.program"
local uv = require "luv"

local function mode(octal)
  return tonumber(octal, 8)
end

local function by_name(list)
  local found = {}
  for _, one in ipairs(list) do
    found[one.name] = one
  end
  return found
end

local function status_with(version)
  return ("Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: libssh-4\n"
    .. "Status: install ok installed\nVersion: %s\n\nPackage: z\n"):format(version)
end

describe("moonwire doctor", function()
  it("says what it found as a table and as JSON", function()
    files.with_folder(function(folder)
      local environment = { HOME = folder }
      local shown = program.run({ "doctor" }, { environment = environment })
      assert.same({ 0, "" }, { shown.status, shown.errors })
      for _, word in ipairs { "libssh", "strict-kex", "open files", "host keys" } do
        assert.is_truthy(shown.output:find(word, 1, true), word)
      end
      local ran = program.run({ "doctor", "--json" }, { environment = environment })
      local found = by_name(json.decode(ran.output))
      assert.equal("ok", found["strict-kex"].state)
      assert.equal("note", found["host keys"].state)
      assert.matches("%d+: %d+ sessions at once", found["open files"].value)
    end)
  end)

  it("exits with 1 when others can change what is trusted", function()
    files.with_folder(function(folder)
      local hosts, inventory = folder .. "/known_hosts", folder .. "/devices.yaml"
      files.write(hosts, "")
      files.write(inventory, "")
      uv.fs_chmod(hosts, mode "600")
      uv.fs_chmod(inventory, mode "600")
      local words = {
        "doctor", "--json", "--known-hosts", hosts, "-i", inventory, "--output", folder,
      }
      local options = { environment = { HOME = folder } }
      local ran = program.run(words, options)
      assert.equal(0, ran.status, ran.output)
      for _, path in ipairs { hosts, inventory } do
        uv.fs_chmod(path, mode "622")
        ran = program.run(words, options)
        assert.equal(1, ran.status, ran.output)
        uv.fs_chmod(path, mode "600")
      end
    end)
  end)

  it("wants private keys to be private", function()
    files.with_folder(function(folder)
      uv.fs_chmod(folder, mode "700")
      files.write(folder .. "/id_ed25519", "x")
      files.write(folder .. "/id_ed25519.pub", "x")
      uv.fs_chmod(folder .. "/id_ed25519", mode "640")
      local found = check.ssh_folder(folder)
      assert.equal(2, #found)
      assert.equal("ok", found[1].state)
      assert.equal("unsafe", found[2].state)
      uv.fs_chmod(folder .. "/id_ed25519", mode "600")
      assert.equal("ok", check.ssh_folder(folder)[2].state)
    end)
  end)

  it("knows which other libraries are too old", function()
    files.with_folder(function(folder)
      local path = folder .. "/status"
      for version, state in pairs {
        ["1.44.2-1+deb12u1"] = "ok", ["1.48.0-1"] = "ok", ["1.44.2-1"] = "unsafe",
      } do
        files.write(path, (status_with(version):gsub("libssh%-4", "libuv1")))
        local found = check.mended(path)
        assert.equal(1, #found)
        assert.equal("libuv1", found[1].name)
        assert.equal(state, found[1].state, version)
        local is_told = (found[1].advice or ""):find "CVE%-2024%-24806" ~= nil
        assert.equal(state ~= "ok", is_told)
      end
      assert.same({}, check.mended(folder .. "/none"))
    end)
  end)

  it("goes by the revision of Debian's package", function()
    files.with_folder(function(folder)
      local path = folder .. "/status"
      for version, state in pairs {
        ["0.10.6-0+deb12u3"] = "ok",
        ["0.10.6-0+deb12u10"] = "ok",
        ["0.11.3-1"] = "ok",
        ["0.10.6-0+deb12u2"] = "unsafe",
        ["0.9.8-0+deb11u1"] = "unsafe",
      } do
        files.write(path, status_with(version))
        assert.equal(state, check.libssh(path).state, version)
      end
      assert.equal("note", check.libssh(folder .. "/none").state)
      files.write(path, (status_with "9"):gsub("install ok", "deinstall ok"))
      assert.equal("note", check.libssh(path).state)
    end)
  end)

  it("finds a broken store of host keys", function()
    assert.equal("unsafe", check.known_hosts("/dev").state)
  end)

  it("starts nothing when the command line is wrong", function()
    assert.equal(2, program.run({ "doctor", "--bogus" }).status)
    assert.equal(0, program.run({ "doctor", "--help" }).status)
  end)
end)
