#ifndef MOONWIRE_DECODE_NOTES_LUA_H
#define MOONWIRE_DECODE_NOTES_LUA_H

#include <lua.h>

/*
** Where things are on the stack while YAML is composed: the arguments, and then tables
** about containers. ORDER, ANCHORS, SIZES, NAMES and MERGES are their keys as they
** stand; what aliases mean; how many values that is; the anchor of one that is not over
** yet; what merges into it at its end. WORDS are short ones and what they are.
*/
enum {
  SOURCE = 1,
  NULL_VALUE,
  OBJECTS,
  ARRAYS,
  RESOLVE,
  MERGE,
  LINES,
  ORDER,
  ANCHORS,
  SIZES,
  NAMES,
  MERGES,
  WORDS,
  BOX
};

/* table[container] = the value on top, which goes; the container is a place, too */
void notes_set(lua_State *L, int table, int container);

/* Push table[container]; its type. */
int notes_get(lua_State *L, int table, int container);

/* The value on top goes to the end of the list table[container], made when needed. */
void notes_append(lua_State *L, int table, int container);

/* lines[container][key] = line, for the key on top, where lines are wanted. */
void notes_line(lua_State *L, int container, lua_Integer line);

/* The container on top has an anchor: aliases may mean it from here on. */
void notes_anchor(lua_State *L, lua_Integer size);

/* How many values the value on top is, aliases written out. */
lua_Integer notes_size(lua_State *L);

#endif
