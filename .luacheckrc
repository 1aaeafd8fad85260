-- luacheck 1.1 runs on Lua 5.1 but reads 5.4.
std = "lua54"
max_line_length = 88
max_cyclomatic_complexity = 10
self = false -- a method need not use its object
include_files = {
  "lua/**/*.lua", "scripts/**/*.lua", "inventory/*.lua", "spec/**/*.lua", ".ci/*.lua",
  ".luacheckrc", ".busted",
}
files["spec"] = { std = "+busted" }
files["scripts/*_spec.lua"] = { std = "+busted" }
-- a script gets an `arg` of its own
files["lua/moonwire/cli/script.lua"] = { globals = { "arg" } }
