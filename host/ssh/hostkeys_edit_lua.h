#ifndef MOONWIRE_SSH_HOSTKEYS_EDIT_LUA_H
#define MOONWIRE_SSH_HOSTKEYS_EDIT_LUA_H

#include <lua.h>

int hostkeys_edit_lua(lua_State *L);

#endif
