-- Every parser's kept inputs once more, as they are, cut and changed: by the program
-- that `make fuzz-replay` builds beside this one.
local files = require "spec.support.files"
local lfs = require "lfs"
local process = require "moonwire.bench.process"
local uv = require "luv"

local CORPUS = "spec/fuzz/corpus"
local LEAST = 12 -- targets

local replay = uv.exepath():gsub("[^/]*$", "fuzz-replay")

if not lfs.attributes(replay, "mode") then
  pending("the replay of inputs: `make fuzz-replay` has not built it")
  return
end

local function run(target, inputs)
  local words = { "sh", "-c", 'exec "$0" "$@" 2>&1', replay, target }
  table.move(inputs, 1, #inputs, #words + 1, words)
  return process.run(words)
end

local function inputs_of(target)
  local inputs = {}
  for i, name in ipairs(files.list(CORPUS .. "/" .. target)) do
    inputs[i] = ("%s/%s/%s"):format(CORPUS, target, name)
  end
  return inputs
end

describe("a parser given what it should not be given", function()
  local targets = files.list(CORPUS)

  it("is one of a dozen or more, and each target has inputs", function()
    assert.is_true(#targets >= LEAST)
    for name in lfs.dir "spec/fuzz" do
      local target = name:match "^(.*)%.lua$"
      assert.is_true(not target or #inputs_of(target) > 0)
    end
  end)

  for _, target in ipairs(targets) do
    it("keeps its promises: " .. target, function()
      local said, status = run(target, inputs_of(target))
      assert.equal(0, status, said)
      assert.matches("^%d+ inputs, no promise broken\n$", said)
    end)
  end

  it("is told when it breaks one", function()
    local said, status = run("support/broken", inputs_of "secret")
    assert.are_not.equal(0, status)
    assert.matches("broken: .*it was asked to", said)
  end)

  it("is told when it waits for what cannot come", function()
    local said, status = run("support/stuck", inputs_of "secret")
    assert.are_not.equal(0, status)
    assert.matches("broken: no wait for what cannot come", said)
  end)

  it("is none when there is none of that name", function()
    local said, status = run("nothing", inputs_of "secret")
    assert.are_not.equal(0, status)
    assert.matches("replay TARGET INPUT", said)
  end)
end)
