#ifndef MOONWIRE_POOL_RECEIVER_LUA_H
#define MOONWIRE_POOL_RECEIVER_LUA_H

#include <lua.h>
#include <stdbool.h>

#include "pool/mailbox.h"

struct op;

/* The wait of one task at a time for what comes into a mailbox. */
struct receiver {
  struct mailbox *mailbox; /* attached to the loop of the task */
  void *owner;
  bool (*has_news)(void *owner);          /* 'push' has something to say */
  int (*push)(void *owner, lua_State *L); /* inside the task, when there is news */
  struct op *waiting;
  bool is_busy; /* a task waits, or was woken and has not run yet */
};

/* Wait for news, so many seconds at most. Raises when another task does. Tail call. */
int receiver_wait(lua_State *L, struct receiver *receiver, double seconds);

/* On the loop: wake the task if there is news for it. */
void receiver_wake(struct receiver *receiver);

#endif
