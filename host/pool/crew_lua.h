#ifndef MOONWIRE_POOL_CREW_LUA_H
#define MOONWIRE_POOL_CREW_LUA_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "pool/receiver_lua.h"

/*
** The workers of a pool, as their parent has them: their threads, one mailbox to each
** and one from all. It outlives the Lua value that stands for it until the threads have
** ended.
*/
struct chunks;
struct crew;

struct crew_options {
  const char *main, *name, *path, *cpath; /* copied */
  struct chunks *chunks;                  /* the crew's from now on */
  unsigned workers;
  size_t capacity, limit;
  bool is_pinned;
};

/* Somebody who waits for the end. */
struct crew_closer {
  struct crew_closer *next,
      **link; /* 'link' is what points here; NULL: not in a list */
  void (*on_over)(struct crew_closer *closer);
  void *data;
};

/* Zero, or a libuv error code. */
int crew_open(uv_loop_t *loop, const struct crew_options *options,
              struct crew **crew_opened);

/* How many threads were started, and why not more: zero or a libuv error code. */
unsigned crew_size(const struct crew *crew);
int crew_shortage(const struct crew *crew);

size_t crew_limit(const struct crew *crew);
struct mailbox *crew_inbox(const struct crew *crew, unsigned number);
struct receiver *crew_receiver(struct crew *crew);

/* Cancel what the workers do and let their threads end. Does not wait. */
void crew_stop(struct crew *crew);

/* Have all threads ended, after crew_stop? Until then one can wait for it. */
bool crew_is_over(const struct crew *crew);
void crew_await(struct crew *crew, struct crew_closer *closer);
void crew_forget(struct crew_closer *closer);

/* Stop it, and free it when it is over. The Lua state may be gone by then. */
void crew_abandon(struct crew *crew);

#endif
