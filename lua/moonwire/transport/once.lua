--- What is made once, however many tasks ask for it at the same time.
-- @module moonwire.transport.once
local task = require "moonwire.task"

local Once = { __name = "moonwire.Once" }
Once.__index = Once

local once = {}

--- A store of things that are made when they are first asked for.
-- @tparam function make called with the key and the other arguments of `get`; gives the
-- thing or `nil, message, kind`, and may wait. A failure is not kept.
-- @treturn Once
function once.new(make)
  return setmetatable({ make = make, things = {}, makers = {} }, Once)
end

local function make(self, key, ...)
  local thing, message, kind = self.make(key, ...)
  self.things[key] = thing
  return thing, message, kind
end

--- The thing of a key, made by this task or by the one that is at it.
-- @param key
-- @param ... further arguments for `make`
-- @return[1] the thing
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Once:get(key, ...)
  if self.things[key] ~= nil then
    return self.things[key]
  end
  local turn = self.makers[key] or task.semaphore(1)
  self.makers[key] = turn
  turn:acquire()
  local results
  if self.things[key] ~= nil then
    results = { true, self.things[key] }
  else
    results = table.pack(pcall(make, self, key, ...))
  end
  turn:release()
  if not results[1] then
    error(results[2], 0)
  end
  return results[2], results[3], results[4]
end

--- Have a thing that was made elsewhere, where there is none yet.
function Once:put(key, thing)
  if self.things[key] == nil then
    self.things[key] = thing
  end
end

--- Make it anew when it is asked for again.
function Once:forget(key)
  self.things[key] = nil
end

return once
