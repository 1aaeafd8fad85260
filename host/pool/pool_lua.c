/***
Threads, each a host of its own, and messages between them and this one. No thread sees
another's Lua state: plain values cross as copies, secrets as references.
@module host.pool
*/
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/chunks.h"
#include "core/library.h"
#include "core/op.h"
#include "pool/crew_lua.h"
#include "pool/letter_lua.h"
#include "pool/pool.h"

#define POOL_NAME "moonwire.pool"

enum { MOST_WORKERS = 1024, MOST_CORES = 1024, CAPACITY = 65536 };

static struct crew *check_crew(lua_State *L)
{
  struct crew **pool = luaL_checkudata(L, 1, POOL_NAME);
  luaL_argcheck(L, *pool != NULL, 1, "pool was never opened");
  return *pool;
}

/* ---- options ---- */

static const char *get_string(lua_State *L, const char *name, const char *otherwise)
{
  if (lua_getfield(L, 1, name) == LUA_TNIL && otherwise != NULL)
    lua_pushstring(L, otherwise);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "pool.open: %s must be a string", name);
  return lua_tostring(L, -1); /* it stays on the stack */
}

static lua_Integer get_integer(lua_State *L, const char *name, lua_Integer otherwise,
                               lua_Integer most)
{
  int is_integer = 1;
  lua_Integer value = otherwise;
  if (lua_getfield(L, 1, name) != LUA_TNIL)
    value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || value < 1 || value > most)
    luaL_error(L, "pool.open: %s must be an integer from 1 to %I", name, most);
  lua_pop(L, 1);
  return value;
}

static bool get_boolean(lua_State *L, const char *name)
{
  lua_getfield(L, 1, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static const char *get_path(lua_State *L, const char *name)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, name);
  const char *path = lua_tostring(L, -1);
  return path != NULL ? path : "";
}

static lua_Integer core_count(void)
{
  unsigned cores[MOST_CORES];
  return (lua_Integer)pool_cores(cores, MOST_CORES);
}

/***
Start threads. Each opens a host with the same modules and paths, and runs
`require(main)(port, number)` as its root task. When the system refuses some of the
threads, the pool has fewer, and says so.
@function open
@tparam table options `main` (module name), `workers` (count; the usable cores), `pin`
(each thread to one core; false), `name` (of the threads, cut to fit 15 bytes with its
number; "moonwire"), `capacity` (messages that may wait at one receiver; 65536), `limit`
(bytes of one value; 256 MiB)
@treturn[1] pool
@treturn[1] string|nil a warning when there are fewer threads than asked for
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int pool_lua_open(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct crew_options options = {
      .main = get_string(L, "main", NULL),
      .name = get_string(L, "name", "moonwire"),
      .path = get_path(L, "path"),
      .cpath = get_path(L, "cpath"),
      .workers = (unsigned)get_integer(L, "workers", core_count(), MOST_WORKERS),
      .capacity = (size_t)get_integer(L, "capacity", CAPACITY, 1 << 30),
      .limit = (size_t)get_integer(L, "limit", WIRE_LIMIT, INT32_MAX),
      .is_pinned = get_boolean(L, "pin"),
  };
  struct crew **pool = lua_newuserdatauv(L, sizeof(struct crew *), 0);
  *pool = NULL;
  luaL_setmetatable(L, POOL_NAME);
  options.chunks = chunks_take(L);
  int code = crew_open(&host_of(L)->loop, &options, pool);
  if (code < 0)
    return op_fail(L, ERROR_LOCAL,
                   lua_pushfstring(L, "cannot start threads: %s", uv_strerror(code)));
  if (crew_shortage(*pool) == 0)
    return 1;
  lua_pushfstring(L, "%d of %d threads started: %s", (int)crew_size(*pool),
                  (int)options.workers, uv_strerror(crew_shortage(*pool)));
  return 2;
}

/***
How many cores this process may use.
@function cores
@treturn integer
*/
static int pool_lua_cores(lua_State *L)
{
  lua_pushinteger(L, core_count());
  return 1;
}

