/***
How a simulated device reads what is typed: lines with a real editor, or single keys.
@classmod host.server.tty
*/
#include <lauxlib.h>
#include <math.h>

#include "lab/tty_lua.h"

enum { LINE_LIMIT = 4096 };

struct line_wait {
  struct tty_wait wait; /* first */
  struct edit_rules rules;
};

static struct tty *check_reader(lua_State *L)
{
  struct tty *tty = tty_lua_check(L);
  if (tty->reader != NULL)
    luaL_error(L, "the tty is being read by another task");
  return tty;
}

static void detach_reader(struct op *op)
{
  tty_cancel_read(((struct tty_wait *)op)->tty);
}

static bool flag(lua_State *L, const char *name, bool otherwise)
{
  bool value = otherwise;
  if (lua_getfield(L, 2, name) != LUA_TNIL)
    value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static lua_Number number(lua_State *L, const char *name, lua_Number otherwise)
{
  lua_getfield(L, 2, name);
  lua_Number value = luaL_optnumber(L, -1, otherwise);
  luaL_argcheck(L, value >= 0, 2, "a time or a limit is negative or not a number");
  lua_pop(L, 1);
  return value;
}

/* The string stays on the stack, and so in memory, until the wait is over. */
static const char *text(lua_State *L, const char *name, size_t *length)
{
  *length = 0;
  if (lua_getfield(L, 2, name) == LUA_TNIL)
    return NULL;
  const char *value = lua_tolstring(L, -1, length);
  luaL_argcheck(L, value != NULL, 2, "the prompt and the text are strings");
  return value;
}

static struct edit_rules check_rules(lua_State *L)
{
  struct edit_rules rules = {.has_echo = flag(L, "echo", true)};
  rules.has_help = flag(L, "help", rules.has_echo);
  rules.has_f1 = flag(L, "f1", false);
  rules.has_tab = flag(L, "tab", rules.has_echo);
  rules.keeps_history = flag(L, "history", rules.has_echo) && rules.has_echo;
  rules.has_suspend = flag(L, "suspend", false);
  rules.limit = (size_t)fmin(number(L, "limit", LINE_LIMIT), 1e9);
  rules.prompt = text(L, "prompt", &rules.prompt_length);
  return rules;
}

static int push_line(struct op *op, lua_State *L)
{
  static const char *const ends[] = {"open", "enter", "interrupt",
                                     "help", "tab",   "suspend"};
  struct tty *tty = ((struct tty_wait *)op)->tty;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  lua_pushlstring(L, tty->edit.text != NULL ? tty->edit.text : "", tty->edit.length);
  lua_pushstring(L, ends[tty->end]);
  if (tty->end == EDIT_ENTER || tty->end == EDIT_INTERRUPT)
    edit_clear(&tty->edit);
  return 2;
}

/***
Read a line as a router's terminal does: with echo, the usual control keys, arrows and a
history. What was typed ahead is echoed only now. A carriage return, a newline or both
together end the line.
@function read_line
@tparam[opt] table options
 `prompt` (string, written first and on a repaint), `echo` (default true), `text` (what
 the line begins with), `again` (true: go on at the same cursor with the line that ended
 in "help", "tab" or "suspend", or whose read was given up), `limit` (bytes, default
 4096; more ring the bell), `timeout` (seconds, default never), and whether these keys
 are special: `help` (`?` outside of quotes), `tab`, `history` (all three as `echo`),
 `f1` (help too; default false), `suspend` (^Z, default false)
@treturn[1] string the line without its end
@treturn[1] string how it ended: "enter", "interrupt" (^C), "help", "tab" or "suspend"
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped", "closed" or "timeout"
*/
static int tty_lua_read_line(lua_State *L)
{
  struct tty *tty = check_reader(L);
  if (lua_isnoneornil(L, 2)) {
    lua_settop(L, 1);
    lua_newtable(L);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  if (tty->is_closing)
    return op_fail(L, ERROR_CLOSED, NULL);
  struct edit_rules rules = check_rules(L);
  size_t length;
  const char *start = text(L, "text", &length);
  double timeout = number(L, "timeout", HUGE_VAL);
  bool goes_on = flag(L, "again", false);
  struct line_wait *line = tty_lua_wait(L, sizeof *line, push_line, detach_reader, tty);
  line->rules = rules;
  if (!goes_on)
    edit_clear(&tty->edit);
  if (start != NULL && !edit_set(&tty->edit, start, length))
    op_complete(&line->wait.op, ERROR_LOCAL);
  else
    tty_read_line(tty, &line->wait.waiter, &line->rules);
  if (!line->wait.op.is_done)
    op_deadline(&line->wait.op, timeout);
  return op_wait(L, &line->wait.op);
}

static int push_key(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  char key = (char)((struct tty_wait *)op)->tty->key;
  lua_pushlstring(L, &key, 1);
  return 1;
}

/***
Read one byte, without echo: for pagers and confirmations.
@function read_key
@number[opt] timeout seconds; never when left out
@treturn[1] string
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped", "closed" or "timeout"
*/
static int tty_lua_read_key(lua_State *L)
{
  struct tty *tty = check_reader(L);
  double timeout = luaL_optnumber(L, 2, HUGE_VAL);
  luaL_argcheck(L, timeout >= 0, 2, "negative or not a number");
  if (tty->is_closing)
    return op_fail(L, ERROR_CLOSED, NULL);
  struct tty_wait *wait = tty_lua_wait(L, sizeof *wait, push_key, detach_reader, tty);
  tty_read_key(tty, &wait->waiter);
  if (!wait->op.is_done)
    op_deadline(&wait->op, timeout);
  return op_wait(L, &wait->op);
}

struct bytes_wait {
  struct tty_wait wait; /* first */
  size_t most;
};

static int push_bytes(struct op *op, lua_State *L)
{
  struct bytes_wait *bytes = (struct bytes_wait *)op;
  struct tty *tty = bytes->wait.tty;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  size_t length = tty->input.length < bytes->most ? tty->input.length : bytes->most;
  lua_pushlstring(L, length > 0 ? bytes_head(&tty->input) : "", length);
  bytes_drop(&tty->input, length);
  return 1;
}

/***
Read bytes as they are, for programs that speak a protocol.
@function read_bytes
@int least wait for so many (1 to 65536)
@int[opt=least] most take up to so many, when they are there
@number[opt] timeout seconds; never when left out
@treturn[1] string fewer than `least` only when the client sends no more; "" at its end
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped", "closed" or "timeout"
*/
static int tty_lua_read_bytes(lua_State *L)
{
  struct tty *tty = check_reader(L);
  lua_Integer least = luaL_checkinteger(L, 2);
  lua_Integer most = luaL_optinteger(L, 3, least);
  double timeout = luaL_optnumber(L, 4, HUGE_VAL);
  luaL_argcheck(L, least >= 1 && least <= TTY_CHUNK, 2, "not from 1 to 65536");
  luaL_argcheck(L, most >= least, 3, "less than the least");
  luaL_argcheck(L, timeout >= 0, 4, "negative or not a number");
  if (tty->is_closing)
    return op_fail(L, ERROR_CLOSED, NULL);
  struct bytes_wait *bytes =
      tty_lua_wait(L, sizeof *bytes, push_bytes, detach_reader, tty);
  bytes->most = (size_t)most;
  tty_read_bytes(tty, &bytes->wait.waiter, (size_t)least);
  if (!bytes->wait.op.is_done)
    op_deadline(&bytes->wait.op, timeout);
  return op_wait(L, &bytes->wait.op);
}

/***
How many bytes were typed ahead.
@function pending
@treturn int
*/
static int tty_lua_pending(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)tty_lua_check(L)->input.length);
  return 1;
}

/***
Forget what was typed ahead.
@function flush_input
*/
static int tty_lua_flush_input(lua_State *L)
{
  tty_flush_input(tty_lua_check(L));
  return 0;
}

static const luaL_Reg methods[] = {
    {"flush_input", tty_lua_flush_input}, {"pending", tty_lua_pending},
    {"read_bytes", tty_lua_read_bytes},   {"read_key", tty_lua_read_key},
    {"read_line", tty_lua_read_line},     {NULL, NULL},
};

void tty_lua_add_reading(lua_State *L)
{
  luaL_setfuncs(L, methods, 0);
}
