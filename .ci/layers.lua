--- The arrows of the house: who may include or require whom, and who may do what.
--   lua5.4 .ci/layers.lua            check them; exit status 1 when one points up
--   lua5.4 .ci/layers.lua map        print the house
--   lua5.4 .ci/layers.lua selftest   break every rule, and see that it is noticed
package.path = ".ci/?.lua;" .. package.path
local source = require "source"

-- Lowest first. A file uses lower layers, and its own layer in its own folder. The
-- first pattern that fits counts; a file is named without "host/" and its ending.
local C_LAYERS = {
  { "the base", "^core/error$", "^core/deadline$", "^core/secret$", "^core/vault$",
    "^core/seal$", "^core/bytes$", "^core/watch$", "^core/line$",
    "^core/scrub" },
  { "protocols, of either side", "^proto/" },
  { "engines, with no Lua in them", "^ssh/", "^lab/", "^term/", "^net/", "^pool/",
    "^http/", "^console/" },
  { "the host", "^core/host$", "^core/memory$", "^core/collector$", "^core/watchdog$" },
  { "the operation", "^core/op$" },
  { "the core's bindings", "^core/" },
  { "the shell and the socket, which other bindings open", "^term/shell_",
    "^net/socket_lua$" },
  { "bindings", "_lua$" },
  { "programs", "^main$", "^floor/", "^fuzz/" },
}
local ENGINES, SHELL, BINDINGS = 3, 7, 8

-- Lowest first. An area is a file or folder of lua/moonwire. It uses lower lines only.
local LUA_LAYERS = {
  { "task", "secret", "duration", "size", "log", "printable", "signals", "safe_name",
    "usage", "scratch", "set" },
  { "parse", "codec" },
  { "platform" },
  { "lab" }, -- before the inventory, which may ask for one
  { "ssh_config" },
  { "inventory" },
  { "transport" },
  { "transfer" },
  { "session" },
  { "verify" },
  { "fleet" },
  { "report" },
  { "replay" },
  { "journal" },
  { "testing" }, -- for the specs of users
  { "init" }, -- require "moonwire"
  { "warm" },
  { "serve" },
  { "ansible" },
  { "bench" },
  { "repl" },
  { "cli" },
}

-- What only some files may hold. `code` has neither comments nor strings.
local RESERVED = {
  {
    rule = "only host/ssh and host/lab include libssh, and the bare client",
    within = "^host/", pattern = "#include <libssh/",
    allowed = { "^host/ssh/", "^host/lab/", "^host/floor/" },
  },
  {
    rule = "only host/http includes libmicrohttpd",
    within = "^host/", pattern = "#include <microhttpd",
    allowed = { "^host/http/" },
  },
  {
    rule = "only op.c, coroutine_lua.c and watchdog.c yield",
    within = "^host/", code = "%f[%w_]lua_yieldk?%f[^%w_]",
    allowed = { "^host/core/op%.c$", "^host/core/coroutine_lua%.c$",
      "^host/core/watchdog%.c$" },
  },
  {
    rule = "only main.c prints",
    within = "^host/",
    code = { "%f[%w_]v?f?printf%s*%(", "%f[%w_]f?puts%s*%(", "%f[%w_]perror%s*%(" },
    allowed = { "^host/main%.c$", "^host/floor/", "^host/fuzz/" },
  },
  {
    rule = "only report, log and cli print",
    within = "^lua/",
    code = { "%f[%w_.:]print%s*[%(\"{%[]", "%f[%w_.:]io%.write%f[^%w_]",
      "%f[%w_.:]io%.stdout%f[^%w_]", "%f[%w_.:]io%.stderr%f[^%w_]" },
    allowed = { "^lua/moonwire/report[/.]", "^lua/moonwire/log[/.]",
      "^lua/moonwire/cli[/.]" },
  },
  {
    rule = "not this function: it knows no bounds",
    within = "^host/",
    code = { "%f[%w_]v?sprintf%s*%(", "%f[%w_]strcpy%s*%(", "%f[%w_]strcat%s*%(",
      "%f[%w_]alloca%s*%(", "%f[%w_]gets%s*%(" },
    allowed = {},
  },
}

local function c_rank(unit)
  for i = 2, #C_LAYERS[SHELL] do
    if unit:find(C_LAYERS[SHELL][i]) then
      return SHELL
    end
  end
  if unit:find "_lua$" and source.folder_of(unit) ~= "core" then
    return BINDINGS
  end
  for rank, layer in ipairs(C_LAYERS) do
    for i = 2, #layer do
      if unit:find(layer[i]) then
        return rank
      end
    end
  end
