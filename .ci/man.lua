--- man.lua FOLDER - write the manual pages of the subcommands there. Run by `make man`.
local cli = require "moonwire.cli"
local file = require "moonwire.report.file"
local manual = require "moonwire.cli.manual"

-- the hand-written page says when they were looked at last
local main = assert(io.open "host/moonwire.1")
local date = main:read("l"):match "^%.Dd (.+)$"
main:close()
for name, text in pairs(manual.pages(cli.subcommands(), date)) do
  assert(file.write(arg[1] .. "/" .. name, text))
end
