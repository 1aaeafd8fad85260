-- Drawn configurations, read by us and by ssh itself.
local uv = require "luv"

local generator = require "spec.ssh_config.generator"
local oracle = require "spec.ssh_config.oracle"

local FIRST_SEED = tonumber(os.getenv "MOONWIRE_SEED") or 1
local ROUNDS, FILES, HOSTS = 3, 25, 4

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

  local function compare(first_seed)
    local accepted = 0
    for seed = first_seed, first_seed + FILES - 1 do
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
  end

  for round = 1, ROUNDS do
    local seed = FIRST_SEED + (round - 1) * FILES
    it(("reads drawn files as ssh reads them, from seed %d on"):format(seed), function()
      if not oracle.is_there then
        pending "there is no ssh here"
      end
      compare(seed)
    end)
  end
end)
