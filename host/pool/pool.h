#ifndef MOONWIRE_POOL_POOL_H
#define MOONWIRE_POOL_POOL_H

#include <stdbool.h>
#include <uv.h>

/*
** Threads that a loop has started and joins when they have ended. What a thread does,
*and
** how it is told to end, is up to whoever opens the pool.
*/
struct pool;

struct pool_options {
  unsigned threads; /* how many to start */
  const char *name; /* they are called NAME-1, NAME-2, …; the system shows 15 bytes */
  bool is_pinned;   /* each to one of the cores that this process may use, in turn */
  void (*run)(void *data, unsigned index);   /* the whole life of a thread, from 0 */
  void (*ended)(void *data, unsigned index); /* on the loop, after it was joined */
  void (*closed)(void *data); /* on the loop: all have ended, and the pool is gone */
  void *data;
};

/*
** Start the threads. 'name' and 'data' stay valid until 'closed'. When the system
*refuses
** a thread, the pool has those before it. Zero, or a libuv error code when there is not
** even one; then nothing is left of it. Until pool_close it does not keep the loop.
*/
int pool_open(uv_loop_t *loop, const struct pool_options *options,
              struct pool **opened);

/* How many threads it has started. */
unsigned pool_size(const struct pool *pool);

/* Zero, or the libuv error code that made them fewer than asked for. */
int pool_shortage(const struct pool *pool);

/*
** Keep the loop until all threads have ended by themselves, then free the pool and call
** 'closed'. Does not wait.
*/
void pool_close(struct pool *pool);

/* The cores that this process may use, 'size' of them at most; never none. */
unsigned pool_cores(unsigned *cores, unsigned size);

#endif
