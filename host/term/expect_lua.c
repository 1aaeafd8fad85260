/***
Where an answer ends: at a mark that was typed behind the command and comes back behind
a prompt.
Made by expect() of host.term.
@classmod host.term.expect
*/
#include "term/term_lua.h"

#include "term/expect.h"

#define EXPECT_NAME "moonwire.expect"

static struct expect *check_expect(lua_State *L)
{
  struct expect *expect = luaL_checkudata(L, 1, EXPECT_NAME);
  luaL_argcheck(L, screen_is_open(&expect->screen), 1, "expect is closed");
  return expect;
}

int expect_lua_new(lua_State *L)
{
  unsigned width = term_check_width(L, 1);
  struct expect *expect = lua_newuserdatauv(L, sizeof *expect, 0);
  expect_open(expect, width); /* takes no memory yet */
  luaL_setmetatable(L, EXPECT_NAME);
  return 1;
}

/***
Take in device bytes, cut anywhere.
@function expect:feed
@string bytes
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local", when there is no memory
*/
static int expect_lua_feed(lua_State *L)
{
  size_t length;
  struct expect *expect = check_expect(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  return term_push_fed(L, expect_feed(expect, bytes, length));
}

/***
Look for this mark from here on, in what is held already too.
@function expect:await
@string[opt=""] mark at most 63 bytes; empty: no mark
*/
static int expect_lua_await(lua_State *L)
{
  size_t length;
  struct expect *expect = check_expect(L);
  const char *mark = luaL_optlstring(L, 2, "", &length);
  luaL_argcheck(L, expect_await(expect, mark, length), 2, "longer than 63 bytes");
  return 0;
}

/***
Tell the host name as it stands in every prompt.
@function expect:host
@string[opt=""] host at most 127 bytes; empty: unknown
*/
static int expect_lua_host(lua_State *L)
{
  size_t length;
  struct expect *expect = check_expect(L);
  const char *host = luaL_optlstring(L, 2, "", &length);
  luaL_argcheck(L, expect_host(expect, host, length), 2, "longer than 127 bytes");
  return 0;
}

/***
Limit the text that is held at once.
@function expect:limit
@tparam integer bytes zero: no limit, as at first
*/
static int expect_lua_limit(lua_State *L)
{
  struct expect *expect = check_expect(L);
  expect_limit(expect, term_check_size(L, 2));
  return 0;
}

/***
Tell which bytes a tail that waits for an answer may end in.
@function expect:terminators
@string bytes at first `#>$%:])?-}'"`
*/
static int expect_lua_terminators(lua_State *L)
{
  size_t length;
  struct expect *expect = check_expect(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  expect_terminators(expect, bytes, length);
  return 0;
}

/***
Look at what is new.
@function expect:check
@treturn ?string "mark": the answer is complete; "tail": the device seems to wait, told
once; "limit": too much text; nil: nothing to tell
*/
static int expect_lua_check(lua_State *L)
{
  static const char *const names[] = {
      [EXPECT_NOTHING] = NULL,
      [EXPECT_MARK] = "mark",
      [EXPECT_TAIL] = "tail",
      [EXPECT_LIMIT] = "limit",
  };
  lua_pushstring(L, names[expect_check(check_expect(L))]);
  return 1;
}

/***
The finished text, up to the marked line if there is one.
@function expect:answer
@treturn string text
@treturn string what stands before the mark: the prompt, or nothing without a mark
*/
static int expect_lua_answer(lua_State *L)
{
  size_t length;
  struct expect *expect = check_expect(L);
  const char *bytes = expect_answer(expect, &length);
  lua_pushlstring(L, bytes, length);
  bytes = expect_prompt(expect, &length);
  lua_pushlstring(L, bytes, length);
  return 2;
}

/***
The open line so far.
@function expect:tail
@treturn string
*/
static int expect_lua_tail(lua_State *L)
{
  term_push_tail(L, &check_expect(L)->screen);
  return 1;
}

/***
Whether the awaited mark was echoed on a line without a prompt.
@function expect:is_echoed
@treturn boolean
*/
static int expect_lua_is_echoed(lua_State *L)
{
  lua_pushboolean(L, check_expect(L)->is_echoed);
  return 1;
}

/***
Consume the answer through the marked line, and await no mark any more. Does nothing
unless the mark was found.
@function expect:take
@treturn string text
@treturn string prompt
*/
static int expect_lua_take(lua_State *L)
{
  struct expect *expect = check_expect(L);
  expect_lua_answer(L);
  expect_take(expect);
  return 2;
}

/***
Consume everything, and await no mark any more.
@function expect:take_all
@treturn string finished text
@treturn string tail
*/
static int expect_lua_take_all(lua_State *L)
{
  struct expect *expect = check_expect(L);
  term_push_text(L, &expect->screen);
  term_push_tail(L, &expect->screen);
  expect_take_all(expect);
  return 2;
}

/***
Consume the first bytes of the answer, as far as it was checked.
@function expect:drop
@tparam integer bytes
*/
static int expect_lua_drop(lua_State *L)
{
  struct expect *expect = check_expect(L);
  expect_drop(expect, term_check_size(L, 2));
  return 0;
}

/***
What it has cost so far.
@function expect:work
@treturn integer bytes looked at, copied and moved, ever
@treturn integer bytes of heap memory held now
*/
static int expect_lua_work(lua_State *L)
{
  struct expect *expect = check_expect(L);
  return term_push_work(L, expect->work + screen_work(&expect->screen),
                        &expect->screen);
}

/***
Let go of the memory. Closing again is harmless.
@function expect:close
*/
static int expect_lua_close(lua_State *L)
{
  expect_close(luaL_checkudata(L, 1, EXPECT_NAME));
  return 0;
}

static const luaL_Reg methods[] = {
    {"answer", expect_lua_answer},
    {"await", expect_lua_await},
    {"check", expect_lua_check},
    {"close", expect_lua_close},
    {"drop", expect_lua_drop},
    {"feed", expect_lua_feed},
    {"host", expect_lua_host},
    {"is_echoed", expect_lua_is_echoed},
    {"limit", expect_lua_limit},
    {"tail", expect_lua_tail},
    {"take", expect_lua_take},
    {"take_all", expect_lua_take_all},
    {"terminators", expect_lua_terminators},
    {"work", expect_lua_work},
    {"__close", expect_lua_close},
    {"__gc", expect_lua_close},
    {NULL, NULL},
};

void expect_lua_open(lua_State *L)
{
  term_new_class(L, EXPECT_NAME, methods);
}
