local task = require "moonwire.task"
local uv = require "luv"

-- run `moonwire lab …`; 'on_text' is told of all output so far, and of the process
local function run(words, on_text)
  local output, errors = uv.new_pipe(), uv.new_pipe()
  local result = { output = "", errors = "" }
  task.await(function(done)
    local process, open
    local function finish()
      open = open - 1
      if open == 0 then
        done()
      end
    end
    open = 3
    process = assert(uv.spawn(uv.exepath(), {
      args = { "lab", table.unpack(words) },
      stdio = { nil, output, errors },
    }, function(status)
      result.status = status
      finish()
    end))
    for name, pipe in pairs { output = output, errors = errors } do
      pipe:read_start(function(_, bytes)
        result[name] = result[name] .. (bytes or "")
        if not bytes then
          pipe:close()
          finish()
        elseif on_text then
          on_text(result.output, process)
        end
      end)
    end
    result.process = process
  end)
  result.process:close()
  return result
end

-- stop it once it has said how to reach it
local function stop_with(signal)
  return function(output, process)
    if output:find "ssh%-ed25519 %S+\n" then
      process:kill(signal)
    end
  end
end

describe("moonwire lab", function()
  for _, signal in ipairs { "sigint", "sigterm" } do
    it("says how to reach it, and serves until " .. signal, function()
      local words = { "--devices", "12", "--rtt", "1ms", "--fault", "drop=@R7" }
      local ran = run(words, stop_with(signal))
      assert.equal(0, ran.status)
      assert.equal("", ran.errors)
      assert.matches("^12 simulated devices on port %d+ ", ran.output)
      assert.matches("\n  SW%-CORE_2       ssh %-p %d+ admin@127.1.0.2\n", ran.output)
      assert.matches("up to R12 on 127.1.0.12\n", ran.output)
      assert.matches("ssh %-p %d+ R12@127.0.0.1\n", ran.output)
      assert.matches("\n%[127%.%*%]:%d+ ssh%-ed25519 %S+\n", ran.output)
      assert.matches("\n0 logins to 0 devices, at most 0 sessions at once", ran.output)
    end)
  end

  it("in JSON says it in one line", function()
    local ran = run({ "--json", "--devices", "2" }, function(output, process)
      if output:find "\n" then
        process:kill "sigterm"
      end
    end)
    assert.equal(0, ran.status)
    local place = require("dkjson").decode(ran.output)
    assert.equal(2, place.devices)
    assert.matches("^SHA256:", place.host_key)
    assert.matches("^{[^\n]*}\n$", ran.output)
  end)

  it("explains itself, faults included", function()
    local ran = run { "--help" }
    assert.equal(0, ran.status)
    assert.equal("", ran.errors)
    for _, word in ipairs { "--devices", "--rtt", "--think", "--fault", "--json" } do
      assert.matches(word, ran.output, 1, true)
    end
    for _, entry in ipairs(require("moonwire.lab.fault").list()) do
      assert.matches(entry.name, ran.output, 1, true)
    end
  end)

  for reason, words in pairs {
    ["--rtt: 'soon' is not a length of time"] = { "--rtt", "soon" },
    ["--devices: 'many' is not a whole number"] = { "--devices", "many" },
    ["--fault: there is no fault 'flood'"] = { "--fault", "flood" },
    ["unknown option '--round-trip'"] = { "--round-trip", "1ms" },
  } do
    it("refuses what it does not understand: " .. reason, function()
      local ran = run(words)
      assert.equal(2, ran.status)
      assert.equal("", ran.output)
      assert.matches("Usage: moonwire lab", ran.errors)
      assert.matches(reason, ran.errors, 1, true)
    end)
  end

  it("refuses what a lab cannot be", function()
    local ran = run { "--devices", "0" }
    assert.equal(1, ran.status)
    assert.matches("^moonwire: lab: devices: expected", ran.errors)
  end)
end)
