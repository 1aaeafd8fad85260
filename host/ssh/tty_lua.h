#ifndef MOONWIRE_SSH_TTY_LUA_H
#define MOONWIRE_SSH_TTY_LUA_H

#include <lua.h>

struct tty;

/* Make the class of terminals known to the state. */
void tty_lua_register(lua_State *L);

/* A slot on the stack for a terminal; fill it at once. */
struct tty **tty_lua_push(lua_State *L);

#endif
