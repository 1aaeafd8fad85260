#ifndef MOONWIRE_CORE_SECRET_LUA_H
#define MOONWIRE_CORE_SECRET_LUA_H

#include <lua.h>

#include "core/secret.h"

#define SECRET_NAME "moonwire.secret"

/* The secret at 'index', still held by its userdata; NULL when it is none. */
struct secret *secret_test(lua_State *L, int index);

enum { SECRET_LONGEST = 4096 }; /* bytes, of those that come from outside */

/* Push a userdata that takes over one hold, or NULL until there is one. */
struct secret **secret_push(lua_State *L, struct secret *secret);

/* Push a new secret. Raises when there is no memory. */
int secret_push_copy(lua_State *L, const char *bytes, size_t length);

/* This state's vault; NULL while the state is closed. It belongs to the state. */
struct vault *secret_vault(lua_State *L);

#endif
