/***
Tasks and time: what the scheduler offers to Lua. `moonwire.task` makes structured
concurrency of it; scripts use that, not this.
@module host.task
*/
#include <lauxlib.h>
#include <math.h>

#include "core/host.h"
#include "core/library.h"
#include "core/op.h"

#define TASK_NAME "moonwire.task"

static struct task *check_task(lua_State *L, int index)
{
  return luaL_checkudata(L, index, TASK_NAME);
}

static int push_woken(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  lua_pushboolean(L, 1);
  return 1;
}

static int push_nothing(struct op *op, lua_State *L)
{
  (void)op;
  (void)L;
  return 0;
}

/***
Let time pass.
@function sleep
@number seconds zero lets the other tasks run once
*/
static int task_lua_sleep(lua_State *L)
{
  double seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds >= 0, 1, "negative or not a number");
  struct op *op = op_new(L, sizeof *op, push_nothing, NULL);
  op->is_urgent = seconds > 0; /* it is late already if it queues behind a fleet */
  op_deadline(op, seconds);
  return op_wait(L, op);
}

/***
Sleep until `wake` is called for this task.
@function park
@number[opt] seconds how long at most; never ending when left out
@treturn[1] boolean true when woken
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "timeout"
*/
static int task_lua_park(lua_State *L)
{
  double seconds = luaL_optnumber(L, 1, HUGE_VAL);
  luaL_argcheck(L, !isnan(seconds), 1, "not a number");
  struct op *op = op_new(L, sizeof *op, push_woken, NULL);
  op_deadline(op, seconds);
  return op_wait(L, op);
}

/***
Wake a task that is parked.
@function wake
@tparam task task
@treturn boolean false when it was not parked, or was woken already
*/
static int task_lua_wake(lua_State *L)
{
  struct op *op = check_task(L, 1)->op;
  bool is_parked = op != NULL && op->push == push_woken && !op->is_done;
  if (is_parked)
    op_complete(op, ERROR_NONE);
  lua_pushboolean(L, is_parked);
  return 1;
}

/***
Start a function as a task of its own; it runs on the next turn. It must not raise.
@function spawn
@tparam function fn
@param ... its arguments
@treturn task
*/
static int task_lua_spawn(lua_State *L)
{
  struct host *host = host_of(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (host->is_closing)
    return luaL_error(L, "the program is ending: no new tasks");
  host_spawn(host, L, lua_gettop(L) - 1);
  luaL_setmetatable(L, TASK_NAME);
  return 1;
}

/***
End a task's wait with an error that unwinds it. Harmless when it has ended.
@function cancel
@tparam task task
*/
static int task_lua_cancel(lua_State *L)
{
  host_cancel(host_of(L), check_task(L, 1));
  return 0;
}

/***
Take one cancel back, for whoever gave it: other cancels stay.
@function pardon
@tparam task task
*/
static int task_lua_pardon(lua_State *L)
{
  host_pardon(check_task(L, 1));
  return 0;
}

/***
The running task.
@function current
@treturn task|nil nil outside of tasks, as in a callback of luv
*/
static int task_lua_current(lua_State *L)
{
  struct task *task = host_of(L)->current;
  if (task == NULL)
    return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, task);
  luaL_setmetatable(L, TASK_NAME); /* the first task was made without Lua */
  return 1;
}

/***
Guard the running task's waits against being cancelled, or stop guarding them.
Pairs nest. A cancel that came meanwhile takes effect at the next unguarded wait.
@function shield
@bool on
*/
static int task_lua_shield(lua_State *L)
{
  struct task *task = host_of(L)->current;
  luaL_checktype(L, 1, LUA_TBOOLEAN);
  if (task == NULL)
    return luaL_error(L, "not inside a task");
  task->shields += lua_toboolean(L, 1) ? 1 : -1;
  return 0;
}

/***
Whether a task was cancelled (it may still be unwinding).
@function is_cancelled
@tparam[opt] task task the running one when left out
@treturn boolean
*/
static int task_lua_is_cancelled(lua_State *L)
{
  struct task *task = lua_isnoneornil(L, 1) ? host_of(L)->current : check_task(L, 1);
  lua_pushboolean(L, task != NULL && task->cancels > 0);
  return 1;
}

/***
The monotonic clock.
@function now
@treturn number seconds since some point in the past
*/
static int task_lua_now(lua_State *L)
{
  lua_pushnumber(L, (lua_Number)uv_hrtime() / 1e9);
  return 1;
}

