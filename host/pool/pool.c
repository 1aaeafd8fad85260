/*
** pool.c - start threads, and join each when it says that it is at its end, so that the
** loop never waits for one that still works.
*/
#include "pool/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 16 }; /* of Linux, its NUL included */

struct thread {
  struct pool *pool;
  pthread_t id;
  unsigned index;
  unsigned core; /* where it is pinned to */
  atomic_bool has_ended;
  bool is_joined; /* only the loop's thread looks at it */
};

struct pool {
  uv_async_t async; /* a thread has ended */
  struct pool_options options;
  unsigned size, joined;
  int shortage;
  bool is_closing, is_over;
  struct thread threads[];
};

static void set_name(const struct thread *thread)
{
  const char *prefix = thread->pool->options.name;
  char number[NAME_SIZE], name[NAME_SIZE];
  size_t length = (size_t)snprintf(number, sizeof number, "-%u", thread->index + 1);
  size_t used = strnlen(prefix, NAME_SIZE - 1 - length);
  memcpy(name, prefix, used);
  memcpy(name + used, number, length + 1);
  pthread_setname_np(pthread_self(), name);
}

static void pin(const struct thread *thread)
{
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(thread->core, &cores);
  /* a wish: a container may forbid it, and the thread works all the same */
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
}

static void *thread_main(void *data)
{
  struct thread *thread = data;
  struct pool *pool = thread->pool;
  set_name(thread);
  if (pool->options.is_pinned)
    pin(thread);
  pool->options.run(pool->options.data, thread->index);
  atomic_store_explicit(&thread->has_ended, true, memory_order_release);
  uv_async_send(&pool->async); /* the pool is there until we are joined */
  return NULL;
}

static void on_pool_closed(uv_handle_t *handle)
{
  struct pool *pool = handle->data;
  struct pool_options options = pool->options;
  free(pool);
  if (options.closed != NULL)
    options.closed(options.data);
}

static void end_if_over(struct pool *pool)
{
  if (!pool->is_closing || pool->is_over || pool->joined < pool->size)
    return;
  pool->is_over = true;
  uv_close((uv_handle_t *)&pool->async, on_pool_closed);
}

static void on_async(uv_async_t *async)
{
  struct pool *pool = async->data;
  for (unsigned i = 0; i < pool->size; i++) {
    struct thread *thread = &pool->threads[i];
    if (thread->is_joined ||
        !atomic_load_explicit(&thread->has_ended, memory_order_acquire))
      continue;
    pthread_join(thread->id, NULL); /* it only has to return */
    thread->is_joined = true;
    pool->joined++;
    pool->options.ended(pool->options.data, i);
  }
  end_if_over(pool);
}

unsigned pool_cores(unsigned *cores, unsigned size)
{
  cpu_set_t allowed;
  unsigned count = 0;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    CPU_ZERO(&allowed); /* more cores than a cpu_set_t has */
  for (unsigned core = 0; core < CPU_SETSIZE && count < size; core++)
    if (CPU_ISSET(core, &allowed))
      cores[count++] = core;
  if (count == 0)
    cores[count++] = 0;
  return count;
}

static int start_thread(struct pool *pool, unsigned index, unsigned core)
{
  struct thread *thread = &pool->threads[index];
  thread->pool = pool;
  thread->index = index;
  thread->core = core;
  atomic_init(&thread->has_ended, false);
  /* signals are for the thread that runs the program */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = pthread_create(&thread->id, NULL, thread_main, thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return uv_translate_sys_error(code);
}

static void start_threads(struct pool *pool)
{
  unsigned cores[CPU_SETSIZE];
  unsigned count = pool_cores(cores, CPU_SETSIZE);
  for (unsigned i = 0; i < pool->options.threads; i++) {
    pool->shortage = start_thread(pool, i, cores[i % count]);
    if (pool->shortage != 0)
      break;
    pool->size++;
  }
}

static void on_never_opened(uv_handle_t *handle)
{
  free(handle->data);
}

int pool_open(uv_loop_t *loop, const struct pool_options *options, struct pool **opened)
{
  struct pool *pool =
      calloc(1, sizeof *pool + options->threads * sizeof(struct thread));
  if (pool == NULL)
    return UV_ENOMEM;
  int code = uv_async_init(loop, &pool->async, on_async);
  if (code < 0) {
    free(pool);
    return code;
  }
  uv_unref((uv_handle_t *)&pool->async);
  pool->async.data = pool;
  pool->options = *options;
  start_threads(pool);
  if (pool->size == 0) {
    code = pool->shortage;
    uv_close((uv_handle_t *)&pool->async, on_never_opened);
    return code;
  }
  *opened = pool;
  return 0;
}

unsigned pool_size(const struct pool *pool)
{
  return pool->size;
}

int pool_shortage(const struct pool *pool)
{
  return pool->shortage;
}

void pool_close(struct pool *pool)
{
  pool->is_closing = true;
  if (!pool->is_over)
    uv_ref((uv_handle_t *)&pool->async);
  end_if_over(pool);
}
