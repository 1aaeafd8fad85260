#ifndef MOONWIRE_CORE_OP_H
#define MOONWIRE_CORE_OP_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/deadline.h"
#include "core/error.h"
#include "core/host.h"

#define OP_NAME "moonwire.op"

/*
** One thing a task waits for: a userdata on top of the stack of the Lua thread that
** waits, so it lives exactly as long as the wait and nobody frees it. A binding embeds
** it as the first member of its own struct.
**
**   binding: op_new, hand it to an engine, op_wait
**   loop:    the engine calls back, the binding calls op_complete
**   task:    'push' runs inside the task and pushes the results
*/
struct op {
  struct host *host;
  struct task *task;
  int (*push)(struct op *op, lua_State *L);
  void (*detach)(struct op *op); /* the wait ends early: take it from the engine */
  struct deadline deadline;
  enum error error;
  bool is_urgent; /* when it ends, its task does not queue behind those of devices */
  bool is_done;
};

/*
** A new op on top of the stack, zeroed. Raises when the caller may not wait here;
** nothing after it may raise. 'detach' may be NULL.
*/
void *op_new(lua_State *L, size_t size, int (*push)(struct op *op, lua_State *L),
             void (*detach)(struct op *op));

/* End the wait with ERROR_TIMEOUT after so many seconds; infinity or huge: never. */
void op_deadline(struct op *op, double seconds);

/* Sleep until op_complete, or go on at once when it was called already. Tail call. */
int op_wait(lua_State *L, struct op *op);

/* Wake the task, on a later turn. Once; later calls are ignored. */
void op_complete(struct op *op, enum error error);

/* Push nil, message, kind: the one way to report what the world did. */
int op_fail(lua_State *L, enum error error, const char *message);

/* Seconds of Lua as nanoseconds, saturating; negative or NaN is zero. */
uint64_t op_nanoseconds(double seconds);

#endif
