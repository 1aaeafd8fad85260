#ifndef MOONWIRE_CORE_WATCH_H
#define MOONWIRE_CORE_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct watches;

/*
** Interest in one descriptor. The owner keeps it, sets 'on_events' and tells when its
** descriptor is about to close: nothing else ends a watch.
*/
struct watch {
  void (*on_events)(struct watch *watch, unsigned events);
  struct watches *watches; /* NULL: at rest */
  int fd;
  unsigned events; /* EPOLLIN, EPOLLOUT; level-triggered */
  uint32_t slot;
};

/* What is put off to the end of a turn: see watch_later. */
struct watch_later {
  void (*run)(struct watch_later *later);
  struct watch_later *next;
  bool is_set;
};

/* All watches of one loop; NULL: no memory, no descriptor. */
struct watches *watches_open(uv_loop_t *loop);

/* All watches have stopped. The loop frees it on a later turn. */
void watches_close(struct watches *watches);

/* False, with errno: the system takes no more. */
bool watch_start(struct watches *watches, struct watch *watch, int fd, unsigned events);

void watch_change(struct watch *watch, unsigned events);

/*
** Run it when all that is ready now has been handled, once however often it is asked
** for. False: no turn is under way, so that nothing more is to be expected. It cannot
** be taken back: whoever has it is to be there.
*/
bool watch_later(struct watches *watches, struct watch_later *later);

/* Before the descriptor is closed. Harmless when at rest. */
void watch_stop(struct watch *watch);

/*
** Instead of watch_stop, when the descriptor is closed, or about to be: the system
** forgets it by itself, and a system call is saved.
*/
void watch_forget(struct watch *watch);

#endif