/* What handles the error is not struck by the next one. */
static int handle_freely(lua_State *L)
{
  watchdog_free(host_of(L), L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int finish_call(lua_State *L, int status, lua_KContext context)
{
  (void)context;
  if (host_of(L)->current->bound_looks > 0)
    watchdog_free(host_of(L), L);
  lua_pushboolean(L, status == LUA_OK || status == LUA_YIELD);
  lua_replace(L, 1);
  return lua_gettop(L);
}

/* The stack: handler, function, arguments. What follows the call is free again. */
static int call_bounded(lua_State *L)
{
  if (host_of(L)->current->bound_looks > 0) {
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, handle_freely, 1);
    lua_replace(L, 1);
  }
  int nargs = lua_gettop(L) - 2;
  return finish_call(L, lua_pcallk(L, nargs, LUA_MULTRET, 1, 0, finish_call), 0);
}

static void check_call(lua_State *L, int handler)
{
  luaL_checktype(L, handler, LUA_TFUNCTION);
  luaL_checktype(L, handler + 1, LUA_TFUNCTION);
  if (host_of(L)->current == NULL)
    luaL_error(L, "not inside a task");
}

/***
Call a function that computes no longer than this without a wait, as `xpcall` does. What
takes longer gets an error, and so do tasks that it has spawned. Time in C counts, but C
is not interrupted.
@function within
@number seconds of CPU, a tenth at least
@tparam function handler of errors
@tparam function fn
@param ... its arguments
@treturn boolean whether it returned
@return what it returned, or what the handler made of the error
*/
static int task_lua_within(lua_State *L)
{
  double seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds > 0, 1, "not above zero");
  check_call(L, 2);
  watchdog_bound(host_of(L), seconds);
  lua_remove(L, 1);
  return call_bounded(L);
}

/***
The same as the last thing that a task does: bound as the one that has spawned it.
@function finally
@tparam function handler of errors
@tparam function fn
@param ... its arguments
@treturn boolean whether it returned
@return what it returned, or what the handler made of the error
*/
static int task_lua_finally(lua_State *L)
{
  check_call(L, 1);
  return call_bounded(L);
}

/***
Whom to tell where a bounded task computes for a third of a second without a wait: once
for each time, from within that task. It must not wait; what it raises is lost.
@function on_late
@tparam function fn given the place ("script.lua:12") and seconds
*/
static int task_lua_on_late(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, WATCHDOG_LISTENER);
  return 0;
}

/***
What the scheduler has done so far.
@function statistics
@bool[opt=false] is_anew look for the longest turn from here on
@treturn table `resumes` (count), `longest_turn` (seconds of work between two looks at
the descriptors), `live` (tasks)
*/
static int task_lua_statistics(lua_State *L)
{
  struct host *host = host_of(L);
  lua_Integer live = 0;
  for (struct task *task = host->tasks; task != NULL; task = task->next)
    live++;
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, (lua_Integer)host->resumes);
  lua_setfield(L, -2, "resumes");
  lua_pushnumber(L, (lua_Number)host->longest_turn_ns / 1e9);
  lua_setfield(L, -2, "longest_turn");
  lua_pushinteger(L, live);
  lua_setfield(L, -2, "live");
  if (lua_toboolean(L, 1))
    host->longest_turn_ns = 0;
  return 1;
}

/***
End the program: cancel every task, so that what they hold is closed, and exit.
Does not return.
@function exit
@int status
*/
static int task_lua_exit(lua_State *L)
{
  int status = (int)luaL_checkinteger(L, 1);
  struct op *op = op_new(L, sizeof *op, push_nothing, NULL);
  host_exit(op->host, status);
  return op_wait(L, op); /* until it is cancelled */
}

static int cancelled_tostring(lua_State *L)
{
  lua_pushliteral(L, "cancelled");
  return 1;
}

/* The one error object of a cancelled wait: { kind = "cancelled" }. */
static void push_cancelled(lua_State *L)
{
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "cancelled");
  lua_setfield(L, -2, "kind");
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, cancelled_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushliteral(L, "cancelled");
  lua_setfield(L, -2, "__name");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, "moonwire.cancelled");
}

static const luaL_Reg functions[] = {
    {"finally", task_lua_finally},
    {"within", task_lua_within},
    {"on_late", task_lua_on_late},
    {"cancel", task_lua_cancel},
    {"current", task_lua_current},
    {"exit", task_lua_exit},
    {"now", task_lua_now},
    {"is_cancelled", task_lua_is_cancelled},
    {"pardon", task_lua_pardon},
    {"park", task_lua_park},
    {"shield", task_lua_shield},
    {"sleep", task_lua_sleep},
    {"spawn", task_lua_spawn},
    {"wake", task_lua_wake},
    {"statistics", task_lua_statistics},
    {NULL, NULL},
};

int luaopen_host_task(lua_State *L)
{
  luaL_newmetatable(L, TASK_NAME);
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  push_cancelled(L);
  lua_setfield(L, -2, "cancelled");
  return 1;
}
