#ifndef MOONWIRE_NET_LINE_LUA_H
#define MOONWIRE_NET_LINE_LUA_H

#include <lua.h>

/* Sockets of this machine (local_lua.c), as functions of host.line. */
void local_lua_register(lua_State *L);
int local_lua_listen(lua_State *L);
int local_lua_connect(lua_State *L);

#endif
