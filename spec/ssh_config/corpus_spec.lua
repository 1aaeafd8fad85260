-- Drawn configurations, read by us and by ssh itself.
local uv = require "luv"

local generator = require "spec.ssh_config.generator"
local oracle = require "spec.ssh_config.oracle"

local FIRST_SEED = tonumber(os.getenv "MOONWIRE_SEED") or 1
local FILES, HOSTS = 75, 4

local function read(path)
  local stream = assert(io.open(path, "rb"))
  local text = stream:read "a"
  stream:close()
  return text
end

describe("moonwire.ssh_config beside ssh -G", function()
  local folder

  setup(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-XXXXXX")
  end)

  teardown(function()
    os.execute("rm -r " .. folder)
  end)

  it("reads drawn files as ssh reads them", function()
    if not oracle.is_there then
      pending "there is no ssh here"
    end
    local accepted = 0
    for seed = FIRST_SEED, FIRST_SEED + FILES - 1 do
      local draw = generator.new(seed)
      local path = generator.write(draw, folder, seed .. ".conf", 0)
      for _ = 1, HOSTS do
        local host = draw:one(generator.hosts)
        local given = draw:is(0.2) and { user = "ops", port = 2022 } or nil
        local ok, result = pcall(oracle.check, path, host, given)
        if not ok then
          local where = "MOONWIRE_SEED=%d, host %s: %s\n%s"
          error(where:format(seed, host, result, read(path)), 0)
        end
        accepted = accepted + (result and 1 or 0)
      end
    end
    assert.is_true(accepted > FILES * HOSTS / 2, accepted) -- not only refusals
  end)
end)
