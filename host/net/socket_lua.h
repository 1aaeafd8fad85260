#ifndef MOONWIRE_NET_SOCKET_LUA_H
#define MOONWIRE_NET_SOCKET_LUA_H

#include <lua.h>

#include "net/fdline.h"

struct socket_box {
  int fd;                /* -1: closed, or given away */
  struct fdline_way way; /* which carries it; its self NULL: none */
};

/* The metatable; once a state is enough. */
void socket_lua_register(lua_State *L);

/* Push a socket without a descriptor yet. */
struct socket_box *socket_lua_push(lua_State *L);

/* The open socket at 'index'; raises when it is closed. */
struct socket_box *socket_lua_check(lua_State *L, int index);

/* It leads through this. */
void socket_lua_ride(struct socket_box *box, const struct fdline_way *way);

/* A line on it, which has the descriptor and the way from here on. NULL: no memory. */
struct fdline *socket_lua_take(struct socket_box *box, struct watches *watches);

#endif
