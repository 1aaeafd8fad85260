#ifndef MOONWIRE_CORE_COLLECTOR_H
#define MOONWIRE_CORE_COLLECTOR_H

#include <lua.h>
#include <stdbool.h>

/*
** How long Lua's collector may wait. Collecting seldom is cheap, but what it leaves lie
** grows with what lives: ten thousand sessions would keep as much again in waste. So
** the waste is bounded: as much as what lives, and no more than some megabytes.
*/
struct collector {
  int pause; /* per cent: a new cycle begins at so much of what lived behind the last */
  bool is_left_alone; /* a program has set a pause of its own */
};

void collector_open(struct collector *collector, lua_State *L);

/* Cheap enough for every turn of the loop. Not from within a finalizer. */
void collector_adjust(struct collector *collector, lua_State *L);

#endif
