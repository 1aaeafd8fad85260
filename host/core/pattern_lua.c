/***
Functions of patterns that look at the cost first. What a pattern may cost, and what to
do with one that costs too much, is up to `moonwire.parse.bounded`.
@module host.pattern
*/
#include <lauxlib.h>

#include "core/host.h"
#include "core/library.h"

enum { ORIGINAL = 1, LIMITS, SLOW, IS_FIND }; /* upvalues */

enum { SHORT = 32 }; /* bytes of a subject for which no pattern costs much */

static bool is_cheap(lua_State *L)
{
  const struct task *task = host_of(L)->current;
  if (task == NULL || task->bound_looks == 0 || lua_type(L, 1) != LUA_TSTRING ||
      lua_type(L, 2) != LUA_TSTRING || lua_rawlen(L, 1) <= SHORT)
    return true;
  if (lua_toboolean(L, lua_upvalueindex(IS_FIND)) && lua_toboolean(L, 4))
    return true; /* no pattern at all */
  lua_pushvalue(L, 2);
  lua_rawget(L, lua_upvalueindex(LIMITS));
  lua_Integer limit = lua_tointeger(L, -1); /* 0 when it is not known */
  lua_pop(L, 1);
  return (lua_Integer)lua_rawlen(L, 1) <= limit;
}

static int guarded(lua_State *L)
{
  lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(ORIGINAL));
  if (is_cheap(L))
    return original(L);
  lua_pushvalue(L, lua_upvalueindex(SLOW));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

/***
Wrap a function whose arguments are a subject, a pattern and more.
@function wrap
@tparam function original one of C, without upvalues
@tparam table limits by pattern: the length of subjects up to which `original` is called
@tparam function slow called for those that are longer, or whose pattern is not there
@bool is_find whether a fourth argument says that the pattern is none
@treturn function the original, outside of `host.task.within`
*/
static int pattern_lua_wrap(lua_State *L)
{
  luaL_argcheck(L, lua_iscfunction(L, 1), 1, "no C function");
  luaL_argcheck(L, lua_getupvalue(L, 1, 1) == NULL, 1, "has upvalues");
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TFUNCTION);
  luaL_checktype(L, 4, LUA_TBOOLEAN);
  lua_settop(L, 4);
  lua_pushcclosure(L, guarded, 4);
  return 1;
}

int luaopen_host_pattern(lua_State *L)
{
  static const luaL_Reg functions[] = {{"wrap", pattern_lua_wrap}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
