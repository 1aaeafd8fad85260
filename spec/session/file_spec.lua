local digests = require "host.digest"
local files = require "spec.support.files"
local session = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local MEBIBYTE = 1 << 20

local function md5(bytes)
  return digests.new "md5":update(bytes):hex()
end

-- A folder, a device, and a session with it.
local function with_device(options, fn)
  files.with_folder(function(folder)
    support.with_lab(options, function(lab)
      local device <close> = assert(session.open(support.device(lab)))
      fn(device, lab:device(1), folder)
    end)
  end)
end

-- On each platform a name for a file on it.
local PLACES = {
  { platform = "cisco_ios", method = "scp", name = "flash:new image.bin" },
  { platform = "cisco_ios", method = "scp", name = "flash:image.bin" },
  { platform = "cisco_nxos", method = "scp", name = "bootflash:image.bin" },
  { platform = "cisco_asa", method = "scp", name = "disk0:/image.bin" },
  { platform = "cisco_xr", method = "sftp", name = "disk0:/image.bin" },
  { platform = "huawei_vrp", method = "sftp", name = "flash:/image.bin",
    verified = "read back" },
  { platform = "hp_comware", method = "sftp", name = "image.bin" },
  { platform = "arista_eos", method = "sftp", name = "flash:image.bin" },
  { platform = "linux", method = "sftp", name = "/srv/it's an image" },
}
local NO_BLANKS = table.remove(PLACES, 1)

