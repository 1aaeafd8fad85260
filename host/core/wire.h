#ifndef MOONWIRE_CORE_WIRE_H
#define MOONWIRE_CORE_WIRE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct secret;

enum {
  WIRE_DEPTH = 64,                /* tables inside tables */
  WIRE_LIMIT = 256 * 1024 * 1024, /* bytes of one value, unless told otherwise */
};

/*
** A plain Lua value as bytes, on its way from one Lua state to another. It owns what it
** holds: the bytes, and a hold on each secret, since a secret crosses as a pointer.
*/
struct wire {
  char *bytes;
  size_t length, capacity;
  struct secret **secrets; /* the bytes speak of them by number */
  size_t secret_count, secret_capacity;
};

/* What is wrong with a value that cannot cross, and where in it. */
struct wire_refusal {
  char what[64];  /* "a function" */
  char path[256]; /* ".devices[3].callback", or empty for the value itself */
};

/*
** Pack the value at 'index', in no more than 'limit' bytes. Nil, booleans, numbers,
** strings and secrets cross, and tables of these without metatables; what is shared or
** cyclic in a value stays so. Otherwise nothing is held, and a message is pushed, which
** names the place of what is refused. Raises nothing; wants four free slots on the
** stack, as the others do.
*/
enum wire_packed { WIRE_PACKED, WIRE_REFUSED, WIRE_NO_MEMORY };
enum wire_packed wire_pack(lua_State *L, int index, size_t limit, struct wire *wire);

/* Would wire_pack take it? False: the refusal says why not. Raises nothing. */
bool wire_check(lua_State *L, int index, struct wire_refusal *refusal);

/* Push the value. False: the bytes are no value, or there is no memory for it; a
** message is pushed. Never reads beyond the bytes, whatever they are, and raises
** nothing. */
bool wire_unpack(lua_State *L, const struct wire *wire);

/* Let go of all that it holds. */
void wire_drop(struct wire *wire);

#endif