/***
How many workers the pool has.
@function pool:size
@treturn integer
*/
static int pool_size_method(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)crew_size(check_crew(L)));
  return 1;
}

/***
Send a value to a worker. Does not wait. Raises when the value is not plain, and says
where in it.
@function pool:send
@int worker from 1
@param value nil, boolean, number, string, secret, or a table of these
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "closed" when the worker has ended, "limit" when it does not
keep up, "local" when memory ran out
*/
static int pool_send(lua_State *L)
{
  struct crew *crew = check_crew(L);
  lua_Integer number = luaL_checkinteger(L, 2);
  luaL_argcheck(L, number >= 1 && number <= (lua_Integer)crew_size(crew), 2,
                "no such worker");
  luaL_checkany(L, 3);
  struct letter_sender sender = {0, crew_limit(crew)};
  const char *whom = lua_pushfstring(L, "worker %d", (int)number);
  return letter_send(L, 3, &sender, crew_inbox(crew, (unsigned)number), whom);
}

/***
Wait for the next value from any worker. One task at a time. A worker that ended with an
error is told once, after all that it sent.
@function pool:receive
@number[opt] seconds how long at most; never ending when left out
@treturn[1] integer worker
@return[1] the value
@treturn[2] integer worker
@return[2] nil
@treturn[2] string the error that ended this worker
@return[3] nil
@treturn[3] string message
@treturn[3] string kind: "timeout", or "closed" when the pool is closed or every worker
has ended
*/
static int pool_receive(lua_State *L)
{
  struct crew *crew = check_crew(L);
  double seconds = luaL_optnumber(L, 2, HUGE_VAL);
  return receiver_wait(L, crew_receiver(crew), seconds);
}

/* ---- the end ---- */

struct close_op {
  struct op op; /* first, so that a struct op * is a struct close_op * */
  struct crew_closer closer;
};

static int close_push(struct op *op, lua_State *L)
{
  (void)L;
  op->task->shields--;
  return 0;
}

static void close_detach(struct op *op)
{
  crew_forget(&((struct close_op *)op)->closer);
}

static void on_over(struct crew_closer *closer)
{
  op_complete(closer->data, ERROR_NONE);
}

static bool may_wait(lua_State *L)
{
  struct host *host = host_of(L);
  return host->current != NULL && host->barriers == 0 && lua_isyieldable(L);
}

/***
Cancel the workers' tasks, and wait until their threads have ended; also as `<close>`. A
cancel does not cut this wait short. Where a task cannot wait, the threads end by
themselves.
@function pool:close
*/
static int pool_lua_close(lua_State *L)
{
  struct crew **pool = luaL_checkudata(L, 1, POOL_NAME);
  struct crew *crew = *pool;
  if (crew == NULL)
    return 0;
  crew_stop(crew);
  if (crew_is_over(crew) || !may_wait(L))
    return 0;
  host_of(L)->current->shields++; /* or a cancelled task could not wait at all */
  struct close_op *c = op_new(L, sizeof *c, close_push, close_detach);
  c->closer.on_over = on_over;
  c->closer.data = &c->op;
  crew_await(crew, &c->closer);
  return op_wait(L, &c->op);
}

static int pool_gc(lua_State *L)
{
  struct crew **pool = luaL_checkudata(L, 1, POOL_NAME);
  if (*pool != NULL)
    crew_abandon(*pool);
  *pool = NULL;
  return 0;
}

static const luaL_Reg methods[] = {
    {"close", pool_lua_close},
    {"receive", pool_receive},
    {"send", pool_send},
    {"size", pool_size_method},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__close", pool_lua_close},
    {"__gc", pool_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"cores", pool_lua_cores},
    {"open", pool_lua_open},
    {NULL, NULL},
};

int luaopen_host_pool(lua_State *L)
{
  luaL_newmetatable(L, POOL_NAME);
  luaL_setfuncs(L, metamethods, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  return 1;
}
