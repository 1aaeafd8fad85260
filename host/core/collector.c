/*
** collector.c - the pace of Lua's collector. What it frees is not decided here.
*/
#include "core/collector.h"

enum { WASTE_KB = 12288 };

/* Lua keeps a pause in steps of four per cent. */
enum { LONGEST_PAUSE = 200, SHORTEST_PAUSE = 108, STEP_OF_PAUSE = 4, SPEED = 400 };

static int pause_for(int live_kb)
{
  long long pause = 100 + 100LL * WASTE_KB / (live_kb + 1);
  if (pause > LONGEST_PAUSE)
    return LONGEST_PAUSE;
  if (pause < SHORTEST_PAUSE)
    return SHORTEST_PAUSE;
  return (int)pause / STEP_OF_PAUSE * STEP_OF_PAUSE;
}

void collector_open(struct collector *collector, lua_State *L)
{
  collector->pause = LONGEST_PAUSE;
  collector->is_left_alone = false;
  lua_gc(L, LUA_GCINC, LONGEST_PAUSE, SPEED, 0);
}

/*
** The pause counts at the end of a cycle. What is there at other times is more than
** what lives, so that the pause is rather too short.
*/
void collector_adjust(struct collector *collector, lua_State *L)
{
  int live_kb = lua_gc(L, LUA_GCCOUNT, 0);
  if (live_kb < 0 || collector->is_left_alone)
    return; /* the state is closing */
  int pause = pause_for(live_kb);
  if (pause == collector->pause)
    return;
  int found = lua_gc(L, LUA_GCSETPAUSE, pause);
  collector->is_left_alone = found != collector->pause;
  collector->pause = pause;
  if (collector->is_left_alone)
    lua_gc(L, LUA_GCSETPAUSE, found);
}
