#ifndef MOONWIRE_CORE_HOST_H
#define MOONWIRE_CORE_HOST_H

#include <lua.h>
#include <stdbool.h>
#include <uv.h>

#include "core/collector.h"
#include "core/deadline.h"
#include "core/watch.h"
#include "core/watchdog.h"

struct op;

/*
** One thing a script does beside others: a Lua thread that runs until it waits. It is a
** userdata, kept in the registry until it ends, so that nobody has to free it.
*/
struct task {
  lua_State *co;
  struct op *op;                        /* what it waits for, or NULL */
  void (*interrupt)(struct task *task); /* end that wait with ERROR_CANCELLED */
  struct task *next_ready;              /* in a queue of those that may go on */
  struct task *next, *prev;             /* among all that live */
  int nargs;                            /* arguments for the first resume */
  int shields;                          /* waits that a cancel may not end, nested */
  int cancels;          /* how often it was cancelled and not yet pardoned */
  unsigned bound_looks; /* of the watchdog, then it computes for too long; 0: never */
  unsigned looks;       /* that found it computing since it has waited */
  bool is_urgent;       /* somebody who is no device waits for it: see struct op */
  bool is_ready, is_done;
  bool is_told; /* that it computes, and does not wait */
};

struct task_queue {
  struct task *first, *last;
};

/*
** One running program: one loop, one Lua state, one thread that touches both. Every Lua
** thread finds it through its extra space; there are no globals. What a host has is
** opened in host_open and closed in host_close, in the opposite order.
*/
struct host {
  uv_loop_t loop;
  struct deadlines deadlines;
  struct watches *watches; /* the sockets of sessions */
  struct collector collector;
  uv_prepare_t before_poll; /* both drain the ready queue, */
  uv_check_t after_poll;
  uv_idle_t more; /* and this keeps the loop from sleeping on a full one */
  lua_State *L;   /* the main Lua thread: it never runs a task */
  struct task *current;
  lua_State *running; /* the Lua thread that is at it: the task's, or one inside it */
  struct watchdog watchdog;
  int barriers;    /* C functions between the task and its coroutine: no wait */
  bool is_waiting; /* the running task has just gone to sleep on an op */
  bool is_closing;
  bool has_exited; /* the program asked to end, with this status: */
  int exit_status;
  struct task_queue ready, urgent; /* they take turns */
  bool was_urgent;                 /* the last one that was taken */
  struct task *tasks;              /* all that live */
  uint64_t resumes;          /* how often a task was resumed: what a command costs */
  uint64_t turn_ns, idle_ns; /* when the last turn ended, and the sleep until then */
  uint64_t longest_turn_ns;  /* the longest work between two looks at the descriptors */
};

/* Zero, or a libuv error code. */
int host_open(struct host *host);

/*
** Cancel all tasks, let them and the loop end, close the state. False when a worker of
** libuv is still at it, as with a name server that does not answer: then the host must
** stay where it is, since the worker will write to it.
*/
bool host_close(struct host *host);

/* Run the loop until host_exit, or until nothing is left to wait for. */
void host_run(struct host *host);

/* Let host_run return; the first status given counts. */
void host_exit(struct host *host, int status);

/*
** Make a task of the function and 'nargs' arguments on top of 'L', and put it on the
** ready queue, the urgent one when a task does it that was woken from there. Pops them
** and pushes the task's userdata.
*/
struct task *host_spawn(struct host *host, lua_State *L, int nargs);

/* Put a task on its ready queue. Harmless when it is there already. */
void host_ready(struct host *host, struct task *task);

/*
** Wake a task with an error that unwinds it; it stays cancelled at every later wait,
** until as many pardons have come as cancels.
*/
void host_cancel(struct host *host, struct task *task);
void host_pardon(struct task *task);

static inline struct host *host_of(lua_State *L)
{
  return *(struct host **)lua_getextraspace(L);
}

#endif
