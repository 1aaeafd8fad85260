#ifndef MOONWIRE_POOL_LETTER_LUA_H
#define MOONWIRE_POOL_LETTER_LUA_H

#include <lua.h>

#include "core/wire.h"
#include "pool/mailbox.h"

/* A Lua value on its way to another thread. */
struct letter {
  struct message message; /* first, so that a struct message * is a struct letter * */
  struct wire wire;
  unsigned from; /* the worker that sent it, from 1; 0 is the parent */
};

/* What is the same for all letters that one side sends. */
struct letter_sender {
  unsigned from;
  size_t limit; /* bytes of one value */
};

/*
** Send the value at argument 'arg'. Pushes true, or nil, message, kind, in which 'whom'
** is the receiver; "local": there is no memory for it. Raises when the value cannot
** cross.
*/
int letter_send(lua_State *L, int arg, const struct letter_sender *sender,
                struct mailbox *mailbox, const char *whom);

/* Push the value, or nil and a message; false then. The letter is gone either way. */
bool letter_open(lua_State *L, struct message *message);

#endif
