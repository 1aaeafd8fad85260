/*
** hostkeys_sweep_lua.c - tasks that wait while a thread of libuv's pool holds the names
** of their hosts against the hashed lines. Whoever comes while all threads are at it
** waits for the next sweep, which takes several names through the lines at once.
*/
#include "ssh/hostkeys_sweep_lua.h"

#include <stdlib.h>

#include "core/op.h"

enum { SWEEPS = 3 }; /* at most: one of the pool's four threads stays free for others */

struct wait_op {
  struct op op;
  struct hostkeys_queue *queue; /* NULL: not in it, or not any more */
  struct wait_op *previous, *next;
  struct sweep_job *job; /* NULL: still waits for one */
  struct hostkeys_peer peer;
};

struct hostkeys_queue {
  struct hostkeys *store;
  struct wait_op *first,
      *last;               /* in the order they came: those of a job before others */
  unsigned running, limit; /* sweeps: no more than there are cores */
  bool is_released;
};

struct sweep_job {
  uv_work_t work;
  struct hostkeys_queue *queue;
  struct hostkeys_sweep *sweep;
};

struct hostkeys_queue *hostkeys_queue_new(struct hostkeys *store)
{
  struct hostkeys_queue *queue = calloc(1, sizeof *queue);
  if (queue == NULL)
    return NULL;
  unsigned cores = uv_available_parallelism();
  queue->limit = cores < SWEEPS ? cores : SWEEPS;
  queue->store = hostkeys_retain(store);
  return queue;
}

static void free_unused(struct hostkeys_queue *queue)
{
  if (!queue->is_released || queue->running > 0)
    return;
  hostkeys_release(queue->store);
  free(queue);
}

void hostkeys_queue_release(struct hostkeys_queue *queue)
{
  if (queue == NULL)
    return;
  queue->is_released = true;
  free_unused(queue);
}

static void enter(struct hostkeys_queue *queue, struct wait_op *op)
{
  op->queue = queue;
  op->previous = queue->last;
  if (queue->last != NULL)
    queue->last->next = op;
  else
    queue->first = op;
  queue->last = op;
}

static void leave(struct wait_op *op)
{
  struct hostkeys_queue *queue = op->queue;
  if (queue == NULL)
    return;
  if (op->previous != NULL)
    op->previous->next = op->next;
  else
    queue->first = op->next;
  if (op->next != NULL)
    op->next->previous = op->previous;
  else
    queue->last = op->previous;
  op->queue = NULL;
}

static void finish(struct wait_op *op)
{
  leave(op);
  op_complete(&op->op, ERROR_NONE);
}

static void on_worker(uv_work_t *work)
{
  struct sweep_job *job = work->data;
  hostkeys_sweep_run(job->sweep);
}

static void start(struct hostkeys_queue *queue, uv_loop_t *loop);

static void wake(struct hostkeys_queue *queue, const struct sweep_job *job)
{
  struct wait_op *next;
  for (struct wait_op *op = queue->first; op != NULL && op->job != NULL; op = next) {
    next = op->next;
    if (op->job == job)
      finish(op);
  }
}

static void on_done(uv_work_t *work, int status)
{
  struct sweep_job *job = work->data;
  struct hostkeys_queue *queue = job->queue;
  (void)status; /* one that was cancelled found nothing: the lookup does it then */
  hostkeys_sweep_end(job->sweep);
  queue->running--;
  wake(queue, job);
  start(queue, work->loop);
  free(job);
  free_unused(queue);
}

static struct sweep_job *new_job(struct hostkeys_queue *queue)
{
  struct sweep_job *job = calloc(1, sizeof *job);
  if (job == NULL)
    return NULL;
  job->sweep = hostkeys_sweep_new(queue->store);
  job->queue = queue;
  job->work.data = job;
  if (job->sweep != NULL)
    return job;
  free(job);
  return NULL;
}

/* Without memory nobody waits: a lookup does by itself what was not done before. */
static void give_up(struct hostkeys_queue *queue)
{
  struct wait_op *next;
  for (struct wait_op *op = queue->first; op != NULL; op = next) {
    next = op->next;
    if (op->job == NULL)
      finish(op);
  }
}

/* Another of the same host may have been in a sweep that is done. */
static struct wait_op *first_waiting(const struct hostkeys_queue *queue)
{
  struct wait_op *next;
  for (struct wait_op *op = queue->first; op != NULL; op = next) {
    next = op->next;
    if (op->job != NULL)
      continue;
    if (!hostkeys_is_swept(queue->store, &op->peer))
      return op;
    finish(op);
  }
  return NULL;
}

static void start(struct hostkeys_queue *queue, uv_loop_t *loop)
{
  if (queue->running == queue->limit)
    return;
  struct wait_op *op = first_waiting(queue);
  struct sweep_job *job = op != NULL ? new_job(queue) : NULL;
  if (job == NULL) {
    give_up(queue);
    return;
  }
  for (; op != NULL && hostkeys_sweep_add(job->sweep, &op->peer); op = op->next)
    op->job = job;
  queue->running++;
  uv_queue_work(loop, &job->work, on_worker, on_done);
}

static int wait_push(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, "the host key was not looked up in time");
  lua_pushboolean(L, true);
  return 1;
}

static void wait_detach(struct op *op)
{
  leave((struct wait_op *)op);
}

int hostkeys_queue_wait(lua_State *L, struct hostkeys_queue *queue,
                        const struct hostkeys_peer *peer)
{
  struct wait_op *op = op_new(L, sizeof *op, wait_push, wait_detach);
  op->peer = *peer;
  enter(queue, op);
  start(queue, &op->op.host->loop);
  return op_wait(L, &op->op);
}
