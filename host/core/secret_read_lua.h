#ifndef MOONWIRE_CORE_SECRET_READ_LUA_H
#define MOONWIRE_CORE_SECRET_READ_LUA_H

#include <lua.h>

/* Add from_env, from_fd, from_file and hide_echo to the table on top of the stack. */
void secret_read_lua_register(lua_State *L);

#endif
