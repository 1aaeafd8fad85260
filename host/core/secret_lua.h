#ifndef MOONWIRE_CORE_SECRET_LUA_H
#define MOONWIRE_CORE_SECRET_LUA_H

#include <lua.h>

#include "core/secret.h"

#define SECRET_NAME "moonwire.secret"

/* The secret at 'index', still held by its userdata; NULL when it is none. */
struct secret *secret_test(lua_State *L, int index);

/* Push a userdata that takes over one hold. */
void secret_push(lua_State *L, struct secret *secret);

#endif
