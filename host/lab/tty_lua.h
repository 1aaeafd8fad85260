#ifndef MOONWIRE_LAB_TTY_LUA_H
#define MOONWIRE_LAB_TTY_LUA_H

#include <lua.h>

#include "core/op.h"
#include "lab/tty.h"

/* A wait on a terminal; it may be the first member of a larger one. */
struct tty_wait {
  struct op op; /* first, so that a struct op * is a struct tty_wait * */
  struct tty_waiter waiter;
  struct tty *tty;
};

/* Make the class of terminals known to the state. */
void tty_lua_register(lua_State *L);

/* The methods that read, for the class on top of the stack; tty_read_lua.c. */
void tty_lua_add_reading(lua_State *L);

/* A slot on the stack for a terminal; fill it at once. */
struct tty **tty_lua_push(lua_State *L);

/* The terminal that a method was called on. */
struct tty *tty_lua_check(lua_State *L);

/* As op_new, for a struct that begins with a struct tty_wait. */
void *tty_lua_wait(lua_State *L, size_t size, int (*push)(struct op *op, lua_State *L),
                   void (*detach)(struct op *op), struct tty *tty);

#endif
