#ifndef MOONWIRE_CORE_SEAL_LUA_H
#define MOONWIRE_CORE_SEAL_LUA_H

#include <lua.h>

/* Add seal and open to the table on top of the stack. */
void seal_lua_register(lua_State *L);

#endif