end

local function is_lower(unit, used)
  local rank, used_rank = c_rank(unit), c_rank(used)
  return used == unit or used_rank < rank
    or used_rank == rank and source.folder_of(used) == source.folder_of(unit)
end

local function check_ours(path, unit, used, complain)
  if not c_rank(used) then
    complain(path, ('includes "%s.h", which has no place'):format(used))
  elseif not is_lower(unit, used) then
    complain(path, ('includes "%s.h", which is not below'):format(used))
  end
end

local function has_lua(unit)
  return c_rank(unit) > ENGINES and not unit:find "^floor/"
end

local function is_lua_header(header)
  return header:find "^lua" or header:find "^lauxlib" or header:find "^luv/"
end

local function check_includes(path, text, complain)
  local unit = source.unit_of(path)
  if not c_rank(unit) then
    return complain(path, "has no place in C_LAYERS of .ci/layers.lua")
  end
  local ours, others = source.includes_of(text)
  for _, used in ipairs(ours) do
    check_ours(path, unit, used, complain)
  end
  for _, header in ipairs(others) do
    if is_lua_header(header) and not has_lua(unit) then
      complain(path, ("includes <%s>: there is no Lua in here"):format(header))
    end
  end
end

local function lua_rank(area)
  for rank, areas in ipairs(LUA_LAYERS) do
    for _, name in ipairs(areas) do
      if name == area then
        return rank
      end
    end
  end
end

local function area_of(path)
  return path:match "^lua/moonwire/([^/.]+)"
end

--- The area of a required module: nil when it is not ours, "" when it can be any.
local function area_required(required)
  if required.name == "moonwire" then
    return "init"
  elseif required.is_open and required.name == "moonwire." then
    return ""
  end
  return required.name:match "^moonwire%.([%w_]+)"
end

local function check_required(path, area, used, complain)
  local rank, used_rank = lua_rank(area), lua_rank(used)
  if used == "" then
    if area ~= "init" then
      complain(path, "requires whatever it is told: only init.lua does that")
    end
  elseif not used_rank then
    complain(path, ("requires moonwire.%s, which has no place"):format(used))
  elseif used_rank >= rank then
    complain(path, ("requires moonwire.%s, which is not below"):format(used))
  end
end

local function check_requires(path, text, complain)
  local area = area_of(path)
  if not lua_rank(area) then
    return complain(path, "has no place in LUA_LAYERS of .ci/layers.lua")
  end
  for _, required in ipairs(source.requires_of(text)) do
    local used = area_required(required)
    if used and used ~= area then
      check_required(path, area, used, complain)
    end
  end
end

local function matches_any(text, patterns)
  for _, pattern in ipairs(type(patterns) == "table" and patterns or { patterns }) do
    if text:find(pattern) then
      return true
    end
  end
  return false
end

local function check_reserved(path, text, complain)
  local code = source.code_of(path, text)
  for _, r in ipairs(RESERVED) do
    local is_bound = path:find(r.within) and not matches_any(path, r.allowed)
    if is_bound and (matches_any(code, r.code) or matches_any(text, r.pattern)) then
      complain(path, r.rule)
    end
  end
end

local function check_file(path, text, complain)
  if path:find "^host/.*%.[ch]$" then
    check_includes(path, text, complain)
  elseif path:find "^lua/moonwire/" then
    check_requires(path, text, complain)
  end
  check_reserved(path, text, complain)
end

local function check()
  local count = 0
  for _, path in ipairs(source.files()) do
    check_file(path, source.read(path), function(where, message)
      count = count + 1
      print(where .. ": " .. message)
    end)
  end
  return count == 0
end

