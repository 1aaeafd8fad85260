#ifndef MOONWIRE_CORE_COLLECTOR_H
#define MOONWIRE_CORE_COLLECTOR_H

#include <lua.h>
#include <stdbool.h>

/*
** When Lua's collector works, and for how long. Collecting seldom is cheap, but what it
** leaves lie grows with what lives: ten thousand sessions would keep as much again in
** waste. So the waste is bounded: as much as what lives, and no more than some
** megabytes. And left to itself it works where memory is asked for: a task that reports
** a device would pay for a sweep of everybody's waste, 70 ms of 80 MB, and no other
** device would be heard meanwhile. So most of it is done in slices, between turns.
*/
struct collector {
  int start_kb;       /* a cycle begins at so much */
  bool is_left_alone; /* a program has set a pace of its own */
};

void collector_open(struct collector *collector, lua_State *L);

/*
** Push bytes as a string. However many they are, Lua does not stop at once to look for
** as many that could be collected: that is done between turns, too.
*/
void collector_push(lua_State *L, const char *bytes, size_t length);

/* A slice, if one is due; otherwise next to nothing. Not from within a finalizer. */
void collector_turn(struct collector *collector, lua_State *L);

#endif
