-- Threads are given the modules that their parent has compiled (host/core/chunks_lua).
local files = require "spec.support.files"
local host_pool = require "host.pool"

local MODULE = [[
local name, path = ...
return {
  name = name, path = path,
  fail = function() error "here" end,
}
]]

-- Tells of the module whose name it is sent.
local MAIN = [[
return function(port)
  local wanted = port:receive()
  local ok, module = pcall(require, wanted)
  if not ok then
    return port:send { problem = module }
  end
  local _, message = pcall(module.fail)
  port:send { name = module.name, path = module.path, message = message }
end
]]

-- Tells the same of a pool of its own, having loaded it itself.
local NESTED = [[
local host_pool = require "host.pool"
return function(port)
  local wanted = port:receive()
  require(wanted)
  local pool <close> = host_pool.open { main = "chunks_spec_main", workers = 1 }
  pool:send(1, wanted)
  local _, value = pool:receive()
  port:send(value)
end
]]

describe("a module in a thread", function()
  local path = package.path

  after_each(function()
    package.path = path
    for name in pairs(package.loaded) do
      if name:find "^chunks_spec_" then
        package.loaded[name] = nil
      end
    end
  end)

  local function with_modules(fn)
    files.with_folder(function(folder)
      package.path = folder .. "/?.lua;" .. path
      files.write(folder .. "/chunks_spec_main.lua", MAIN)
      files.write(folder .. "/chunks_spec_nested.lua", NESTED)
      files.write(folder .. "/chunks_spec_module.lua", MODULE)
      fn(folder)
    end)
  end

  local function ask(main, wanted)
    local pool <close> = host_pool.open { main = main, workers = 1 }
    assert.is_true(pool:send(1, wanted))
    local _, value = pool:receive()
    return value
  end

  it("is the one that its parent has loaded, with name, path and lines", function()
    with_modules(function(folder)
      require "chunks_spec_module"
      os.remove(folder .. "/chunks_spec_module.lua")
      local file = folder .. "/chunks_spec_module.lua"
      local expected = {
        name = "chunks_spec_module", path = file, message = file .. ":4: here",
      }
      assert.same(expected, ask("chunks_spec_main", "chunks_spec_module"))
      assert.same(expected, ask("chunks_spec_nested", "chunks_spec_module"))
    end)
  end)

  it("is the file when its parent has not loaded it", function()
    with_modules(function(folder)
      local value = ask("chunks_spec_main", "chunks_spec_module")
      assert.equal(folder .. "/chunks_spec_module.lua:4: here", value.message)
    end)
  end)

  it("is the newer one when its parent has loaded it again", function()
    with_modules(function(folder)
      require "chunks_spec_module"
      package.loaded.chunks_spec_module = nil
      files.write(folder .. "/chunks_spec_module.lua", "\n\n" .. MODULE)
      require "chunks_spec_module"
      local value = ask("chunks_spec_main", "chunks_spec_module")
      assert.equal(folder .. "/chunks_spec_module.lua:6: here", value.message)
    end)
  end)

  it("is missing, in words, when it is nowhere", function()
    with_modules(function(folder)
      local value = ask("chunks_spec_main", "chunks_spec_nowhere")
      assert.matches("module 'chunks_spec_nowhere' not found", value.problem, 1, true)
      assert.matches(folder .. "/chunks_spec_nowhere.lua", value.problem, 1, true)
    end)
  end)
end)