-- Each breaks one rule, or comes close to it; what stands third is part of the
-- complaint, false when none is due.
local BROKEN = {
  { "host/core/error.c", '#include "core/host.h"', "not below" },
  { "host/core/host.c", '#include "core/op.h"', "not below" },
  { "host/core/host.c", '#include "core/deadline.h"\n#include <lua.h>', false },
  { "host/ssh/client.c", '#include "core/host.h"', "not below" },
  { "host/ssh/client.c", '#include "term/screen.h"', "not below" },
  { "host/ssh/client.c", '#include "ssh/client_lua.h"', "not below" },
  { "host/ssh/client.c", '#include "ssh/stream.h"\n#include <libssh/libssh.h>', false },
  { "host/ssh/client.c", "#include <lua.h>", "no Lua" },
  { "host/ssh/client_lua.c", '#include "ssh/client.h"\n#include "core/op.h"', false },
  { "host/ssh/client_lua.c", '#include "core/secret_lua.h"', false },
  { "host/ssh/open_lua.c", '#include "term/shell_lua.h"', false },
  { "host/term/shell_lua.c", '#include "ssh/client_lua.h"', "not below" },
  { "host/ssh/through_lua.c", '#include "net/socket_lua.h"', false },
  { "host/net/socket_lua.c", '#include "ssh/client_lua.h"', "not below" },
  { "host/net/fdline.c", '#include "proto/telnet.h"', false },
  { "host/proto/telnet.c", '#include "net/fdline.h"', "not below" },
  { "host/core/secret_lua.c", '#include "ssh/client_lua.h"', "not below" },
  { "host/term/screen.c", "#include <luv/luv.h>", "no Lua" },
  { "host/term/screen.c", "#include <libssh/libssh.h>", "libssh" },
  { "host/net/luv_lua.c", "#include <microhttpd.h>", "libmicrohttpd" },
  { "host/floor/floor.c", "#include <lauxlib.h>", "no Lua" },
  { "host/attic/x.c", "", "no place" },
  { "host/main.c", '#include "attic/x.h"', "no place" },
  { "host/net/luv_lua.c", "return lua_yieldk(L, 0, 0, f);", "yield" },
  { "host/net/luv_lua.c", "return lua_yield(L, 0);", "yield" },
  { "host/net/luv_lua.c", "/* lua_yield( */ lua_isyieldable(L);", false },
  { "host/net/luv_lua.c", 'puts("x");', "prints" },
  { "host/net/luv_lua.c", 'snprintf(b, n, "printf(");', false },
  { "host/net/luv_lua.c", "fprintf (stderr, x);", "prints" },
  { "host/main.c", 'printf("x");', false },
  { "host/main.c", "sprintf(a, b);", "bounds" },
  { "host/main.c", "strcpy (a, b); xstrcat(a);", "bounds" },
  { "lua/moonwire/task.lua", 'require "moonwire.session"', "not below" },
  { "lua/moonwire/platform/init.lua", 'require("moonwire.inventory")', "not below" },
  { "lua/moonwire/inventory/init.lua", 'require "moonwire.platform"', false },
  { "lua/moonwire/platform/init.lua", 'require("moonwire.platform." .. name)', false },
  { "lua/moonwire/session/init.lua", 'require("moonwire." .. name)', "told" },
  { "lua/moonwire/session/init.lua", 'require "moonwire"', "not below" },
  { "lua/moonwire/session/init.lua", 'local x = require "moonwire.task"', false },
  { "lua/moonwire/session/init.lua", '  -- require "moonwire.cli"', false },
  { "lua/moonwire/lab/init.lua", 'require "moonwire.session"', "not below" },
  { "lua/moonwire/lab/init.lua", 'require "moonwire.platform"', false },
  { "lua/moonwire/attic.lua", "", "no place" },
  { "lua/moonwire/task.lua", 'require "moonwire.attic"', "no place" },
  { "lua/moonwire/task.lua", "print(1)", "print" },
  { "lua/moonwire/task.lua", 'print "x"', "print" },
  { "lua/moonwire/task.lua", 'io.stderr:write "x"', "print" },
  { "lua/moonwire/task.lua", 'report.print(run) -- print(1)\nx = "print(1)"', false },
  { "lua/moonwire/task.lua", "local HELP = [[\nprint(1)\n]]", false },
  { "lua/moonwire/cli/init.lua", 'print "x"', false },
}

local function selftest()
  local is_good = true
  for _, case in ipairs(BROKEN) do
    local path, text, expected = table.unpack(case)
    local said = {}
    check_file(path, text, function(_, message)
      said[#said + 1] = message
    end)
    local complaint = table.concat(said, "; ")
    local is_right = expected and complaint:find(expected, 1, true)
      or not expected and complaint == ""
    if not is_right then
      is_good = false
      print(("selftest: %s with %q: said %q"):format(path, text, complaint))
    end
  end
  return is_good
end

local ACTIONS = {
  map = function()
    require("map").print()
    return true
  end,
  selftest = selftest,
}
os.exit((ACTIONS[arg[1]] or check)())