describe("session:put and session:get", function()
  for _, place in ipairs(PLACES) do
    it("move files of any size on " .. place.platform, function()
      local options = { platform = place.platform, devices = 1 }
      with_device(options, function(device, _, folder)
        local here, back = folder .. "/here", folder .. "/back"
        for _, size in ipairs { 0, 1, 32767, 32768, 32769, 300000 } do
          local bytes = files.bytes(size)
          files.write(here, bytes)
          local sent = assert(device:put(here, place.name, { overwrite = true }))
          assert.equal(size, sent.bytes)
          assert.equal(place.method, sent.method)
          assert.equal(place.verified or "device", sent.checksum.verified)
          local got = assert(device:get(place.name, back, { overwrite = true }))
          assert.equal(size, got.bytes)
          assert.equal(sent.checksum.value, got.checksum.value)
          assert.equal(not place.verified and "device", got.checksum.verified)
          assert.is_true(bytes == files.read(back))
        end
        assert.same({ "back", "here" }, files.list(folder))
      end)
    end)
  end

  it("move ten megabytes in both ways, and tell how far they are", function()
    with_device({ platform = "linux", devices = 1 }, function(device, _, folder)
      local here, back = folder .. "/here", folder .. "/back"
      local bytes = files.bytes(10 * MEBIBYTE)
      files.write(here, bytes)
      for _, method in ipairs { "sftp", "scp" } do
        local seen, total = {}, nil
        local options = {
          method = method, overwrite = true,
          progress = function(done, all)
            seen[#seen + 1], total = done, all
          end,
        }
        assert(device:put(here, "/image", options))
        assert.equal(#bytes, total)
        assert.equal(#bytes, seen[#seen])
        for i = 2, #seen do
          assert.is_true(seen[i] > seen[i - 1])
        end
        assert(device:get("/image", back, options))
        assert.is_true(bytes == files.read(back))
      end
    end)
  end)

  it("keep the permission bits, or set those that are asked for", function()
    with_device({ platform = "linux", devices = 1 }, function(device, _, folder)
      local lfs = require "lfs"
      assert(device:get("/readme.txt", folder .. "/a"))
      assert.equal("rw-r--r--", lfs.attributes(folder .. "/a").permissions)
      assert(device:get("/readme.txt", folder .. "/b", { mode = 448 }))
      assert.equal("rwx------", lfs.attributes(folder .. "/b").permissions)
    end)
  end)

  it("leave a session that goes on", function()
    with_device({ devices = 1 }, function(device, twin, folder)
      files.write(folder .. "/here", "hostname other\n")
      assert(device:put(folder .. "/here", "flash:new.cfg"))
      assert.equal("hostname other", (device:send_command "more flash:new.cfg"))
      assert.equal("hostname other\n", twin:files()["new.cfg"])
      assert.matches("new%.cfg", device:send_command "dir flash:")
    end)
  end)

  it("read back where there is no checksum, or say that nobody looked", function()
    local options = { platform = "mikrotik_routeros", devices = 1 }
    with_device(options, function(device, _, folder)
      files.write(folder .. "/here", "abc")
      local sent = assert(device:put(folder .. "/here", "new.rsc"))
      assert.equal("read back", sent.checksum.verified)
      assert.equal(digests.new "sha256":update "abc":hex(), sent.checksum.value)
      local blind = { verify = false }
      sent = assert(device:put(folder .. "/here", "other.rsc", blind))
      assert.is_false(sent.checksum.verified)
      assert.is_false(assert(device:get("new.rsc", folder .. "/b")).checksum.verified)
      local _, _, kind = device:get("new.rsc", folder .. "/c", { verify = "device" })
      assert.equal("unsupported", kind)
      assert.same({ "b", "here" }, files.list(folder))
    end)
  end)
end)

describe("session:put refuses", function()
  local function names_on(twin)
    local names = {}
    for name in pairs(twin:files()) do
      names[#names + 1] = name
    end
    table.sort(names)
    return table.concat(names, "\n")
  end

  -- its kind, message and detail, and whether anything is left on the device
  local function refused(options, put)
    local result, message, kind, detail, is_left
    with_device(options, function(device, twin, folder)
      files.write(folder .. "/here", files.bytes(100000))
      local before = names_on(twin)
      local here = put.here or folder .. "/here"
      result, message, kind, detail = device:put(here, put.name, put)
      is_left = names_on(twin) ~= before
    end)
    assert.is_nil(result)
    return kind, message, detail, is_left
  end

  it("a file that cannot fit, before the first byte", function()
    for _, place in ipairs(PLACES) do
      local kind, message, detail, left = refused({
        platform = place.platform, devices = 1, flash_size = 65536, files = {},
      }, { name = place.name })
      assert.equal("space", kind)
      assert.matches("it needs 100000 bytes, and 65536 are free", message, 1, true)
      assert.equal(100000, detail.needed)
      assert.equal(65536, detail.free)
      assert.is_false(left)
    end
  end)

  it("to go on when the disk is full in the middle", function()
    local options = { flash_size = 65536, files = {}, devices = 1, platform = "linux" }
    local kind, message, detail, left =
      refused(options, { name = "/x", space = false })
    assert.equal("space", kind)
    assert.matches("the disk is full", message, 1, true)
    assert.is_nil(detail.partial)
    assert.is_false(left)
    kind, message, detail, left =
      refused(options, { name = "/x", space = false, method = "scp" })
    assert.equal("space", kind)
    local words = "No space left on device; /x may be left on the device"
    assert.matches(words, message, 1, true)
    assert.equal("/x", detail.partial)
    assert.is_true(left)
  end)

  it("what the device has kept wrong", function()
    local faults = { { name = "flash_corrupt", device = 1 } }
    local kind, message, detail, left =
      refused({ devices = 1, faults = faults }, { name = "flash:x" })
    assert.equal("checksum", kind)
    assert.matches("md5 is " .. md5(files.bytes(100000)) .. " here", message, 1, true)
    assert.equal("flash:x", detail.partial)
    assert.is_true(left)
    for _, verify in ipairs { "device", "read" } do
      kind, _, detail, left = refused(
        { devices = 1, faults = faults, platform = "linux" },
        { name = "/x", verify = verify }
      )
      assert.equal("checksum", kind)
      assert.is_nil(detail.partial)
      assert.is_false(left)
    end
  end)

  it("to be silent about a connection that is cut", function()
    local faults = { { name = "transfer_cut", device = 1 } }
    for _, platform in ipairs { "cisco_ios", "linux" } do
      local kind, message, detail = refused(
        { devices = 1, faults = faults, platform = platform }, { name = "x" }
      )
      assert.equal("dropped", kind)
      assert.matches("may be left on the device", message, 1, true)
      assert.matches("^x", detail.partial)
    end
  end)

  it("a name that is there, unless it is told to replace it", function()
    for _, platform in ipairs { "cisco_ios", "linux" } do
      local kind, _, _, left = refused(
        { devices = 1, platform = platform }, { name = "vlan.dat" }
      )
      assert.equal("exists", kind)
      assert.is_false(left)
    end
  end)

  it("names that are none", function()
    for _, name in ipairs { "", "a\nb", "a\0b", "a/..", ".", "flash:", "a/" } do
      assert.equal("invalid", (refused({ devices = 1 }, { name = name })))
    end
    -- what a command line without quotes cannot hold
    for _, name in ipairs { NO_BLANKS.name, "-rf", "x;reload", "what?" } do
      assert.equal("invalid", (refused({ devices = 1 }, { name = name })))
    end
  end)

  it("a local file that is none", function()
    local kind = refused({ devices = 1 }, { name = "x", here = "/nonexistent/x" })
    assert.equal("no_file", kind)
    assert.equal("local", (refused({ devices = 1 }, { name = "x", here = "/tmp" })))
  end)

  it("a user who may not", function()
    local options = { devices = 1, privilege = 1, platform = "cisco_ios" }
    assert.equal("permission", (refused(options, { name = "flash:x" })))
    options.platform = "linux"
    assert.equal("permission", (refused(options, { name = "/x" })))
  end)

  it("mistakes of a script", function()
    with_device({ devices = 1 }, function(device)
      assert.has_error(function() device:put("a") end)
      assert.has_error(function() device:put("a", "b", { method = "ftp" }) end)
      assert.has_error(function() device:put("a", "b", { verify = "maybe" }) end)
    end)
  end)
end)

describe("session:get refuses", function()
  it("a file that is not there, and leaves nothing here", function()
    for _, platform in ipairs { "cisco_ios", "linux" } do
      with_device({ devices = 1, platform = platform }, function(device, _, folder)
        local _, message, kind = device:get("missing", folder .. "/x")
        assert.equal("no_file", kind)
        assert.matches('get "missing": ', message, 1, true)
        assert.same({}, files.list(folder))
      end)
    end
  end)

  it("to replace a local file, unless it is told to", function()
    with_device({ devices = 1 }, function(device, _, folder)
      files.write(folder .. "/x", "mine")
      local _, _, kind = device:get("readme.txt", folder .. "/x")
      assert.equal("exists", kind)
      assert.equal("mine", files.read(folder .. "/x"))
      assert(device:get("readme.txt", folder .. "/x", { overwrite = true }))
      assert.matches("Nothing on this device", files.read(folder .. "/x"), 1, true)
      assert.same({ "x" }, files.list(folder))
    end)
  end)

  it("to leave half a file when the connection is cut, wherever that is", function()
    for _, platform in ipairs { "cisco_ios", "linux" } do
      for _, at in ipairs { 1, 65536, 200000 } do
        with_device({ devices = 1, platform = platform }, function(device, twin, folder)
          twin.cut_at = at
          local name = "sim_l2-universalk9-mz.152-7.E4.bin"
          local _, _, kind = device:get(name, folder .. "/x", { space = false })
          assert.equal("dropped", kind)
          assert.same({}, files.list(folder))
        end)
      end
    end
  end)

  it("to leave anything when the caller breaks it off", function()
    for _, platform in ipairs { "cisco_ios", "linux" } do
      with_device({ devices = 1, platform = platform }, function(device, _, folder)
        local ok, message = pcall(device.get, device, "readme.txt", folder .. "/x", {
          progress = function() error "enough" end,
        })
        assert.is_false(ok)
        assert.matches("enough", message, 1, true)
        assert.same({}, files.list(folder))
        assert(device:get("readme.txt", folder .. "/x"))
      end)
    end
  end)

  it("to leave anything when its task is cancelled", function()
    with_device({ devices = 1, platform = "linux" }, function(device, _, folder)
      local name = "sim_l2-universalk9-mz.152-7.E4.bin"
      local is_over, begun = false, task.queue(1)
      local is_told = false
      local function progress()
        if not is_told then
          is_told = true
          begun:put(true)
        end
      end
      local ok = pcall(task.group, function(group)
        group:spawn(function()
          device:get(name, folder .. "/x", { progress = progress })
          is_over = true
        end)
        group:spawn(function()
          begun:get()
          error "enough"
        end)
      end)
      assert.is_false(ok)
      assert.is_false(is_over)
      assert.same({}, files.list(folder))
    end)
  end)

  it("a folder that is not there", function()
    with_device({ devices = 1 }, function(device)
      local _, _, kind = device:get("readme.txt", "/nonexistent/folder/x")
      assert.equal("no_file", kind)
    end)
  end)
end)
