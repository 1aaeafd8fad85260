--- Which route a path means. A path is compared as it was written: nothing in it is
-- decoded, so "%2e%2e" and "//" lead nowhere.
-- @module moonwire.serve.router
local router = {}

local Router = { __name = "moonwire.serve.Router" }
Router.__index = Router

local PARAMETER = "[%w_-]+"
local LONGEST = 64 -- of a parameter

local function pattern_of(path)
  local names = {}
  local pattern = path:gsub("[%-%.]", "%%%0"):gsub("{(%w+)}", function(name)
    names[#names + 1] = name
    return "(" .. PARAMETER .. ")"
  end)
  return "^" .. pattern .. "$", names
end

-- The routes of a path by method, to which one more is added.
local function methods_at(self, path)
  local pattern, names = pattern_of(path)
  if #names == 0 then
    self.exact[path] = self.exact[path] or {}
    return self.exact[path]
  end
  for _, entry in ipairs(self.patterns) do
    if entry.pattern == pattern then
      return entry.methods
    end
  end
  local entry = { pattern = pattern, names = names, methods = {} }
  table.insert(self.patterns, entry)
  return entry.methods
end

--- A router of a route table.
-- @tparam {table,...} routes each with `method` and `path`, which may have `{name}`s
-- @treturn Router
function router.new(routes)
  local self = setmetatable({ exact = {}, patterns = {} }, Router)
  for _, route in ipairs(routes) do
    methods_at(self, route.path)[route.method] = route
  end
  return self
end

local function find(self, path)
  if self.exact[path] then
    return self.exact[path], {}
  end
  for _, entry in ipairs(self.patterns) do
    local found = table.pack(path:match(entry.pattern))
    if found[1] then
      local params = {}
      for i, name in ipairs(entry.names) do
        if #found[i] > LONGEST then
          return nil
        end
        params[name] = found[i]
      end
      return entry.methods, params
    end
  end
end

local function allowed(methods)
  local names = {}
  for name in pairs(methods) do
    names[#names + 1] = name
    if name == "GET" then
      names[#names + 1] = "HEAD"
    end
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- Find a route.
-- @string method
-- @string path
-- @return[1] the route
-- @treturn[1] table values of the path's `{name}`s
-- @return[2] nil
-- @treturn[2] string|nil methods that the path has; nil: there is no such path
function Router:find(method, path)
  local methods, params = find(self, path)
  if not methods then
    return nil
  end
  local route = methods[method == "HEAD" and "GET" or method]
  if not route then
    return nil, allowed(methods)
  end
  return route, params
end

return router
