#ifndef MOONWIRE_TERM_TERM_LUA_H
#define MOONWIRE_TERM_TERM_LUA_H

#include <lauxlib.h>
#include <lua.h>

#include "term/screen.h"

/* What the classes of host.term have in common. */

/* Columns at this index, or the usual ones. Raises when no terminal is like that. */
unsigned term_check_width(lua_State *L, int index);

/* A number of bytes at this index. Raises when it is negative. */
size_t term_check_size(lua_State *L, int index);

/* True, or nil, message, kind when there was no memory. */
int term_push_fed(lua_State *L, bool has_memory);

void term_push_text(lua_State *L, struct screen *screen);
void term_push_tail(lua_State *L, struct screen *screen);

/* Two integers: 'work', and the heap that the screen holds. */
int term_push_work(lua_State *L, uint64_t work, const struct screen *screen);

/* Make a metatable that is its own __index. */
void term_new_class(lua_State *L, const char *name, const luaL_Reg *methods);

/* expect_lua.c: the class, and the function of host.term that makes one. */
void expect_lua_open(lua_State *L);
int expect_lua_new(lua_State *L);

#endif
