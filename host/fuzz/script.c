/*
** fuzz/script.c - a target in Lua: a host as the program has it, in which each input is
** the argument of a task. What raises has broken a promise. libFuzzer does not see
** which lines of Lua ran, so a hook tells it: a counter for each pair of lines that
** follow one another.
*/
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/host.h"
#include "core/library.h"
#include "fuzz/target.h"

enum { COUNTERS = 1 << 16, LONGEST_NAME = 64 };

/* Where libFuzzer looks for what it has not counted itself. */
__attribute__((section("__libfuzzer_extra_counters"),
               used)) static uint8_t counters[COUNTERS];

static struct host host;
static uint32_t last_line;

/* A chunk is known by where its name lies: it stays there as long as the chunk does. */
static void on_line(lua_State *L, lua_Debug *at)
{
  lua_getinfo(L, "S", at);
  uint32_t place =
      (uint32_t)((uintptr_t)at->source >> 3) * 31 + (uint32_t)at->currentline;
  counters[(place ^ last_line) % COUNTERS]++;
  last_line = place >> 1;
}

/* Leaves the function of inputs: its file is looked for from the folder we are in. */
static int load(lua_State *L)
{
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  lua_pushfstring(L, "lua/?.lua;lua/?/init.lua;./?.lua;%s", lua_tostring(L, -1));
  lua_setfield(L, 2, "path");
  lua_getglobal(L, "require");
  lua_pushliteral(L, "spec.fuzz.support.guard");
  lua_call(L, 1, 1);
  lua_getglobal(L, "require");
  lua_pushfstring(L, "spec.fuzz.%s", lua_tostring(L, 1));
  lua_call(L, 1, 1);
  lua_call(L, 1, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "fuzz.target");
  return 0;
}

bool target_script_open(const char *name)
{
  char path[LONGEST_NAME];
  snprintf(path, sizeof path, "spec/fuzz/%.40s.lua", name);
  FILE *file = strchr(name, '.') == NULL ? fopen(path, "r") : NULL;
  if (file == NULL)
    return false;
  fclose(file);
  target_require(host_open(&host) == 0, "a host opens");
  library_open(host.L);
  lua_pushcfunction(host.L, load);
  lua_pushstring(host.L, name);
  if (lua_pcall(host.L, 1, 0, 0) != LUA_OK)
    target_require(false, lua_tostring(host.L, -1));
  lua_sethook(host.L, on_line, LUA_MASKLINE, 0);
  return true;
}

void target_script(const uint8_t *data, size_t size)
{
  lua_State *L = host.L;
  lua_newtable(L);
  int verdict = lua_gettop(L);
  lua_getfield(L, LUA_REGISTRYINDEX, "fuzz.target");
  lua_pushlstring(L, (const char *)data, size);
  lua_pushvalue(L, verdict);
  last_line = 0;
  host_spawn(&host, L, 2);
  lua_pop(L, 1);
  do
    host_run(&host); /* it may return once because of how the last input ended */
  while (!host.has_exited && uv_loop_alive(&host.loop));
  target_require(host.has_exited, "no wait for what cannot come");
  host.has_exited = false;
  if (lua_getfield(L, verdict, "broken") != LUA_TNIL)
    target_require(false, lua_tostring(L, -1));
  lua_settop(L, 0);
}
