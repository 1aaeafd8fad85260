--- Any bytes as what a device says over SCP, while a file is fetched and another sent.
-- What must hold: not a byte more than offered is written; words are safe to show.
local digest = require "host.digest"
local pipe = require "spec.fuzz.support.pipe"
local scp = require "moonwire.transfer.scp"
local words = require "spec.fuzz.support.words"

local function fetch(client)
  local one <close> = assert(scp.open(client, "-f", "x", 1))
  local offered, written = nil, 0
  local bytes = words.check(one:get {
    begin = function(size)
      offered = size
      return size < 1 << 20, "too long", "limit"
    end,
    write = function(block)
      written = written + #block
      return true
    end,
  })
  assert(written <= (offered or 0), "no more than offered")
  assert(not bytes or written == offered, "all of it, or a failure")
end

local function send(client)
  local one <close> = assert(scp.open(client, "-t", "x", 1))
  local text = ("x"):rep(70000)
  words.check(one:put {
    source = { size = #text, read = function(_, offset, count)
      return text:sub(offset + 1, offset + count)
    end },
    path = "flash:/x", mode = 420, digest = digest.new "md5", moved = function() end,
  })
end

return function(bytes)
  local client = pipe.client(bytes)
  fetch(client)
  send(client)
end
