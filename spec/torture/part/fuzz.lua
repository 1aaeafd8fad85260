--- Every parser's fuzz target for a while, from the inputs that are kept: how many
-- there are, and what crashes.
local process = require "moonwire.bench.process"

local SECONDS = 10 -- a target
local LEAST = 12

local function read(said)
  local inputs, targets, crashes = 0, 0, {}
  for target, count, verdict in said:gmatch "fuzz  ([%w_]+) +(%d+) inputs  (%C+)" do
    inputs, targets = inputs + tonumber(count), targets + 1
    crashes[#crashes + 1] = verdict ~= "no crash" and target .. ": " .. verdict or nil
  end
  return inputs, targets, crashes
end

return {
  about = ("libFuzzer over every parser, %d s each"):format(SECONDS),
  beside = 300,
  run = function(say)
    local said, status = process.run { "make", "fuzz", "SECONDS=" .. SECONDS }
    local inputs, targets, crashes = read(said)
    say(("%d inputs"):format(inputs))
    return {
      {
        what = "fuzz targets", goal = (">= %d"):format(LEAST),
        value = tostring(targets), is_reached = targets >= LEAST,
        note = targets == 0 and said:sub(-400) or nil,
      },
      {
        what = ("crashes open after %d inputs"):format(inputs), goal = "0",
        value = tostring(#crashes), is_reached = status == 0 and #crashes == 0,
        note = crashes[1] and table.concat(crashes, "; ") or nil,
      },
    }
  end,
}
