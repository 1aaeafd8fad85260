/*
** deadline.c - a binary heap of points in time over one libuv timer. What has come by
** then is heard before it is called late.
*/
#include "core/deadline.h"

#include <stdlib.h>
#include <string.h>

static void place(struct deadlines *d, struct deadline *deadline, size_t i)
{
  d->heap[i - 1] = deadline;
  deadline->place = i;
}

static void sift_up(struct deadlines *d, struct deadline *deadline, size_t i)
{
  while (i > 1 && deadline->at_ns < d->heap[i / 2 - 1]->at_ns) {
    place(d, d->heap[i / 2 - 1], i);
    i /= 2;
  }
  place(d, deadline, i);
}

static void sift_down(struct deadlines *d, struct deadline *deadline, size_t i)
{
  for (size_t child; (child = 2 * i) <= d->count; i = child) {
    if (child < d->count && d->heap[child]->at_ns < d->heap[child - 1]->at_ns)
      child++;
    if (deadline->at_ns <= d->heap[child - 1]->at_ns)
      break;
    place(d, d->heap[child - 1], i);
  }
  place(d, deadline, i);
}

static void on_timer(uv_timer_t *timer);

static void start_timer(struct deadlines *d)
{
  if (d->count == 0) {
    uv_timer_stop(&d->timer);
    return;
  }
  /* libuv counts in whole milliseconds, from when this turn of its loop began */
  uint64_t at_ms = (d->heap[0]->at_ns + 999999) / 1000000;
  uint64_t now_ms = uv_now(d->timer.loop);
  uv_timer_start(&d->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

static void on_no_wait(uv_idle_t *no_wait)
{
  (void)no_wait;
}

static void on_behind_poll(uv_check_t *behind_poll)
{
  struct deadlines *d = behind_poll->data;
  uv_idle_stop(&d->no_wait);
  uv_check_stop(&d->behind_poll);
  uint64_t now_ns = uv_hrtime();
  while (d->count > 0 && d->heap[0]->at_ns <= now_ns) {
    struct deadline *due = d->heap[0];
    deadline_disarm(d, due);
    due->expire(due);
  }
  start_timer(d);
}

/*
** Nothing is too late yet: where this program or its machine was busy, what was waited
** for may have come in time, and lies in a socket that the loop looks at next.
*/
static void on_timer(uv_timer_t *timer)
{
  struct deadlines *d = timer->data;
  uv_idle_start(&d->no_wait, on_no_wait);
  uv_check_start(&d->behind_poll, on_behind_poll);
}

void deadlines_open(struct deadlines *d, uv_loop_t *loop)
{
  memset(d, 0, sizeof *d);
  uv_timer_init(loop, &d->timer);
  uv_idle_init(loop, &d->no_wait);
  uv_check_init(loop, &d->behind_poll);
  d->timer.data = d->behind_poll.data = d;
}

void deadlines_close(struct deadlines *d)
{
  for (size_t i = 0; i < d->count; i++)
    d->heap[i]->place = 0;
  free(d->heap);
  d->heap = NULL;
  d->count = d->capacity = 0;
  uv_close((uv_handle_t *)&d->timer, NULL);
  uv_close((uv_handle_t *)&d->no_wait, NULL);
  uv_close((uv_handle_t *)&d->behind_poll, NULL);
}

static bool grow(struct deadlines *d)
{
  size_t capacity = d->capacity ? 2 * d->capacity : 64;
  struct deadline **heap = realloc(d->heap, capacity * sizeof(struct deadline *));
  if (heap == NULL)
    return false;
  d->heap = heap;
  d->capacity = capacity;
  return true;
}

bool deadline_arm(struct deadlines *d, struct deadline *deadline, uint64_t after_ns,
                  void (*expire)(struct deadline *deadline))
{
  if (deadline->place != 0)
    deadline_disarm(d, deadline);
  if (d->count == d->capacity && !grow(d))
    return false;
  deadline->at_ns = uv_hrtime() + after_ns;
  deadline->expire = expire;
  d->count++;
  sift_up(d, deadline, d->count);
  if (deadline->place == 1)
    start_timer(d);
  return true;
}

void deadline_disarm(struct deadlines *d, struct deadline *deadline)
{
  size_t i = deadline->place;
  if (i == 0)
    return;
  deadline->place = 0;
  struct deadline *last = d->heap[--d->count];
  if (last != deadline) {
    if (i > 1 && last->at_ns < d->heap[i / 2 - 1]->at_ns)
      sift_up(d, last, i);
    else
      sift_down(d, last, i);
  }
  if (d->count == 0)
    uv_timer_stop(&d->timer); /* an idle loop may end */
}
