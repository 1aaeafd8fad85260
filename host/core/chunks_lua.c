/*
** chunks_lua.c - compiled modules, remembered in one state and loaded in others. What
** is loaded was compiled by this very program: nothing here comes from outside.
*/
#include "core/chunks.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define REMEMBERED "moonwire.chunks"

enum { FILES = 2 }; /* the place of Lua's own searcher of files */

struct chunk {
  char *name;
  struct bytes code;
};

struct chunks {
  size_t count;
  struct chunk list[];
};

/* ---- remembering ---- */

/* The function at 'index' is the module whose name is at 1. */
static void remember(lua_State *L, int index)
{
  luaL_getsubtable(L, LUA_REGISTRYINDEX, REMEMBERED);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, index);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* A searcher: what Lua's own finds. */
static int search_files(lua_State *L)
{
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_call(L, 1, 2);
  if (lua_isfunction(L, 2) && !lua_iscfunction(L, 2))
    remember(L, 2);
  return 2;
}

static void push_searchers(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  lua_remove(L, -2);
}

void chunks_install(lua_State *L)
{
  push_searchers(L);
  lua_rawgeti(L, -1, FILES);
  lua_pushcclosure(L, search_files, 1);
  lua_rawseti(L, -2, FILES);
  lua_pop(L, 1);
}

/* ---- taking ---- */

static int write_code(lua_State *L, const void *data, size_t length, void *code)
{
  (void)L;
  return !bytes_add(code, data, length);
}

static size_t count_remembered(lua_State *L)
{
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    count++;
  return count;
}

/* Of the name below the top: is it still there, and not to be loaded anew? */
static bool is_loaded(lua_State *L)
{
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, -3);
  lua_rawget(L, -2);
  bool is_there = lua_toboolean(L, -1);
  lua_pop(L, 2);
  return is_there;
}

/* The name is below the function, which is on top. */
static bool take_one(lua_State *L, struct chunks *chunks)
{
  if (!is_loaded(L))
    return true;
  struct chunk *chunk = &chunks->list[chunks->count++];
  chunk->name = strdup(lua_tostring(L, -2));
  return chunk->name != NULL && lua_dump(L, write_code, &chunk->code, 0) == 0;
}

static struct chunks *take_all(lua_State *L)
{
  size_t count = count_remembered(L);
  struct chunks *chunks = calloc(1, sizeof *chunks + count * sizeof(struct chunk));
  bool is_ok = chunks != NULL;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    is_ok = is_ok && take_one(L, chunks);
  if (is_ok)
    return chunks;
  chunks_free(chunks);
  return NULL;
}

struct chunks *chunks_take(lua_State *L)
{
  struct chunks *chunks = NULL;
  if (!lua_checkstack(L, 5))
    return NULL;
  if (lua_getfield(L, LUA_REGISTRYINDEX, REMEMBERED) == LUA_TTABLE)
    chunks = take_all(L);
  lua_pop(L, 1);
  return chunks;
}

void chunks_free(struct chunks *chunks)
{
  if (chunks == NULL)
    return;
  for (size_t i = 0; i < chunks->count; i++) {
    free(chunks->list[i].name);
    bytes_clear(&chunks->list[i].code);
  }
  free(chunks);
}

/* ---- offering ---- */

static const struct chunk *find(const struct chunks *chunks, const char *name)
{
  for (size_t i = 0; i < chunks->count; i++)
    if (strcmp(chunks->list[i].name, name) == 0)
      return &chunks->list[i];
  return NULL;
}

/* The file that the function on top was compiled from. */
static void push_file(lua_State *L)
{
  lua_Debug info;
  lua_pushvalue(L, -1);
  lua_getinfo(L, ">S", &info);
  lua_pushstring(L, info.source[0] == '@' ? info.source + 1 : info.source);
}

/* A searcher. */
static int search_chunks(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  const struct chunk *chunk = find(lua_touserdata(L, lua_upvalueindex(1)), name);
  if (chunk == NULL) {
    lua_pushfstring(L, "no module '%s' that is compiled", name);
    return 1;
  }
  const struct bytes *code = &chunk->code;
  if (luaL_loadbufferx(L, bytes_head(code), code->length, name, "b") != LUA_OK)
    return lua_error(L);
  remember(L, lua_gettop(L));
  push_file(L);
  return 2;
}

void chunks_offer(lua_State *L, struct chunks *chunks)
{
  if (chunks == NULL)
    return;
  push_searchers(L);
  for (lua_Unsigned i = lua_rawlen(L, -1); i >= FILES; i--) {
    lua_rawgeti(L, -1, (lua_Integer)i);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushlightuserdata(L, chunks); /* it is only read */
  lua_pushcclosure(L, search_chunks, 1);
  lua_rawseti(L, -2, FILES);
  lua_pop(L, 1);
}
