--- The stock clients of SFTP and SCP against a simulated device.
local files = require "spec.support.files"
local process = require "moonwire.bench.process"
local support = require "spec.support.lab"

local MEBIBYTE = 1 << 20

-- Run a program that is asked for a password; its exit status, and all that it printed.
-- The shell only brings errors and output together.
local function run(program, arguments, password)
  local said, status = process.run {
    "sshpass", "-p", password, "sh", "-c", 'exec "$0" "$@" 2>&1', program,
    table.unpack(arguments),
  }
  return status, said
end

local function options_for(folder, lab)
  local known = folder .. "/known_hosts"
  files.write(known, lab:known_hosts() .. "\n")
  return {
    "-q", "-F", "none", "-P", tostring(support.device(lab).port),
    "-o", "UserKnownHostsFile=" .. known, "-o", "GlobalKnownHostsFile=none",
    "-o", "StrictHostKeyChecking=yes", "-o", "PubkeyAuthentication=no",
    "-o", "NumberOfPasswordPrompts=1",
  }
end

local function with_lab(options, fn)
  files.with_folder(function(folder)
    support.with_lab(options, function(lab)
      local device = support.device(lab)
      local target = device.username .. "@" .. device.host .. ":"
      local usual = options_for(folder, lab)
      fn(folder, target, function(program, ...)
        local arguments = table.move(usual, 1, #usual, 1, {})
        for _, argument in ipairs { ... } do
          arguments[#arguments + 1] = argument
        end
        return run(program, arguments, device.password)
      end, lab:device(1))
    end)
  end)
end

local WAYS = {
  { name = "scp, by SFTP", platform = "linux", options = { "-s" } },
  { name = "scp, by its old protocol", platform = "linux", options = { "-O" } },
  { name = "scp, to a switch", platform = "cisco_ios", options = { "-O" } },
}

for _, way in ipairs(WAYS) do
  describe("a lab's files, to OpenSSH's " .. way.name, function()
    local flag = way.options[1]

    it("go there and come back", function()
      with_lab({ devices = 1, platform = way.platform }, function(folder, target, stock)
        for _, size in ipairs { 0, 1, 32768, 10 * MEBIBYTE } do
          local bytes = files.bytes(size)
          files.write(folder .. "/here", bytes)
          local here, back, there = folder .. "/here", folder .. "/back", target .. "x"
          assert.same({ 0, "" }, { stock("scp", flag, here, there) })
          assert.same({ 0, "" }, { stock("scp", flag, there, back) })
          assert.is_true(bytes == files.read(back))
        end
      end)
    end)

    it("are missing, or do not fit", function()
      local options = { devices = 1, platform = way.platform, flash_size = 65536 }
      options.files = {}
      with_lab(options, function(folder, target, stock)
        local status, said = stock("scp", flag, target .. "x", folder .. "/back")
        assert.equal(1, status)
        assert.matches("No such file", said, 1, true)
        files.write(folder .. "/here", files.bytes(MEBIBYTE))
        assert.equal(1, (stock("scp", flag, folder .. "/here", target .. "x")))
      end)
    end)
  end)
end

describe("a lab's files, to OpenSSH's sftp", function()
  it("are listed, renamed, measured and removed", function()
    local options = { devices = 1, platform = "linux", files = { old = "some bytes" } }
    with_lab(options, function(folder, target, stock, device)
      files.write(folder .. "/here", "more bytes")
      files.write(folder .. "/batch", table.concat({
        "pwd", "ls -l", "df", "rename old new", "put " .. folder .. "/here second",
        "get new " .. folder .. "/back", "rm second", "ls -1", "",
      }, "\n"))
      -- sshpass is to give the password, so the batch is not the input
      local status, said = stock(
        "sftp", "-o", "BatchMode=no", "-b", folder .. "/batch", (target:gsub(":$", ""))
      )
      assert.equal(0, status, said)
      assert.matches("Remote working directory: /", said, 1, true)
      assert.matches("10 Jan +1 +1970 old", said)
      assert.matches("new\n$", said)
      assert.equal("some bytes", files.read(folder .. "/back"))
      assert.same({ new = "some bytes" }, device:files())
    end)
  end)
end)
