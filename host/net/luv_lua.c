/*
** luv_lua.c - Debian's luv on the host's own loop: files, processes, pipes, signals,
** DNS. Its timers and callbacks run outside of tasks; moonwire.task.await makes waits
** of them. What would take the loop away from the host is not offered.
*/
#include <lauxlib.h>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes" /* luv's own header */
#include <luv/luv.h>
#pragma GCC diagnostic pop

#include "core/host.h"
#include "core/library.h"

static int add_traceback(lua_State *L)
{
  const char *message = luaL_tolstring(L, 1, NULL);
  luaL_traceback(L, L, message, 1);
  return 1;
}

/* luv's own reaction to an error in a callback is exit(-1): report it instead. */
static int call(lua_State *L, int nargs, int nresults, int flags)
{
  (void)flags;
  int base = lua_gettop(L) - nargs;
  lua_pushcfunction(L, add_traceback);
  lua_insert(L, base);
  int status = lua_pcall(L, nargs, nresults, base);
  lua_remove(L, base);
  if (status == LUA_OK)
    return nresults == LUA_MULTRET ? lua_gettop(L) - base + 1 : nresults;
  lua_warning(L, "error in a callback of luv: ", 1);
  lua_warning(L, lua_tostring(L, -1), 0);
  lua_pop(L, 1);
  return -status;
}

static const char *const hidden[] = {
    "run",        "stop",           "new_thread", "new_work", "queue_work", "walk",
    "loop_close", "loop_configure", "fork",       "set_fork", NULL};

int luaopen_host_luv(lua_State *L)
{
  luv_set_loop(L, &host_of(L)->loop);
  luv_set_callback(L, call);
  luaopen_luv(L);
  for (size_t i = 0; hidden[i] != NULL; i++) {
    lua_pushnil(L);
    lua_setfield(L, -2, hidden[i]);
  }
  return 1;
}
