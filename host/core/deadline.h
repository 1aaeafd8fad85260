#ifndef MOONWIRE_CORE_DEADLINE_H
#define MOONWIRE_CORE_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
** Points in time at which something is called: one libuv timer for all of them, so
** that a wait costs a few comparisons and no handle that would have to be closed. It
** is called behind the loop's look at the sockets.
*/
struct deadline {
  uint64_t at_ns; /* of uv_hrtime() */
  size_t place;   /* in the heap, counted from 1; 0 when not armed */
  void (*expire)(struct deadline *deadline);
};

struct deadlines {
  uv_timer_t timer;
  uv_idle_t no_wait; /* while some are due: the loop is to look, and not to wait */
  uv_check_t behind_poll;
  struct deadline **heap;
  size_t count, capacity;
};

void deadlines_open(struct deadlines *deadlines, uv_loop_t *loop);

/* Forget all deadlines; the loop must run once more to let go of its handles. */
void deadlines_close(struct deadlines *deadlines);

/* Call 'expire' once, 'after_ns' from now. Arming again moves it. False: no memory. */
bool deadline_arm(struct deadlines *deadlines, struct deadline *deadline,
                  uint64_t after_ns, void (*expire)(struct deadline *deadline));

/* Never call it. Harmless when it is not armed. */
void deadline_disarm(struct deadlines *deadlines, struct deadline *deadline);

#endif
