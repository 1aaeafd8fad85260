#ifndef MOONWIRE_SSH_HOSTKEYS_LUA_H
#define MOONWIRE_SSH_HOSTKEYS_LUA_H

#include <lua.h>

#include "ssh/hostkeys.h"

/* The store of the userdata at 'index', still held by it; raises when it is none. */
struct hostkeys *hostkeys_check_lua(lua_State *L, int index);

/* Push a userdata that takes over one hold: how a store comes to another thread. */
void hostkeys_push_lua(lua_State *L, struct hostkeys *store);

#endif
