-- Names that known_hosts has hashed: found, and beside the loop.
local fixture = require "spec.support.hostkeys"
local hostkeys = require "host.hostkeys"
local luv = require "luv"
local task = require "moonwire.task"

local read, run, write = fixture.read, fixture.run, fixture.write
local key_of, open = fixture.key_of, fixture.open
local KEY, OTHER, RSA = key_of(1), key_of(2), key_of(1, "ssh-rsa")

describe("a hashed line of known_hosts", function()
  local folder

  before_each(function()
    folder = assert(luv.fs_mkdtemp "/tmp/moonwire-hostkeys-XXXXXX")
  end)

  after_each(function()
    run("rm -rf '%s'", folder)
  end)

  local function hash(text)
    local path = write(folder .. "/known_hosts", text)
    local output, ok = run("ssh-keygen -H -f '%s'", path)
    assert(ok, output)
    assert.is_nil(read(path):find "%f[^\n]r%d")
    return assert(hostkeys.open { files = { path } })
  end

  it("makes its host known, at the first question and later", function()
    local store = hash(("r1 %s\n[r1]:2222 %s\nr2 %s\n"):format(KEY, OTHER, key_of(3)))
    for _ = 1, 2 do
      assert.equal("known", (store:lookup("r1", 22, KEY)))
      assert.equal("known", (store:lookup("R1", 22, KEY)))
      assert.equal("changed", (store:lookup("r1", 22, OTHER)))
      assert.equal("known", (store:lookup("r1", 2222, OTHER)))
      assert.equal("changed", (store:lookup("r2", 22, KEY)))
      assert.equal("unknown", (store:lookup("r3", 22, KEY)))
    end
  end)

  it("counts for the types of its host", function()
    local store = hash(("r1 %s\nr1 %s\nr2 %s\n"):format(RSA, KEY, OTHER))
    assert.equal("ssh-rsa,ssh-ed25519", store:types("r1", 22))
    assert.equal("ssh-ed25519", store:types("r2", 22))
    assert.equal("", store:types("r3", 22))
  end)

  it("is found among a thousand", function()
    local lines = {}
    for i = 1, 1000 do
      lines[i] = ("r%d %s"):format(i, key_of(i))
    end
    local store = hash(table.concat(lines, "\n") .. "\n")
    assert.equal(1000, store:count())
    for i = 1, 1000, 111 do
      assert.equal("known", (store:lookup("r" .. i, 22, key_of(i))))
      assert.equal("changed", (store:lookup("r" .. i, 22, key_of(i + 1))))
    end
  end)

  local function prepare_all(store, count)
    local names = {}
    for i = 1, count do
      names[i] = "r" .. i
    end
    return task.map(names, count, function(name)
      return store:prepare(name, 2222) -- also under its name without the port
    end)
  end

  it("is sought beside the loop, for all who ask at once", function()
    local lines = { "@revoked r7 " .. key_of(7) }
    for i = 1, 400 do
      lines[#lines + 1] = ("%s %s"):format(i % 2 > 0 and "r" .. i or
        ("[r%d]:2222"):format(i), key_of(i))
    end
    local store = hash(table.concat(lines, "\n") .. "\n")
    local turns, is_over = 0, false
    task.group(function(group)
      group:spawn(function()
        prepare_all(store, 500)
        is_over = true
      end)
      while not is_over do
        turns = turns + 1
        task.sleep(0)
      end
    end)
    assert.is_true(turns > 1)
    for i = 1, 500 do
      local expected = i > 400 and "unknown" or i == 7 and "revoked" or "known"
      assert.equal(expected, (store:lookup("r" .. i, 2222, key_of(i))))
    end
    assert.equal("changed", (store:lookup("r8", 2222, KEY)))
  end)

  it("is sought for the others when one does not wait for it", function()
    local store = hash(("r1 %s\n"):format(KEY) .. "r2 " .. OTHER .. "\n")
    task.group(function(group)
      for _ = 1, 50 do
        group:spawn(function()
          task.timeout(0, store.prepare, store, "r1")
        end)
        group:spawn(function()
          assert.is_true(store:prepare "r2")
        end)
      end
    end)
    assert.equal("known", (store:lookup("r1", 22, KEY)))
    assert.equal("known", (store:lookup("r2", 22, OTHER)))
  end)

  it("is found by a name of any length", function()
    local names, text = {}, {}
    for _, length in ipairs { 1, 54, 55, 56, 63, 64, 65, 118, 119, 120, 253 } do
      names[#names + 1] = ("n"):rep(length)
      text[#text + 1] = names[#names] .. " " .. KEY .. "\n"
    end
    local store = hash(table.concat(text))
    for _, name in ipairs(names) do
      assert.equal("known", (store:lookup(name, 22, KEY)))
      assert.equal("unknown", (store:lookup("x" .. name, 22, KEY)))
    end
  end)

  it("that is no hash is junk", function()
    local store = open(([[
|1|abc|def %s
|2|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= %s
|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA= %s
r1 %s
]]):format(KEY, KEY, KEY, KEY))
    local keys, junk, first = store:count()
    assert.same({ 1, 3, "text:1" }, { keys, junk, first })
  end)

  it("keeps nobody waiting where there is none", function()
    assert.is_true(open("r1 " .. KEY .. "\n"):prepare("r1", 2222))
  end)
end)
