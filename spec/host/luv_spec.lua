local program = require "spec.support.program"

-- A request that is under way when its program ends: libuv tells its end only then.
local function ends_with(script)
  local path = os.tmpname()
  assert(io.open(path, "w")):write(script):close()
  local result = program.run { path }
  os.remove(path)
  assert.equal("", result.errors)
  assert.equal(0, result.status)
end

describe("luv at the end of a program", function()
  it("may be in the middle of a file", function()
    ends_with [[
      local uv = require "luv"
      for _ = 1, 100 do
        uv.fs_stat("/tmp", function() end)
      end
    ]]
  end)

  it("may hold what nobody has read", function()
    ends_with [[
      local uv = require "luv"
      local pipe = uv.new_pipe()
      uv.spawn("sleep", { args = { "2" }, stdio = { pipe }, detached = false },
        function() end):unref()
      pipe:write(("x"):rep(1 << 20), function() end)
      os.exit(0)
    ]]
  end)

  it("may be asking for a name", function()
    ends_with [[
      require("luv").getaddrinfo("localhost", nil, nil, function() end)
    ]]
  end)
end)
