--- The inventory that a server works on. It may be read again while runs use the old
-- one, which is closed by the last that lets go of it; one that is wrong is not taken.
-- @module moonwire.serve.stock
local inventory = require "moonwire.inventory"
local task = require "moonwire.task"

local stock = {}

local Stock = { __name = "moonwire.serve.Stock" }
Stock.__index = Stock

local function load(options)
  local loaded, message, kind = inventory.load(options.inventory,
    options.inventory_options)
  if not loaded then
    return nil, message, kind
  end
  return { inventory = loaded, users = 0 }
end

--- Read an inventory.
-- @tparam table options as for `serve.run`: `inventory`, `inventory_options`,
-- `on_reload`
-- @treturn[1] Stock with `inventory`, the current one
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function stock.open(options)
  local holder, message, kind = load(options)
  if not holder then
    return nil, message, kind
  end
  return setmetatable({
    options = options, holder = holder, inventory = holder.inventory,
  }, Stock)
end

--- Take the inventory for a run.
-- @treturn table holder: `inventory`
function Stock:hold()
  self.holder.users = self.holder.users + 1
  return self.holder
end

--- Let go of an inventory; when it is not the current one, the last closes it.
-- @tparam table holder
function Stock:let_go(holder)
  holder.users = holder.users - 1
  if holder.users == 0 and holder ~= self.holder then
    holder.inventory:close()
  end
end

--- Read the inventory again. When it is wrong, the old one stays.
-- @treturn[1] int how many devices it has
-- @return[2] nil
-- @treturn[2] string message
function Stock:reload()
  local fresh, message = load(self.options)
  if not fresh then
    return nil, message
  end
  local old = self:hold()
  self.holder, self.inventory = fresh, fresh.inventory
  self:let_go(old)
  return #fresh.inventory.devices
end

--- Let the task of `reload_on_demand` read it again. May be called from outside of
-- tasks.
function Stock:ask_reload()
  self.wants_reload = true
  if self.wake then
    self.wake()
  end
end

--- Read it again whenever it is asked for: a task that never ends.
function Stock:reload_on_demand()
  while true do
    if not self.wants_reload then
      task.await(function(done)
        self.wake = done
      end)
    end
    self.wants_reload = false
    local devices, message = self:reload()
    if self.options.on_reload then
      self.options.on_reload(devices, message)
    end
  end
end

--- Close the current one.
function Stock:close()
  self.inventory:close()
end

return stock
