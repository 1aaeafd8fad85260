#ifndef MOONWIRE_SSH_AGENT_LUA_H
#define MOONWIRE_SSH_AGENT_LUA_H

#include <lua.h>

#include "ssh/agent.h"

struct agent *agent_check_lua(lua_State *L, int index);
int agent_lua_open(lua_State *L);
void agent_lua_register(lua_State *L);

#endif
