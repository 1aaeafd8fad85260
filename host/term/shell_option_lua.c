/*
** shell_option_lua.c - how a shell is to be opened: the table that its makers take.
*/
#include <lauxlib.h>

#include "term/shell_lua.h"

enum { DEFAULT_LIMIT = 64 << 20 };

static int integer_field(lua_State *L, int index, const char *name, int otherwise)
{
  lua_getfield(L, index, name);
  lua_Integer value = luaL_optinteger(L, -1, otherwise);
  lua_pop(L, 1);
  luaL_argcheck(L, value > 0 && value <= 1 << 30, index, name);
  return (int)value;
}

void shell_lua_options(lua_State *L, int index, struct shell_options *options)
{
  luaL_checktype(L, index, LUA_TTABLE);
  options->width = integer_field(L, index, "width", 511);
  options->height = integer_field(L, index, "height", 1000);
  options->limit = integer_field(L, index, "limit", DEFAULT_LIMIT);
  lua_getfield(L, index, "timeout");
  options->timeout = luaL_optnumber(L, -1, 15);
  lua_getfield(L, index, "lazy");
  options->is_lazy = lua_toboolean(L, -1) != 0;
  lua_pop(L, 2);
  lua_getfield(L, index, "tape"); /* these two stay: they must live */
  options->tape = lua_isnil(L, -1) ? 0 : lua_gettop(L);
  lua_getfield(L, index, "term");
  options->term = luaL_optstring(L, -1, "vt100");
}
