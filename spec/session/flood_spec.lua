-- Faults of spec/README.md: S9.
-- What a device that says too much costs: its limit, and not a copy of it more.
local crowd = require "spec.support.crowd"
local insider = require "spec.support.hostile.insider"
local memory = require "spec.support.memory"
local sessions = require "moonwire.session"
local task = require "moonwire.task"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local LIMIT = 64 << 20 -- the default
local WINDOW = 4 << 20 -- what libssh may hold of a device that minds no window
local ELSE = 6 << 20 -- garbage, and what the allocator keeps
local COMMAND = "show privilege"

local function peak_since(before)
  return usage.of(uv.os_getpid()).max_rss_bytes - before
end

describe("a flood of a gigabyte", function()
  local process, devices

  setup(function()
    local cases
    process, cases = insider.start()
    devices = {}
    for _, case in ipairs(cases) do
      devices[case.name] = case.device
    end
    local session <close> = assert(sessions.open(devices["nothing"]))
    assert(session:send_command(COMMAND)) -- what is loaded once
  end)

  teardown(function()
    process:close()
  end)

  -- How far memory grew, and the session.
  local function growth_of(name, job)
    local how = { limit = LIMIT, timeout = 50 } -- a busy machine floods slowly
    local before = crowd.memory()
    assert(usage.forget_peak(), "the kernel keeps its own peak")
    local session <close> = assert(sessions.open(devices[name], how))
    job(session)
    return peak_since(before), session
  end

  local function assert_within(most, grown)
    if not memory.has_shadow(uv.os_getpid()) then
      assert.is_true(grown <= most, ("%.1f MiB"):format(grown / (1 << 20)))
    end
  end

  it("within an answer costs the limit, and half of it is kept", function()
    local grown, session = growth_of("answer-flood", function(session)
      local output, message, kind = session:send_command(COMMAND)
      assert.is_nil(output)
      assert.equal("limit", kind)
      assert.matches("more output than allowed", message, 1, true)
    end)
    assert_within(LIMIT + ELSE, grown)
    local partial = session.answers[#session.answers]
    assert.is_true(partial.is_partial)
    assert.equal(LIMIT // 2, #partial.output)
  end)

  it("while nobody reads is held back at the limit", function()
    local grown = growth_of("idle-flood", function(session)
      assert(session:send_command(COMMAND))
      repeat
        task.sleep(0.01)
      until session.shell:length() > LIMIT or not session.shell:is_open()
      assert.is_true(session.shell:length() <= LIMIT + (1 << 20))
      local output, _, kind = session:send_command(COMMAND)
      assert.is_nil(output)
      assert.is_true(kind == "limit" or kind == "protocol", kind)
    end)
    assert_within(LIMIT + WINDOW + ELSE, grown)
  end)
end)
