#ifndef MOONWIRE_TERM_SHELL_TAPE_LUA_H
#define MOONWIRE_TERM_SHELL_TAPE_LUA_H

#include <lua.h>

#include "term/tape.h"

/* The tape at 'index'; raises when it is none, or closed. */
struct tape *shell_tape_check(lua_State *L, int index);

#endif
