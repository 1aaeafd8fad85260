/*
** collector.c - the pace of Lua's collector. What it frees is not decided here.
*/
#include "core/collector.h"

#include <uv.h>

enum { LARGE = 1 << 16 };

enum { WASTE_KB = 12288, WASTE_PERCENT = 8, FIRST_KB = 8192 };

static const uint64_t SLICE_NS = 700000;

/*
** What Lua does by itself, for programs that compute and never wait: a cycle begins at
** twice what lived, and 16 bytes that are made are paid with a look at one object, some
** hundreds at a time.
*/
enum { OWN_PAUSE = 200, OWN_SPEED = 1, OWN_STEP_LOG2 = 13 };

/* A step of ours is 2^n / 16 * speed objects: between two looks at the clock. */
enum { OUR_SPEED = 100, OUR_STEP_LOG2 = 6 };

void collector_open(struct collector *collector, lua_State *L)
{
  collector->start_kb = FIRST_KB;
  collector->is_left_alone = false;
  lua_gc(L, LUA_GCINC, OWN_PAUSE, OWN_SPEED, OWN_STEP_LOG2);
}

/* Whether the pace is still the one that was set here; another is left as it is. */
static bool is_ours(lua_State *L)
{
  int pause = lua_gc(L, LUA_GCSETPAUSE, OWN_PAUSE);
  if (pause != OWN_PAUSE) {
    lua_gc(L, LUA_GCSETPAUSE, pause);
    return false;
  }
  if (lua_gc(L, LUA_GCINC, 0, OUR_SPEED, OUR_STEP_LOG2) == LUA_GCINC)
    return true;
  lua_gc(L, LUA_GCGEN, 0, 0);
  return false;
}

static int start_after(int live_kb)
{
  int waste_kb = live_kb / 100 * WASTE_PERCENT;
  if (waste_kb < WASTE_KB)
    waste_kb = live_kb < WASTE_KB ? live_kb : WASTE_KB;
  return live_kb + waste_kb;
}

void collector_turn(struct collector *collector, lua_State *L)
{
  if (lua_gc(L, LUA_GCCOUNT) < collector->start_kb || collector->is_left_alone ||
      lua_gc(L, LUA_GCISRUNNING) != 1)
    return; /* nothing is due, or the state is closing */
  collector->is_left_alone = !is_ours(L);
  if (collector->is_left_alone)
    return;
  uint64_t start_ns = uv_hrtime();
  bool is_over;
  do {
    is_over = lua_gc(L, LUA_GCSTEP, 0) == 1;
  } while (!is_over && uv_hrtime() - start_ns < SLICE_NS);
  lua_gc(L, LUA_GCINC, 0, OWN_SPEED, OWN_STEP_LOG2);
  if (is_over)
    collector->start_kb = start_after(lua_gc(L, LUA_GCCOUNT));
}

/* A step by less than nothing is a credit. */
void collector_push(lua_State *L, const char *bytes, size_t length)
{
  if (length >= LARGE && lua_gc(L, LUA_GCISRUNNING) == 1)
    lua_gc(L, LUA_GCSTEP, -(int)(length / 1024));
  lua_pushlstring(L, bytes, length);
}
