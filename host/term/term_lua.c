/***
Device bytes to text, and the end of an answer in it. Sessions have the same engines
under their hands in C; here they are for scripts and specs. Nothing in this module
waits.
@module host.term
*/
#include "term/term_lua.h"

#include "core/collector.h"
#include "core/library.h"
#include "core/op.h"

#define SCREEN_NAME "moonwire.screen"

unsigned term_check_width(lua_State *L, int index)
{
  lua_Integer width = luaL_optinteger(L, index, ROW_WIDTH);
  luaL_argcheck(L, width > 0 && width <= ROW_WIDEST, index, "not between 1 and 4096");
  return (unsigned)width;
}

size_t term_check_size(lua_State *L, int index)
{
  lua_Integer size = luaL_checkinteger(L, index);
  luaL_argcheck(L, size >= 0, index, "negative size");
  return (size_t)size;
}

int term_push_fed(lua_State *L, bool has_memory)
{
  if (!has_memory)
    return op_fail(L, ERROR_LOCAL, NULL);
  lua_pushboolean(L, true);
  return 1;
}

void term_push_text(lua_State *L, struct screen *screen)
{
  size_t length;
  const char *text = screen_text(screen, &length);
  lua_pushlstring(L, text, length);
}

void term_push_tail(lua_State *L, struct screen *screen)
{
  size_t length;
  const char *tail = screen_tail(screen, &length);
  lua_pushlstring(L, tail, length);
}

int term_push_work(lua_State *L, uint64_t work, const struct screen *screen)
{
  lua_pushinteger(L, (lua_Integer)work);
  lua_pushinteger(L, (lua_Integer)screen_heap(screen));
  return 2;
}

void term_new_class(lua_State *L, const char *name, const luaL_Reg *methods)
{
  luaL_newmetatable(L, name);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

static struct screen *check_screen(lua_State *L)
{
  struct screen *screen = luaL_checkudata(L, 1, SCREEN_NAME);
  luaL_argcheck(L, screen_is_open(screen), 1, "screen is closed");
  return screen;
}

static struct screen *new_screen(lua_State *L, unsigned width)
{
  struct screen *screen = lua_newuserdatauv(L, sizeof *screen, 0);
  screen_open(screen, width); /* takes no memory yet */
  luaL_setmetatable(L, SCREEN_NAME);
  return screen;
}

/***
A new screen.
@function screen
@tparam[opt=511] integer width columns of the terminal, as the device was told
@treturn screen
*/
static int term_lua_screen(lua_State *L)
{
  new_screen(L, term_check_width(L, 1));
  return 1;
}

/***
A new expect, with a screen of its own.
@function expect
@tparam[opt=511] integer width columns of the terminal, as the device was told
@treturn expect
*/

/***
Clean text from all the bytes at once.
@function clean
@string bytes as the device sent them
@tparam[opt=511] integer width columns of the terminal, as the device was told
@treturn[1] string text, the open line included
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local", when there is no memory
*/
static int term_lua_clean(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  struct screen *screen = new_screen(L, term_check_width(L, 2));
  bool has_memory = screen_feed(screen, bytes, length);
  if (has_memory) {
    term_push_text(L, screen);
    term_push_tail(L, screen);
    lua_concat(L, 2);
  }
  screen_close(screen);
  return has_memory ? 1 : op_fail(L, ERROR_LOCAL, NULL);
}

/***
Clean text in which lines are finished as the device finishes them.
@type screen
*/

/***
Take in device bytes, cut anywhere.
@function screen:feed
@string bytes
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local", when there is no memory
*/
static int screen_lua_feed(lua_State *L)
{
  size_t length;
  struct screen *screen = check_screen(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  return term_push_fed(L, screen_feed(screen, bytes, length));
}

/***
The finished lines that were not dropped.
@function screen:text
@treturn string text, which is empty or ends in a newline
*/
static int screen_lua_text(lua_State *L)
{
  term_push_text(L, check_screen(L));
  return 1;
}

/***
The open line so far.
@function screen:tail
@treturn string
*/
static int screen_lua_tail(lua_State *L)
{
  term_push_tail(L, check_screen(L));
  return 1;
}

/***
Forget the first bytes of the finished text.
@function screen:drop
@tparam integer bytes more than there are: all of them
*/
static int screen_lua_drop(lua_State *L)
{
  struct screen *screen = check_screen(L);
  screen_drop(screen, term_check_size(L, 2));
  return 0;
}

/***
Forget everything, the open line included.
@function screen:clear
*/
static int screen_lua_clear(lua_State *L)
{
  screen_clear(check_screen(L));
  return 0;
}

/***
What it has cost so far.
@function screen:work
@treturn integer bytes looked at, copied and moved, ever
@treturn integer bytes of heap memory held now
*/
static int screen_lua_work(lua_State *L)
{
  struct screen *screen = check_screen(L);
  return term_push_work(L, screen_work(screen), screen);
}

/***
Let go of the memory. Closing again is harmless.
@function screen:close
*/
static int screen_lua_close(lua_State *L)
{
  screen_close(luaL_checkudata(L, 1, SCREEN_NAME));
  return 0;
}

static const luaL_Reg methods[] = {
    {"clear", screen_lua_clear}, {"close", screen_lua_close},
    {"drop", screen_lua_drop},   {"feed", screen_lua_feed},
    {"tail", screen_lua_tail},   {"text", screen_lua_text},
    {"work", screen_lua_work},   {"__close", screen_lua_close},
    {"__gc", screen_lua_close},  {NULL, NULL},
};

/***
A part of a text, as by `string.sub`, where both may be large: the collector does not
stop everybody at once for what is made.
@function part
@string text
@int first from 1 on
@int last no more than the length of the text
@treturn string
*/
static int term_lua_part(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
  luaL_argcheck(L, first >= 1, 2, "below 1");
  luaL_argcheck(L, last <= (lua_Integer)length, 3, "behind the end");
  if (first == 1 && last == (lua_Integer)length)
    lua_settop(L, 1);
  else if (first > last)
    lua_pushliteral(L, "");
  else
    collector_push(L, text + first - 1, (size_t)(last - first + 1));
  return 1;
}

static const luaL_Reg functions[] = {
    {"clean", term_lua_clean},
    {"expect", expect_lua_new},
    {"part", term_lua_part},
    {"screen", term_lua_screen},
    {NULL, NULL},
};

int luaopen_host_term(lua_State *L)
{
  term_new_class(L, SCREEN_NAME, methods);
  expect_lua_open(L);
  luaL_newlib(L, functions);
  return 1;
}
