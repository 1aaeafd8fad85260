/*
** tree_lua.c - what a parser reads, as Lua tables. An empty list stays a list and an
** empty map a map: their metatables say which they are. No key is there twice.
*/
#include "decode/tree_lua.h"

#include <lauxlib.h>

#define HINT_LIMIT      32 /* larger ones grow by themselves */
#define STACK_PER_LEVEL 4  /* a container, its key, and what is pushed meanwhile */

bool tree_open(struct tree *tree, bool is_map)
{
  if (tree->depth == TREE_DEEPEST)
    return false;
  luaL_checkstack(tree->L, STACK_PER_LEVEL + LUA_MINSTACK, NULL);
  int depth = ++tree->depth;
  tree->levels[depth] = (struct tree_level){.is_map = is_map};
  int hint = tree->hints[depth] <= HINT_LIMIT ? tree->hints[depth] : 0;
  lua_createtable(tree->L, is_map ? 0 : hint, is_map ? hint : 0);
  lua_pushvalue(tree->L, is_map ? tree->objects : tree->arrays);
  lua_setmetatable(tree->L, -2);
  return true;
}

bool tree_key(struct tree *tree, const char *key, size_t length)
{
  lua_pushlstring(tree->L, key, length);
  lua_pushvalue(tree->L, -1);
  bool is_new = lua_rawget(tree->L, -3) == LUA_TNIL;
  lua_pop(tree->L, 1);
  return is_new;
}

void tree_value(struct tree *tree)
{
  if (tree->depth == 0)
    return;
  struct tree_level *level = &tree->levels[tree->depth];
  level->count++;
  if (level->is_map)
    lua_rawset(tree->L, -3);
  else
    lua_rawseti(tree->L, -2, level->count);
}

void tree_close(struct tree *tree)
{
  tree->hints[tree->depth] = tree->levels[tree->depth].count;
  tree->depth--;
}
