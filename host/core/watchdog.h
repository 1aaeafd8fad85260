#ifndef MOONWIRE_CORE_WATCHDOG_H
#define MOONWIRE_CORE_WATCHDOG_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
** Looks at one thread each time it has used some CPU, by a signal to that thread: an
** idle one is never looked at, and one that waits costs nothing.
*/
struct watchdog {
  timer_t timer;
  bool is_on;
  bool is_main;        /* of the program's first thread */
  bool leaves_signals; /* to the kernel: see watchdog.c */
  uint32_t chance;     /* of when the next error comes */
};

struct host;
struct task;

/* For the calling thread. Without timers it stays off, and nobody is watched. */
void watchdog_open(struct host *host);
void watchdog_close(struct host *host);

/*
** From now on the running task, and what it spawns, may compute so long without a wait.
** Well before that it is told of, and has to let others go on every now and then. What
** takes longer raises an error, again and again until it waits or is free.
*/
void watchdog_bound(struct host *host, double seconds);
void watchdog_free(struct host *host, lua_State *L);

/* The task waits: what it computes from then on counts anew. */
void watchdog_rest(struct task *task);

/* The registry's key of a function that is told where a task computes, and how long. */
#define WATCHDOG_LISTENER "moonwire.watchdog"

#endif
