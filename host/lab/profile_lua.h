#ifndef MOONWIRE_LAB_PROFILE_LUA_H
#define MOONWIRE_LAB_PROFILE_LUA_H

#include <lua.h>

struct profile;
struct server;

/* Read the profile table at the index; raises when something in it is wrong. */
void profile_lua_read(lua_State *L, int index, struct server *server,
                      struct profile *profile);

#endif
