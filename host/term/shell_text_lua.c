/***
What a shell holds and knows, for the asking: nothing here waits.
@classmod moonwire.shell
*/
#include <lauxlib.h>

#include "core/collector.h"
#include "term/shell_lua.h"

/***
Whether the device's end of it is open, as far as is known without asking.
@function is_open
@treturn boolean
*/
static int shell_text_is_open(lua_State *L)
{
  const struct line *line = shell_check_lua(L)->line;
  lua_pushboolean(L, line != NULL && line->verbs->state(line) != LINE_ENDED);
  return 1;
}

/***
Tell the name that stands in every prompt from now on.
@function set_host
@string name at most 127 bytes; empty: not known
*/
static int shell_text_set_host(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  size_t length;
  const char *name = luaL_checklstring(L, 2, &length);
  luaL_argcheck(L, expect_host(&shell->expect, name, length), 2,
                "longer than 127 bytes");
  return 0;
}

/***
Tell the bytes that a prompt, a question or a pager of this device may end in.
@function set_terminators
@string bytes
*/
static int shell_text_set_terminators(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  expect_terminators(&shell->expect, bytes, length);
  return 0;
}

/* The last bytes of a text. */
static void push_end(lua_State *L, const char *text, size_t length, size_t most)
{
  size_t cut = length > most ? length - most : 0;
  collector_push(L, text + cut, length - cut);
}

/***
What the device has said that was not taken, unfinished line included.
@function text
@int[opt] most bytes of its end; all of it when left out, and that may be large
@treturn string
*/
static int shell_text_push(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  size_t length, open;
  lua_Integer given = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  luaL_argcheck(L, given >= 0, 2, "below 0");
  size_t most = (size_t)given;
  if (shell->line == NULL) {
    lua_pushliteral(L, "");
    return 1;
  }
  const char *text = expect_answer(&shell->expect, &length);
  const char *tail = expect_tail(&shell->expect, &open);
  if (tail == text + length) { /* no copy more than there has to be: it may be large */
    push_end(L, text, length + open, most);
    return 1;
  }
  push_end(L, text, length, most > open ? most - open : 0);
  push_end(L, tail, open, most);
  lua_concat(L, 2);
  return 1;
}

/***
How long the text is.
@function length
@treturn int bytes
*/
static int shell_text_length(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  size_t finished = 0, open = 0;
  if (shell->line != NULL) {
    expect_answer(&shell->expect, &finished);
    expect_tail(&shell->expect, &open);
  }
  size_t length = finished + open;
  lua_pushinteger(L, (lua_Integer)length);
  return 1;
}

/***
Forget all but the first bytes of an answer that is given up: half of its limit, so that
a copy of them takes no more memory than the limit.
@function keep
*/
static int shell_text_keep(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  if (shell->line != NULL)
    expect_keep(&shell->expect, shell->expect.limit / 2);
  return 0;
}

/***
Forget what the device has said so far.
@function discard
*/
static int shell_text_discard(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  if (shell->line != NULL)
    expect_take_all(&shell->expect);
  return 0;
}

/***
Tell the unfinished line once more: who reads from here on was not there.
@function retell
*/
static int shell_text_retell(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  if (shell->line != NULL)
    expect_retell(&shell->expect);
  return 0;
}

/***
Take a text for said by the device: what it was sent, where it does not echo that.
@function echo
@string text
*/
static int shell_text_echo(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  if (shell->line != NULL && !expect_feed(&shell->expect, text, length))
    shell->is_out_of_memory = true;
  return 0;
}

/***
What was said beside the terminal so far: the standard error of a command.
@function said
@treturn string at most 64 KiB of it; empty where there is no such thing
@treturn int how much was said, for `read`
*/
static int shell_text_said(lua_State *L)
{
  const struct shell *shell = shell_check_lua(L);
  const struct bytes *said =
      shell->line != NULL ? shell->line->verbs->said(shell->line) : NULL;
  size_t length = said != NULL ? said->length : 0;
  lua_pushlstring(L, length > 0 ? bytes_head(said) : "", length);
  lua_pushinteger(L, (lua_Integer)length);
  return 2;
}

static const luaL_Reg methods[] = {
    {"discard", shell_text_discard},
    {"echo", shell_text_echo},
    {"is_open", shell_text_is_open},
    {"keep", shell_text_keep},
    {"length", shell_text_length},
    {"retell", shell_text_retell},
    {"said", shell_text_said},
    {"set_host", shell_text_set_host},
    {"text", shell_text_push},
    {"set_terminators", shell_text_set_terminators},
    {NULL, NULL},
};

void shell_text_register(lua_State *L)
{
  luaL_setfuncs(L, methods, 0);
}
