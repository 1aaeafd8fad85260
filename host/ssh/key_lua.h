#ifndef MOONWIRE_SSH_KEY_LUA_H
#define MOONWIRE_SSH_KEY_LUA_H

#include <libssh/libssh.h>
#include <lua.h>

ssh_key key_check_lua(lua_State *L, int index);
int key_lua_load(lua_State *L);
int key_lua_of_bare(lua_State *L);
void key_lua_register(lua_State *L);

#endif
