/*
** watch.c - descriptors of sockets on a loop: an epoll of our own, which the loop
** watches as one descriptor. uv_poll probes every descriptor it is given, and takes it
** out and puts it in again for each change: twelve system calls a login where three do,
** and a twentieth of its CPU. No SSH here, and no Lua.
*/
#include "core/watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 4, FIRST_SLOTS = 64 };

static const uint64_t TURN_NS = 1000000; /* then others than sockets have a turn */

/*
** What the kernel knows a watch by is its slot and how often that was taken: a
** descriptor that a child process still holds for a moment may have events when its
** watch is long gone.
*/
struct slot {
  struct watch *watch; /* NULL: free, and 'next' is the next free one */
  uint32_t uses, next;
};

struct watches {
  uv_poll_t poll;
  int epoll_fd;
  struct slot *slots;
  uint32_t capacity, free, count; /* 'free' is 'capacity': none is */
  struct watch_later *later, **last_later;
  bool is_turning;
};

static struct watch *find(const struct watches *watches, uint64_t key)
{
  const struct slot *slot = &watches->slots[(uint32_t)key];
  return slot->uses == (uint32_t)(key >> 32) ? slot->watch : NULL;
}

/* A small one: a key exchange is long work, and what is left over comes again. */
static int handle_batch(struct watches *watches)
{
  struct epoll_event events[BATCH];
  int count = epoll_wait(watches->epoll_fd, events, BATCH, 0);
  for (int i = 0; i < count; i++) {
    struct watch *watch = find(watches, events[i].data.u64);
    if (watch != NULL)
      watch->on_events(watch, events[i].events);
  }
  return count;
}

bool watch_later(struct watches *watches, struct watch_later *later)
{
  if (later->is_set)
    return true;
  if (!watches->is_turning)
    return false;
  later->is_set = true;
  later->next = NULL;
  *watches->last_later = later;
  watches->last_later = &later->next;
  return true;
}

/* One may ask for another, and for itself again. */
static void run_later(struct watches *watches)
{
  while (watches->later != NULL) {
    struct watch_later *later = watches->later;
    watches->later = later->next;
    if (watches->later == NULL)
      watches->last_later = &watches->later;
    later->is_set = false;
    later->run(later);
  }
}

/* What is put off is so for the sake of those whom this batch has given something. */
static bool has_more(const struct watches *watches, int count)
{
  return count == BATCH || (count > 0 && watches->later != NULL);
}

static void on_ready(uv_poll_t *poll, int status, int uv_events)
{
  struct watches *watches = poll->data;
  (void)status;
  (void)uv_events;
  uint64_t start_ns = uv_hrtime();
  int count;
  watches->is_turning = true;
  do {
    count = handle_batch(watches);
  } while (has_more(watches, count) && uv_hrtime() - start_ns < TURN_NS);
  run_later(watches);
  watches->is_turning = false;
}

static bool grow(struct watches *watches)
{
  uint32_t old = watches->capacity, capacity = old == 0 ? FIRST_SLOTS : 2 * old;
  struct slot *slots = realloc(watches->slots, capacity * sizeof *slots);
  if (slots == NULL)
    return false;
  for (uint32_t i = old; i < capacity; i++)
    slots[i] = (struct slot){.next = i + 1};
  watches->slots = slots;
  watches->capacity = capacity;
  return true;
}

static void free_watches(struct watches *watches)
{
  free(watches->slots);
  free(watches);
}

struct watches *watches_open(uv_loop_t *loop)
{
  struct watches *watches = calloc(1, sizeof *watches);
  if (watches == NULL)
    return NULL;
  watches->last_later = &watches->later;
  watches->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (watches->epoll_fd >= 0 && grow(watches) &&
      uv_poll_init(loop, &watches->poll, watches->epoll_fd) == 0) {
    watches->poll.data = watches;
    uv_poll_start(&watches->poll, UV_READABLE, on_ready);
    uv_unref((uv_handle_t *)&watches->poll);
    return watches;
  }
  if (watches->epoll_fd >= 0)
    close(watches->epoll_fd);
  free_watches(watches);
  return NULL;
}

static void on_closed(uv_handle_t *handle)
{
  free_watches(handle->data);
}

void watches_close(struct watches *watches)
{
  uv_poll_stop(&watches->poll);
  close(watches->epoll_fd);
  uv_close((uv_handle_t *)&watches->poll, on_closed);
}

static int control(const struct watches *watches, const struct watch *watch,
                   int operation)
{
  struct epoll_event event = {.events = watch->events};
  event.data.u64 = (uint64_t)watches->slots[watch->slot].uses << 32 | watch->slot;
  return epoll_ctl(watches->epoll_fd, operation, watch->fd, &event);
}

bool watch_start(struct watches *watches, struct watch *watch, int fd, unsigned events)
{
  if (watches->free == watches->capacity && !grow(watches)) {
    errno = ENOMEM;
    return false;
  }
  watch->slot = watches->free;
  watch->fd = fd;
  watch->events = events;
  if (control(watches, watch, EPOLL_CTL_ADD) != 0)
    return false;
  struct slot *slot = &watches->slots[watch->slot];
  watches->free = slot->next;
  slot->watch = watch;
  watch->watches = watches;
  if (watches->count++ == 0)
    uv_ref((uv_handle_t *)&watches->poll);
  return true;
}

void watch_change(struct watch *watch, unsigned events)
{
  if (watch->watches == NULL || watch->events == events)
    return;
  watch->events = events;
  control(watch->watches, watch, EPOLL_CTL_MOD);
}

void watch_forget(struct watch *watch)
{
  struct watches *watches = watch->watches;
  if (watches == NULL)
    return;
  struct slot *slot = &watches->slots[watch->slot];
  *slot = (struct slot){.uses = slot->uses + 1, .next = watches->free};
  watches->free = watch->slot;
  watch->watches = NULL;
  if (--watches->count == 0)
    uv_unref((uv_handle_t *)&watches->poll);
}

void watch_stop(struct watch *watch)
{
  if (watch->watches != NULL)
    control(watch->watches, watch, EPOLL_CTL_DEL);
  watch_forget(watch);
}
