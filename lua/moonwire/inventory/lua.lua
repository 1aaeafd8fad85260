--- Inventories in Lua: data with loops and names, and not a program.
-- The file runs with nothing around it: no files, no modules, no globals, only harmless
-- methods of strings, and not for ever. It gives a table.
-- @module moonwire.inventory.lua
local WORK = 50 * 1000 * 1000 -- instructions
local LOOK_EVERY = 1000 -- instructions
local MEMORY = 128 * 1024 -- kilobytes more than before

-- no rep, find, match or gsub: one call of theirs can take all the memory or forever
local STRING_METHODS = {
  byte = string.byte,
  format = string.format,
  len = string.len,
  lower = string.lower,
  reverse = string.reverse,
  sub = string.sub,
  upper = string.upper,
}

-- An error text of Lua can quote the file, and the file can hold passwords.
local function without_quotes(message)
  local text = tostring(message)
  text = text:gsub(" near .*$", ""):gsub("%s*%(constant .*$", "")
  return text
end

local function set_limits(thread)
  local spent, before = 0, collectgarbage "count"
  debug.sethook(thread, function()
    spent = spent + LOOK_EVERY
    if spent > WORK then
      error("it takes too long: is there a loop without an end?", 0)
    elseif collectgarbage "count" - before > MEMORY then
      error("it takes too much memory", 0)
    end
  end, "", LOOK_EVERY)
end

local Restore = {
  __close = function(self)
    getmetatable("").__index = self.index
  end,
}

-- Nothing else runs meanwhile: the file cannot wait.
local function run(chunk)
  local meta = getmetatable ""
  -- luacheck: ignore 211
  local restore <close> = setmetatable({ index = meta.__index }, Restore)
  meta.__index = STRING_METHODS
  local thread = coroutine.create(chunk)
  set_limits(thread)
  return coroutine.resume(thread)
end

--- Run the text of a Lua inventory.
-- @string text source, never a binary chunk
-- @string path for messages
-- @treturn[1] table what it returned
-- @return[2] nil
-- @treturn[2] string message, with nothing of the text in it
-- @treturn[2] string kind: "invalid"
return function(text, path)
  local source = text:gsub("^#[^\n]*", "")
  local chunk, message = load(source, "=" .. path, "t", {})
  if not chunk then
    return nil, without_quotes(message), "invalid"
  end
  local ok, result = run(chunk)
  if not ok then
    return nil, without_quotes(result), "invalid"
  end
  return result
end
