#ifndef MOONWIRE_SSH_CLIENT_LUA_H
#define MOONWIRE_SSH_CLIENT_LUA_H

#include <lua.h>

#include "ssh/client.h"

#define CLIENT_NAME "moonwire.ssh"

/* The open client of the userdata at 'index'; raises when it is closed. */
struct client *client_check_lua(lua_State *L, int index);

/* Channels: open_lua.c, exec_lua.c, pipe_lua.c, through_lua.c. */
int client_lua_shell(lua_State *L);
int client_lua_exec(lua_State *L);
int client_lua_pipe(lua_State *L);
int client_lua_through(lua_State *L);
void pipe_lua_register(lua_State *L);

#endif
