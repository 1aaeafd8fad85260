#ifndef MOONWIRE_SSH_HOSTKEYS_SWEEP_LUA_H
#define MOONWIRE_SSH_HOSTKEYS_SWEEP_LUA_H

#include <lua.h>

#include "ssh/hostkeys.h"

/* Who waits, on one loop, for what hashed lines say of a host. */
struct hostkeys_queue;

/* NULL: no memory. Freed when nothing runs any more; nobody may wait by then. */
struct hostkeys_queue *hostkeys_queue_new(struct hostkeys *store);
void hostkeys_queue_release(struct hostkeys_queue *queue);

/* Wait until a lookup of this host takes no time. 'peer' points into the stack. */
int hostkeys_queue_wait(lua_State *L, struct hostkeys_queue *queue,
                        const struct hostkeys_peer *peer);

#endif
