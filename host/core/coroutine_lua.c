/*
** coroutine_lua.c - coroutines of the user inside a task. A wait in one of them passes
** up to the scheduler through every resume in between; a plain yield stops at its own
** resume, as ever.
*/
#include <lauxlib.h>

#include "core/host.h"
#include "core/library.h"
#include "core/op.h"

enum { ORIGINAL_CLOSE = 1 }; /* upvalue of close */

static bool waits(lua_State *co)
{
  return lua_status(co) == LUA_YIELD && lua_gettop(co) > 0 &&
         luaL_testudata(co, -1, OP_NAME) != NULL;
}

static lua_State *check_coroutine(lua_State *L)
{
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co != NULL, 1, "coroutine");
  return co;
}

static int on_continue(lua_State *L, int status, lua_KContext is_wrap);

/* Move the results of 'co' to L, or its error. L holds the coroutine at index 1. */
static int finish(lua_State *L, lua_State *co, int status, int nresults, bool is_wrap)
{
  bool has_failed = status != LUA_OK && status != LUA_YIELD;
  int n = has_failed ? 1 : nresults;
  if (!lua_checkstack(L, n + 1)) {
    lua_pop(co, n);
    return luaL_error(L, "too many results to resume");
  }
  if (!is_wrap)
    lua_pushboolean(L, !has_failed);
  lua_xmove(co, L, n);
  if (!is_wrap)
    return n + 1;
  if (!has_failed)
    return n;
  lua_resetthread(co);
  if (lua_type(L, -1) == LUA_TSTRING) { /* say where the wrap was called, as Lua does */
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int run(lua_State *L, lua_State *co, int nargs, bool is_wrap)
{
  struct host *host = host_of(L);
  bool is_barrier = !lua_isyieldable(L);
  int nresults = 0;
  host->barriers += is_barrier;
  host->running = co;
  int status = lua_resume(co, L, nargs, &nresults);
  host->running = L;
  host->barriers -= is_barrier;
  if (status == LUA_YIELD && host->is_waiting) {
    lua_settop(L, 1);
    return lua_yieldk(L, 0, is_wrap, on_continue);
  }
  return finish(L, co, status, nresults, is_wrap);
}

static int on_continue(lua_State *L, int status, lua_KContext is_wrap)
{
  (void)status;
  return run(L, lua_tothread(L, 1), 0, is_wrap != 0);
}

static const char *refusal(lua_State *L, lua_State *co)
{
  if (waits(co))
    return "cannot resume a coroutine that waits for the host";
  if (lua_status(co) == LUA_OK && lua_gettop(co) == 0)
    return "cannot resume dead coroutine";
  if (lua_status(co) == LUA_YIELD)
    return NULL;
  lua_Debug ar;
  if (lua_status(co) != LUA_OK)
    return "cannot resume dead coroutine";
  if (co == L || lua_getstack(co, 0, &ar))
    return "cannot resume non-suspended coroutine";
  return NULL;
}

static int start(lua_State *L, bool is_wrap)
{
  lua_State *co = lua_tothread(L, 1);
  int nargs = lua_gettop(L) - 1;
  const char *why = refusal(L, co);
  if (why == NULL && !lua_checkstack(co, nargs))
    why = "too many arguments to resume";
  if (why != NULL) {
    if (is_wrap)
      return luaL_error(L, "%s", why);
    lua_pushboolean(L, 0);
    lua_pushstring(L, why);
    return 2;
  }
  lua_xmove(L, co, nargs);
  return run(L, co, nargs, is_wrap);
}

static int coroutine_resume(lua_State *L)
{
  check_coroutine(L);
  return start(L, false);
}

static int call_wrapped(lua_State *L)
{
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return start(L, true);
}

static int coroutine_wrap(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

static int coroutine_close(lua_State *L)
{
  if (waits(check_coroutine(L)))
    return luaL_error(L, "cannot close a coroutine that waits for the host");
  lua_pushvalue(L, lua_upvalueindex(ORIGINAL_CLOSE));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

void coroutine_install(lua_State *L)
{
  lua_getglobal(L, "coroutine");
  lua_pushcfunction(L, coroutine_resume);
  lua_setfield(L, -2, "resume");
  lua_pushcfunction(L, coroutine_wrap);
  lua_setfield(L, -2, "wrap");
  lua_getfield(L, -1, "close");
  lua_pushcclosure(L, coroutine_close, 1);
  lua_setfield(L, -2, "close");
  lua_pop(L, 1);
}
