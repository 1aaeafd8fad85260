/*
** op.c - put a task to sleep on an operation and wake it when that is over. The only
** file that yields on behalf of a binding.
*/
#include "core/op.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static void raise_cancelled(lua_State *L)
{
  lua_getfield(L, LUA_REGISTRYINDEX, "moonwire.cancelled");
  lua_error(L);
}

static int op_gc(lua_State *L)
{
  struct op *op = luaL_checkudata(L, 1, OP_NAME);
  if (!op->is_done) { /* only when a state is closed in mid-wait */
    op->is_done = true;
    deadline_disarm(&op->host->deadlines, &op->deadline);
    if (op->detach != NULL)
      op->detach(op);
  }
  return 0;
}

static void set_metatable(lua_State *L)
{
  if (luaL_newmetatable(L, OP_NAME)) {
    lua_pushcfunction(L, op_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
  }
  lua_setmetatable(L, -2);
}

void *op_new(lua_State *L, size_t size, int (*push)(struct op *op, lua_State *L),
             void (*detach)(struct op *op))
{
  struct host *host = host_of(L);
  if (host->current == NULL)
    luaL_error(L, "cannot wait here: not inside a task");
  if (host->barriers > 0 || !lua_isyieldable(L))
    luaL_error(L, "cannot wait here: a C function such as gsub or sort is in between");
  if (host->current->cancels > 0 && host->current->shields == 0)
    raise_cancelled(L);
  luaL_checkstack(L, 8, NULL); /* so that pushing the results cannot fail */
  struct op *op = lua_newuserdatauv(L, size, 0);
  memset(op, 0, size);
  op->host = host;
  op->task = host->current;
  op->push = push;
  op->is_done = true; /* for the collector, until it is set up */
  set_metatable(L);
  op->detach = detach;
  op->is_done = false;
  return op;
}

uint64_t op_nanoseconds(double seconds)
{
  if (!(seconds > 0))
    return 0;
  double ns = ceil(seconds * 1e9);
  return ns < 9e18 ? (uint64_t)ns : UINT64_MAX / 4;
}

static void on_deadline(struct deadline *deadline)
{
  struct op *op =
      (struct op *)(void *)((char *)deadline - offsetof(struct op, deadline));
  if (op->detach != NULL)
    op->detach(op);
  op_complete(op, ERROR_TIMEOUT);
}

void op_deadline(struct op *op, double seconds)
{
  if (seconds > 1e9)
    return;
  if (!deadline_arm(&op->host->deadlines, &op->deadline, op_nanoseconds(seconds),
                    on_deadline))
    op_complete(op, ERROR_LOCAL);
}

void op_complete(struct op *op, enum error error)
{
  if (op->is_done)
    return;
  op->is_done = true;
  op->error = error;
  deadline_disarm(&op->host->deadlines, &op->deadline);
  op->task->is_urgent = op->is_urgent;
  if (op->task->op == op) /* it sleeps; otherwise op_wait will see that it is done */
    host_ready(op->host, op->task);
}

static int finish(lua_State *L, struct op *op)
{
  if (op->error == ERROR_CANCELLED)
    raise_cancelled(L);
  return op->push(op, L);
}

static int on_wake(lua_State *L, int status, lua_KContext context)
{
  struct op *op = lua_touserdata(L, -1); /* on top, where op_new left it */
  (void)status;
  (void)context;
  return finish(L, op);
}

static void interrupt(struct task *task)
{
  struct op *op = task->op;
  if (op->is_done)
    return;
  if (op->detach != NULL)
    op->detach(op);
  op_complete(op, ERROR_CANCELLED);
}

int op_wait(lua_State *L, struct op *op)
{
  if (op->is_done)
    return finish(L, op);
  op->task->op = op;
  op->task->interrupt = interrupt;
  watchdog_rest(op->task);
  op->host->is_waiting = true;
  return lua_yieldk(L, 0, 0, on_wake);
}

int op_fail(lua_State *L, enum error error, const char *message)
{
  lua_pushnil(L);
  lua_pushstring(L, message != NULL ? message : error_message(error));
  lua_pushstring(L, error_kind(error));
  return 3;
}
