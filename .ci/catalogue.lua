--- Every fault of the catalogue has one row in spec/README.md, with specs that are
-- there and mention it, or with the reason why not. Run by `make lint-catalogue`.
local catalogue = require "spec.torture.catalogue"

local complaints = catalogue.check()
for _, complaint in ipairs(complaints) do
  print(complaint)
end
return #complaints == 0
