/***
Plain Lua values as bytes: what may cross between threads, and what is wrong with what
may not.
@module host.wire
*/
#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/library.h"
#include "core/op.h"
#include "core/secret_lua.h"
#include "core/wire.h"

#define WIRE_NAME "moonwire.wire"

/* A wire that the collector drops when an error passes it by. */
static struct wire *new_wire(lua_State *L)
{
  struct wire *wire = lua_newuserdatauv(L, sizeof *wire, 0);
  memset(wire, 0, sizeof *wire);
  luaL_setmetatable(L, WIRE_NAME);
  return wire;
}

static int wire_gc(lua_State *L)
{
  wire_drop(luaL_checkudata(L, 1, WIRE_NAME));
  return 0;
}

/***
Whether a value can cross between threads.
@function check
@param value
@treturn[1] boolean true
@return[2] nil
@treturn[2] string what cannot: "a function", "a table with a metatable", …
@treturn[2] string where in the value: ".devices[3].callback"; "" for the value itself
*/
static int wire_lua_check(lua_State *L)
{
  struct wire_refusal refusal;
  luaL_checkany(L, 1);
  if (wire_check(L, 1, &refusal)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, refusal.what);
  lua_pushstring(L, refusal.path);
  return 3;
}

/***
Pack a plain value into a string, for this program on this machine. Raises when the
value is not plain; a secret is not either, since bytes in Lua are no place for it.
@function pack
@param value
@int[opt] limit bytes at most; 256 MiB
@treturn[1] string
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local" when there is no memory for it
*/
static int wire_lua_pack(lua_State *L)
{
  luaL_checkany(L, 1);
  lua_Integer limit = luaL_optinteger(L, 2, WIRE_LIMIT);
  luaL_argcheck(L, limit >= 1 && limit <= INT32_MAX, 2, "out of range");
  struct wire *wire = new_wire(L);
  enum wire_packed packed = wire_pack(L, 1, (size_t)limit, wire);
  if (packed == WIRE_NO_MEMORY)
    return op_fail(L, ERROR_LOCAL, lua_tostring(L, -1));
  if (packed == WIRE_REFUSED)
    return luaL_argerror(L, 1, lua_tostring(L, -1));
  luaL_argcheck(L, wire->secret_count == 0, 1, "a secret cannot become a string");
  lua_pushlstring(L, wire->bytes, wire->length);
  return 1;
}

/***
The value that `pack` made bytes of.
@function unpack
@string bytes
@return[1] the value
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "protocol" when the bytes are damaged
*/
static int wire_lua_unpack(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  struct wire *wire = new_wire(L);
  wire->bytes = malloc(length > 0 ? length : 1); /* no more: an overrun shows */
  if (wire->bytes == NULL)
    return luaL_error(L, "not enough memory");
  memcpy(wire->bytes, bytes, length);
  wire->length = length;
  if (wire_unpack(L, wire))
    return 1;
  return op_fail(L, ERROR_PROTOCOL, lua_tostring(L, -1));
}

static const luaL_Reg functions[] = {
    {"check", wire_lua_check},
    {"pack", wire_lua_pack},
    {"unpack", wire_lua_unpack},
    {NULL, NULL},
};

int luaopen_host_wire(lua_State *L)
{
  luaL_newmetatable(L, WIRE_NAME);
  lua_pushcfunction(L, wire_gc);
  lua_setfield(L, -2, "__gc");
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  return 1;
}
