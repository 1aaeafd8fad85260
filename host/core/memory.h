#ifndef MOONWIRE_CORE_MEMORY_H
#define MOONWIRE_CORE_MEMORY_H

#include <lua.h>

/* A Lua state, of which this thread alone takes memory. NULL: there is none. */
lua_State *memory_new_state(void);

#endif
