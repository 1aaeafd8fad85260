/***
A shell whose bytes are somebody else's: they are taken as they come, and not looked at.
@classmod moonwire.shell
*/
#include <lauxlib.h>
#include <math.h>

#include "core/op.h"
#include "term/shell_lua.h"

enum { HELD = 256 << 10 }; /* bytes for the taker; more stay where they come from */

struct take_op {
  struct op op; /* first, so that a struct op * is a struct take_op * */
  struct shell *shell;
};

static void wake(struct shell *shell, enum error error)
{
  struct take_op *o = shell->taker;
  shell->taker = NULL;
  if (o != NULL)
    op_complete(&o->op, error);
}

static void see_taker(struct shell *shell)
{
  const struct line *line = shell->line;
  if (shell->is_out_of_memory)
    wake(shell, ERROR_LOCAL);
  else if (shell->raw.length > 0)
    wake(shell, ERROR_NONE);
  else if (line->verbs->state(line) == LINE_ENDED)
    wake(shell, line->verbs->error(line) != ERROR_NONE ? line->verbs->error(line)
                                                       : ERROR_DROPPED);
}

static void on_bytes(struct line *line, const char *bytes, size_t length)
{
  struct shell *shell = line->owner;
  shell->is_out_of_memory |= !bytes_add(&shell->raw, bytes, length);
}

static size_t room(const struct line *line)
{
  const struct shell *shell = line->owner;
  return shell->raw.length < HELD ? HELD - shell->raw.length : 0;
}

static void on_news(struct line *line)
{
  see_taker(line->owner);
  shell_lua_see(line->owner);
}

/***
Have the bytes as they are from here on, or as text again. What nobody has taken is
forgotten.
@function raw
@bool is_raw
*/
int shell_lua_raw(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  bool is_raw = lua_toboolean(L, 2) != 0;
  luaL_argcheck(L, shell->line != NULL, SHELL, "the shell is closed");
  luaL_argcheck(L, shell->wish == WISH_NOTHING && shell->taker == NULL, SHELL,
                "the shell is busy in another task");
  bytes_clear(&shell->raw);
  expect_take_all(&shell->expect);
  shell_lua_listen(shell);
  shell->is_raw = is_raw;
  if (!is_raw)
    return 0;
  shell->line->on_bytes = on_bytes;
  shell->line->on_news = on_news;
  shell->line->room = room;
  return 0;
}

static void take_detach(struct op *op)
{
  ((struct take_op *)op)->shell->taker = NULL;
}

static int take_push(struct op *op, lua_State *L)
{
  struct shell *shell = ((struct take_op *)op)->shell;
  if (op->error != ERROR_NONE)
    return shell_lua_fail(L, shell, op->error);
  lua_pushlstring(L, shell->raw.length > 0 ? bytes_head(&shell->raw) : "",
                  shell->raw.length);
  bytes_clear(&shell->raw);
  return 1;
}

/***
Sleep until there are bytes, and take all of them. Another task may write meanwhile.
@function take
@number[opt] timeout seconds; never ending when left out
@treturn[1] string
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: timeout, dropped, jump, closed, local
*/
int shell_lua_take(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  double timeout = luaL_optnumber(L, 2, HUGE_VAL);
  luaL_argcheck(L, shell->line != NULL && shell->line->on_bytes == on_bytes, SHELL,
                "the shell is not raw");
  luaL_argcheck(L, shell->taker == NULL, SHELL, "another task takes from it");
  struct take_op *o = op_new(L, sizeof *o, take_push, take_detach);
  o->shell = shell;
  shell->taker = o;
  shell->line->verbs->resume(shell->line); /* what had no room */
  see_taker(shell);
  if (!o->op.is_done)
    op_deadline(&o->op, timeout);
  return op_wait(L, &o->op);
}

void shell_lua_untake(struct shell *shell)
{
  wake(shell, ERROR_CLOSED);
  bytes_clear(&shell->raw);
}
