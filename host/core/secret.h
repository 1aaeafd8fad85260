#ifndef MOONWIRE_CORE_SECRET_H
#define MOONWIRE_CORE_SECRET_H

#include <stddef.h>

/*
** A password or the like: bytes outside of Lua, wiped when the last holder lets go.
** Counted atomically, since threads share it.
*/
struct secret;
struct vault;

/* Held once, in the vault or, without one, in pages of its own. NULL: no memory. */
struct secret *secret_new(struct vault *vault, const char *bytes, size_t length);
struct secret *secret_retain(struct secret *secret);
void secret_release(struct secret *secret); /* NULL is fine */

/* The bytes, with a NUL behind them. Copy them nowhere that is not wiped. */
const char *secret_bytes(const struct secret *secret);
size_t secret_length(const struct secret *secret);

/*
** What is secret but has no bytes to show, such as a private key that a library holds:
** 'drop' ends it with the last hold, in whichever thread that is. As bytes it is empty.
** NULL: no memory, and 'thing' stays the caller's.
*/
struct secret *secret_of(struct vault *vault, void *thing, void (*drop)(void *thing));

/* The thing that 'drop' would end. NULL: there is none of that kind in it. */
void *secret_thing(const struct secret *secret, void (*drop)(void *thing));

/* How many hold it: by this a spec sees that nobody forgets to let go. */
unsigned secret_holders(const struct secret *secret);

#endif
