-- Who reads the output of a run may stop for as long as he likes.
local await = require "spec.support.await"
local broken = require "spec.support.broken_run"
local files = require "spec.support.files"
local json = require "moonwire.report.json"
local uv = require "luv"

local DEVICES = 100
local FULL = 300000 -- bytes: more than a pipe between two programs holds

describe("a run whose output nobody reads for a while", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-outlet-XXXXXX")
  end)

  after_each(function()
    os.execute("rm -r " .. folder)
  end)

  -- Its output is a pipe that is full before all of the devices are shown.
  local function start()
    local inventory = folder .. "/lab.json"
    files.write(inventory, json.encode { lab = { devices = DEVICES } })
    local self = { output = assert(uv.new_pipe(false)), parts = {} }
    self.process = assert(uv.spawn(uv.exepath(), {
      args = {
        "send", "--runs", folder .. "/runs", "-i", inventory, "-q",
        "--format", "ndjson",
        "show running-config", "show version", "show running-config",
        "show running-config", "show running-config",
      },
      stdio = { nil, self.output, 2 },
    }, function(status)
      self.status = status
    end))
    return self
  end

  local function read_all(self)
    self.output:read_start(function(_, bytes)
      self.parts[#self.parts + 1] = bytes
      self.is_over = bytes == nil
    end)
    await(function() return self.is_over and self.status end)
    self.output:close()
    self.process:close()
    return table.concat(self.parts)
  end

  it("comes to its end, and all is shown", function()
    local self = start()
    broken.await(folder .. "/runs", function(known)
      return known.finish
    end)
    assert.is_nil(self.status)
    local text, count = read_all(self), 0
    assert.is_true(#text > FULL, #text)
    for line in text:gmatch "([^\n]+)\n" do
      assert.is_true(json.decode(line).ok)
      count = count + 1
    end
    assert.equal(DEVICES, count)
    assert.equal(0, self.status)
  end)
end)
