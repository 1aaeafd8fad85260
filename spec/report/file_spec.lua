-- Faults of spec/README.md: I7, R2, R3.
local lfs = require "lfs"

local file = require "moonwire.report.file"
local task = require "moonwire.task"

local function read(path)
  local stream = assert(io.open(path, "rb"))
  local bytes = stream:read "a"
  stream:close()
  return bytes
end

local function names_in(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function remove_tree(path)
  if lfs.symlinkattributes(path, "mode") == "directory" then
    for _, name in ipairs(names_in(path)) do
      remove_tree(path .. "/" .. name)
    end
  end
  os.remove(path)
end

describe("file.write", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
  end)

  after_each(function()
    remove_tree(folder)
  end)

  it("writes all the bytes, and leaves nothing else behind", function()
    local bytes = ("\0\255\n"):rep(300000)
    assert.is_true(file.write(folder .. "/a.log", bytes))
    assert.equal(bytes, read(folder .. "/a.log"))
    assert.same({ "a.log" }, names_in(folder))
  end)

  it("replaces a file, and writes an empty one", function()
    assert.is_true(file.write(folder .. "/a.log", "first"))
    assert.is_true(file.write(folder .. "/a.log", ""))
    assert.equal("", read(folder .. "/a.log"))
  end)

  it("lets only the owner read", function()
    assert.is_true(file.write(folder .. "/a.log", "x"))
    assert.equal("rw-------", lfs.attributes(folder .. "/a.log", "permissions"))
  end)

  it("makes the folders above", function()
    assert.is_true(file.write(folder .. "/b/c/a.log", "x"))
    assert.equal("x", read(folder .. "/b/c/a.log"))
  end)

  it("keeps the old file when the new one cannot be put there", function()
    assert(lfs.mkdir(folder .. "/taken"))
    assert.is_true(file.write(folder .. "/taken/old", "old"))
    local ok, message, kind = file.write(folder .. "/taken", "new")
    assert.is_nil(ok)
    assert.equal("local", kind)
    assert.is_truthy(message:find("taken", 1, true))
    assert.equal("old", read(folder .. "/taken/old"))
    assert.same({ "taken" }, names_in(folder))
  end)

  it("says what it could not make", function()
    assert.is_true(file.write(folder .. "/plain", "x"))
    local ok, message, kind = file.write(folder .. "/plain/a.log", "y")
    assert.is_nil(ok)
    assert.equal("local", kind)
    assert.is_truthy(message:find("plain", 1, true))
  end)

  it("replaces a symbolic link instead of following it", function()
    assert.is_true(file.write(folder .. "/target", "precious"))
    assert(lfs.link("target", folder .. "/link", true))
    assert.is_true(file.write(folder .. "/link", "new"))
    assert.equal("precious", read(folder .. "/target"))
    assert.equal("new", read(folder .. "/link"))
  end)

  it("leaves the old or the new file, whenever it is cancelled", function()
    local path, old, new = folder .. "/a", ("o"):rep(70000), ("n"):rep(90000)
    for turns = 0, 12 do
      assert.is_true(file.write(path, old))
      task.group(function(group)
        local writer = group:spawn(file.write, path, new)
        for _ = 1, turns do
          task.sleep(0)
        end
        writer:cancel()
      end)
      local bytes = read(path)
      assert.is_true(bytes == old or bytes == new)
      assert.same({ "a" }, names_in(folder))
    end
  end)

  it("shows a reader the old or the new file, never a half", function()
    local path = folder .. "/a"
    local texts = { ("a"):rep(50000), ("b"):rep(120000) }
    assert.is_true(file.write(path, texts[1]))
    task.group(function(group)
      local writer = group:spawn(function()
        for i = 1, 10 do
          assert(file.write(path, texts[i % 2 + 1]))
        end
      end)
      while not writer.is_done do
        local bytes = read(path)
        assert.is_true(bytes == texts[1] or bytes == texts[2])
        task.sleep(0)
      end
    end)
  end)
end)

describe("file.safe_name", function()
  it("keeps names that are safe", function()
    assert.equal("r1.example.net", file.safe_name "r1.example.net")
  end)

  it("lets nothing out of its folder, and hides nothing", function()
    local names = { "../etc/passwd", ".profile", "..", ".", "", "a/b", "a\0b" }
    for _, name in ipairs(names) do
      local safe = file.safe_name(name)
      assert.is_truthy(safe:find "^[%w_%%-][%w._%%-]*$")
    end
  end)

  it("gives different names to different hosts", function()
    local hosts = { "a:b", "a_b", "a%3Ab", "", "%", ("x"):rep(200), ("x"):rep(201) }
    local seen = {}
    for _, host in ipairs(hosts) do
      local safe = file.safe_name(host)
      assert.is_nil(seen[safe])
      assert.is_true(#safe <= 129)
      seen[safe] = true
    end
  end)
end)
