/*
** output_lua.c - what Lua writes in one call stays in one piece. Lua's own functions
** write argument by argument, and a thread with a state of its own that prints at the
** same time gets in between. Nothing is buffered here, and nothing is kept.
*/
#include "core/library.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>

/* Strings at so many indices of the stack, from 'first' on. Nothing here may raise. */
static bool write_all(lua_State *L, FILE *file, int first, int last,
                      const char *between, const char *end)
{
  bool is_ok = true;
  flockfile(file);
  for (int i = first; i <= last; i++) {
    size_t length;
    const char *text = lua_tolstring(L, i, &length);
    is_ok &= fwrite_unlocked(text, 1, length, file) == length;
    is_ok &= fputs_unlocked(i < last ? between : end, file) != EOF;
  }
  if (first > last)
    is_ok &= fputs_unlocked(end, file) != EOF;
  funlockfile(file);
  return is_ok;
}

static int print(lua_State *L)
{
  int last = lua_gettop(L);
  luaL_checkstack(L, 2, NULL);
  for (int i = 1; i <= last; i++) {
    luaL_tolstring(L, i, NULL);
    lua_replace(L, i);
  }
  write_all(L, stdout, 1, last, "\t", "\n");
  fflush(stdout);
  return 0;
}

/* As a string before anything is locked: that takes memory. As Lua writes numbers. */
static void check_string(lua_State *L, int index)
{
  char text[64];
  if (lua_type(L, index) != LUA_TNUMBER || lua_isinteger(L, index)) {
    luaL_checklstring(L, index, NULL);
    return;
  }
  snprintf(text, sizeof text, LUA_NUMBER_FMT, lua_tonumber(L, index));
  lua_pushstring(L, text);
  lua_replace(L, index);
}

/* What stands from 'first' to 'last' into the file at 'file', which is the result. */
static int write_to(lua_State *L, int file, int first, int last)
{
  luaL_Stream *stream = luaL_checkudata(L, file, LUA_FILEHANDLE);
  if (stream->closef == NULL)
    return luaL_error(L, "attempt to use a closed file");
  for (int i = first; i <= last; i++)
    check_string(L, i);
  if (!write_all(L, stream->f, first, last, "", ""))
    return luaL_fileresult(L, 0, NULL);
  lua_pushvalue(L, file);
  return 1;
}

static int write_method(lua_State *L)
{
  return write_to(L, 1, 2, lua_gettop(L));
}

/* To the file that io.output() tells. */
static int write_default(lua_State *L)
{
  int last = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_call(L, 0, 1);
  return write_to(L, last + 1, 1, last);
}

void output_install(lua_State *L)
{
  lua_register(L, "print", print);
  lua_getglobal(L, "io");
  lua_getfield(L, -1, "output");
  lua_pushcclosure(L, write_default, 1);
  lua_setfield(L, -2, "write");
  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_getfield(L, -1, "__index");
  lua_pushcfunction(L, write_method);
  lua_setfield(L, -2, "write");
  lua_pop(L, 3);
}
