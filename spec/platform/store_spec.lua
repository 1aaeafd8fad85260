-- Faults of spec/README.md: I13.
local lfs = require "lfs"
local platform = require "moonwire.platform"
local store = require "moonwire.platform.store"
local uv = require "luv"

local count = 0

-- a folder of its own for each test, with these files
local function folder_with(files)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-platform-XXXXXX")
  for name, text in pairs(files) do
    local file <close> = assert(io.open(("%s/%s"):format(folder, name), "w"))
    file:write(text)
  end
  return folder
end

-- no two tests use the same name: what was found once is remembered
local function new_name()
  count = count + 1
  return "spec_platform_" .. count
end

local function definition(name, extra)
  return ([[
return require("moonwire.platform").define "%s" {
  status = "documents",
  link = { newline = "\n" },
  modes = { { "priv", "^%%w+#$" } },
  prep = {},
  read_only = { "show" },
  samples = { priv = { "r1#" } },
  %s
}
]]):format(name, extra or "")
end

local function remove(folder)
  for file in lfs.dir(folder) do
    os.remove(folder .. "/" .. file)
  end
  lfs.rmdir(folder)
end

describe("a platform of one's own", function()
  local folders

  local function place(files)
    local folder = folder_with(files)
    folders[#folders + 1] = folder
    return folder
  end

  before_each(function()
    folders = {}
  end)

  after_each(function()
    for _, folder in ipairs(folders) do
      remove(folder)
    end
    store.forget()
  end)

  it("is found in a folder that was added", function()
    local name = new_name()
    local folder = place { [name .. ".lua"] = definition(name) }
    assert.is_nil(platform.get(name))
    platform.add_path(folder)
    local found = assert(platform.get(name))
    assert.equal(name, found.name)
    assert.equal(("%s/%s.lua"):format(folder, name), found.file)
    assert.is_false(found.hides)
    assert.equal("priv", platform.mode_of(found, "r1#"))
  end)

  it("is found by its alias, and listed", function()
    local name, alias = new_name(), new_name()
    local text = definition(name, ('aliases = { "%s" },'):format(alias))
    platform.add_path(place { [name .. ".lua"] = text })
    assert.equal(name, assert(platform.get(alias)).name)
    assert.equal(name, platform.names()[#platform.names()])
  end)

  it("wins over a built-in one, under the aliases of that too", function()
    local folder = place { ["dell_os10.lua"] = definition "dell_os10" }
    platform.add_path(folder)
    local found = assert(platform.get "dell_os10")
    assert.equal(folder .. "/dell_os10.lua", found.file)
    assert.is_true(found.hides)
    assert.equal(found, platform.get "os10")
    assert.is_nil(store.builtin("dell_os10").file)
  end)

  it("may be like the built-in one that it replaces", function()
    local text = [[
return require("moonwire.platform").define "zte_zxros" {
  like = "zte_zxros", status = "documents", pager = { pattern = "^More%?$" },
}
]]
    platform.add_path(place { ["zte_zxros.lua"] = text })
    local found = assert(platform.get "zte_zxros")
    assert.equal("^More%?$", found.pager.pattern)
    assert.equal("config", platform.mode_of(found, "ZXR10(config)#"))
    assert.equal("write", platform.action(found, "save").run[1])
  end)

  it("is found in the folders of the environment, in their order", function()
    local name = new_name()
    local first = place { [name .. ".lua"] = definition(name, 'title = "first",') }
    local second = place { [name .. ".lua"] = definition(name, 'title = "second",') }
    uv.os_setenv("MOONWIRE_PLATFORM_PATH", "/nowhere:" .. first .. ":" .. second)
    local found, message = platform.get(name)
    uv.os_unsetenv "MOONWIRE_PLATFORM_PATH"
    assert.equal("first", assert(found, message).title)
  end)

  it("is found in the user's own settings", function()
    local name = new_name()
    local home = place {}
    local path = home
    for _, part in ipairs { ".config", "moonwire", "platform" } do
      path = path .. "/" .. part
      lfs.mkdir(path)
    end
    local file = assert(io.open(("%s/%s.lua"):format(path, name), "w"))
    file:write(definition(name))
    file:close()
    local before, settings = os.getenv "HOME", os.getenv "XDG_CONFIG_HOME"
    uv.os_setenv("HOME", home)
    uv.os_unsetenv "XDG_CONFIG_HOME"
    local found, message = platform.get(name)
    uv.os_setenv("HOME", before)
    if settings then
      uv.os_setenv("XDG_CONFIG_HOME", settings)
    end
    os.remove(("%s/%s.lua"):format(path, name))
    for _ = 1, 3 do
      lfs.rmdir(path)
      path = path:match "^(.*)/"
    end
    assert.equal(name, assert(found, message).name)
  end)

  it("is searched for in folders that were added before those of others", function()
    uv.os_setenv("MOONWIRE_PLATFORM_PATH", "/of/the/environment")
    platform.add_path "/added"
    local paths = platform.paths()
    uv.os_unsetenv "MOONWIRE_PLATFORM_PATH"
    assert.equal("/added", paths[1])
    assert.equal("/of/the/environment", paths[2])
  end)

  local function message_for(name, text)
    local folder = place { [name .. ".lua"] = text }
    platform.add_path(folder)
    local found, message, kind = platform.get(name)
    assert.is_nil(found)
    assert.equal("invalid", kind)
    local path = ("%s/%s.lua"):format(folder, name)
    assert.is_truthy(message:find(path, 1, true), message)
    return message
  end

  it("that is wrong is refused with file and field", function()
    local name = new_name()
    local message = message_for(name, definition(name, "pager = { kye = ' ' },"))
    assert.matches("pager.kye: there is no such field", message, 1, true)
  end)

  it("that is no Lua is refused with file and line", function()
    assert.matches(":2: ", message_for(new_name(), "return {\n = }"))
  end)

  it("that raises is refused", function()
    assert.matches("no luck", message_for(new_name(), 'error "no luck"'))
  end)

  it("that gives something else is refused", function()
    local message = message_for(new_name(), "return { modes = {} }")
    assert.matches("gives no platform", message, 1, true)
  end)

  it("that defines another name is refused", function()
    local message = message_for(new_name(), definition "other_name")
    assert.matches("defines 'other_name'", message, 1, true)
  end)

  it("is text, never bytecode", function()
    local code = string.dump(assert(load "return 1"))
    assert.matches("binary chunk", message_for(new_name(), code))
  end)

  it("that is like one that is like it is refused", function()
    local a, b = new_name(), new_name()
    local function like(other)
      return ('like = "%s",'):format(other)
    end
    local folder = place {
      [a .. ".lua"] = definition(a, like(b)),
      [b .. ".lua"] = definition(b, like(a)),
    }
    platform.add_path(folder)
    local found, message = platform.get(a)
    assert.is_nil(found)
    assert.matches("is like one that is like it", message, 1, true)
  end)

  it("that is like nobody is refused", function()
    local name = new_name()
    local message = message_for(name, definition(name, 'like = "toaster",'))
    assert.matches("like: there is no platform 'toaster'", message, 1, true)
  end)

  it("that is broken does not stand in the way of others", function()
    platform.add_path(place { [new_name() .. ".lua"] = "return nonsense.at.all" })
    assert.equal("vyos", assert(platform.get "vyos").name)
    local found, message = platform.get "toaster"
    assert.is_nil(found)
    assert.matches("there is no platform 'toaster'", message, 1, true)
  end)

  it("has a name that leads nowhere else", function()
    local name = new_name()
    local folder = place { [name .. ".lua"] = definition(name) }
    platform.add_path(folder .. "/below")
    local found, message = platform.get("../" .. name)
    assert.is_nil(found)
    assert.matches("there is no platform", message, 1, true)
  end)

  it("may lie in a folder that is a string", function()
    assert.has_error(function()
      platform.add_path(7)
    end, "the path of a folder must be a string")
  end)
end)
