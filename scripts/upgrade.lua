#!/usr/bin/env moonwire
--- Put an image on every device, all at once, and verify it.
--
-- Room is looked for before the first byte, and the device computes the checksum of
-- what it has kept. Nothing is restarted. A device that has no room, or that has kept a
-- wrong bit, says so in a line of its own, and the others never notice.
--
--   scripts/upgrade.lua                                  four simulated switches
--   scripts/upgrade.lua IMAGE flash:NAME [INVENTORY]     your own
local moonwire = require "moonwire"

if arg[1] == "--help" then
  print "usage: scripts/upgrade.lua [IMAGE flash:NAME [INVENTORY]]"
  return 0
end

-- Of four simulated switches one has no room, and one keeps what it is sent wrong.
local LAB = {
  devices = 4,
  faults = {
    { name = "flash_full", device = 2 }, { name = "flash_corrupt", device = 4 },
  },
}

-- A stand-in for an image, which is gone when the script ends.
local Sample = {}
Sample.__close = function(self)
  os.remove(self.path)
end

local function sample_image()
  local self = setmetatable({ path = os.tmpname() }, Sample)
  local file = assert(io.open(self.path, "wb"))
  for block = 1, 64 do
    file:write(string.pack(">I8", block):rep(4096))
  end
  file:close()
  return self
end

local sample <close> = not arg[1] and sample_image() or nil
local image = arg[1] or sample.path
local name = arg[2] or "flash:image.bin"
local inventory = arg[3] or (arg[1] and "inventory/lab.lua") or { lab = LAB }
local devices <close> = assert(moonwire.inventory.load(inventory))

local run = moonwire.fleet.run(devices, {
  job = function(session)
    return session:put(image, name)
  end,
})

local function words_for(result)
  if not result.ok then
    return ("%s (%s)"):format(result.message, result.kind)
  end
  local sent = result.value
  return ("%s: %d bytes by %s, %s %s, verified by: %s"):format(
    result.device, sent.bytes, sent.method, sent.checksum.algorithm,
    sent.checksum.value, sent.checksum.verified
  )
end

for _, result in ipairs(run.results) do
  print(words_for(result))
end
return run.ok
