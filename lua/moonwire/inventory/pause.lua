--- Reading without the garbage collector: what is read is kept, so there is next to
-- nothing to collect, and looking for it costs a quarter of the time.
-- @module moonwire.inventory.pause

local Restart = {
  __close = function()
    collectgarbage "restart"
  end,
}

--- Call a function that does not wait, and let the collector rest meanwhile.
-- @tparam function fn
-- @param ... for it
-- @return what it returns
return function(fn, ...)
  if not collectgarbage "isrunning" then
    return fn(...)
  end
  local guard <close> = setmetatable({}, Restart) -- luacheck: ignore 211
  collectgarbage "stop"
  return fn(...)
end
