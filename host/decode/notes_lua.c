/*
** notes_lua.c - what is to be remembered of the containers of a YAML text, until it is
** composed, or for whoever reads the result.
*/
#include "decode/notes_lua.h"

void notes_set(lua_State *L, int table, int container)
{
  lua_pushvalue(L, container);
  lua_insert(L, -2);
  lua_rawset(L, table);
}

int notes_get(lua_State *L, int table, int container)
{
  lua_pushvalue(L, container);
  return lua_rawget(L, table);
}

void notes_append(lua_State *L, int table, int container)
{
  if (notes_get(L, table, container) == LUA_TNIL) {
    lua_newtable(L);
    lua_copy(L, -1, -2);
    notes_set(L, table, container);
  }
  lua_insert(L, -2);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 1);
}

void notes_line(lua_State *L, int container, lua_Integer line)
{
  if (!lua_istable(L, LINES))
    return;
  int key = lua_gettop(L);
  notes_get(L, LINES, container);
  lua_pushvalue(L, key);
  lua_pushinteger(L, line);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

void notes_anchor(lua_State *L, lua_Integer size)
{
  int container = lua_gettop(L);
  notes_get(L, NAMES, container);
  lua_pushvalue(L, container);
  lua_rawset(L, ANCHORS);
  lua_pushinteger(L, size);
  notes_set(L, SIZES, container);
}

lua_Integer notes_size(lua_State *L)
{
  notes_get(L, SIZES, lua_gettop(L));
  lua_Integer size = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 1;
  lua_pop(L, 1);
  return size;
}
