/***
A simulated device's side of one shell or command. Whatever waits returns its value, or
`nil, message, kind`; kind is "dropped" when the client has gone and "closed" when this
side has closed.
@classmod host.server.tty
*/
#include "ssh/tty_lua.h"

#include <arpa/inet.h>
#include <lauxlib.h>
#include <math.h>

#include "core/op.h"
#include "ssh/peer.h"
#include "ssh/tty.h"

#define TTY_NAME "moonwire.tty"

enum { LINE_LIMIT = 4096 };

struct wait_op {
  struct op op; /* first, so that a struct op * is a struct wait_op * */
  struct tty_waiter waiter;
  struct tty *tty;
  struct edit_rules rules;
};

struct tty **tty_lua_push(lua_State *L)
{
  struct tty **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = NULL;
  luaL_setmetatable(L, TTY_NAME);
  return held;
}

static struct tty *check_tty(lua_State *L)
{
  struct tty **held = luaL_checkudata(L, 1, TTY_NAME);
  luaL_argcheck(L, *held != NULL, 1, "the tty has been collected");
  return *held;
}

static struct tty *check_reader(lua_State *L)
{
  struct tty *tty = check_tty(L);
  if (tty->reader != NULL)
    luaL_error(L, "the tty is being read by another task");
  return tty;
}

static int push_true(lua_State *L)
{
  lua_pushboolean(L, 1);
  return 1;
}

static void on_wake(struct tty_waiter *waiter, enum error error)
{
  struct wait_op *wait =
      (struct wait_op *)(void *)((char *)waiter - offsetof(struct wait_op, waiter));
  op_complete(&wait->op, error);
}

static void detach_reader(struct op *op)
{
  tty_cancel_read(((struct wait_op *)op)->tty);
}

static void detach_writer(struct op *op)
{
  tty_cancel_write(((struct wait_op *)op)->tty);
}

static struct wait_op *new_wait(lua_State *L, struct tty *tty,
                                int (*push)(struct op *op, lua_State *L),
                                void (*detach)(struct op *op))
{
  struct wait_op *wait = op_new(L, sizeof *wait, push, detach);
  wait->waiter.wake = on_wake;
  wait->tty = tty;
  return wait;
}

/* ---- reading ---- */

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
  struct tty *tty = ((struct wait_op *)op)->tty;
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
history. What was typed ahead is echoed only now. A carriage return, a newline or both end
the line.
@function read_line
@tparam[opt] table options
 `prompt` (string, written first and on a repaint), `echo` (default true), `text` (what the
 line begins with), `again` (true: go on with the line that ended in "help", "tab" or
 "suspend", or whose read was given up, at the same cursor), `limit` (bytes, default 4096;
 more rings the bell), `timeout` (seconds, default never), and whether these keys are
 special: `help` (`?` outside of quotes), `tab`, `history` (all three as `echo`), `suspend`
 (^Z, default false)
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
  struct wait_op *wait = new_wait(L, tty, push_line, detach_reader);
  wait->rules = rules;
  if (!goes_on)
    edit_clear(&tty->edit);
  if (start != NULL && !edit_set(&tty->edit, start, length))
    op_complete(&wait->op, ERROR_LOCAL);
  else
    tty_read_line(tty, &wait->waiter, &wait->rules);
  if (!wait->op.is_done)
    op_deadline(&wait->op, timeout);
  return op_wait(L, &wait->op);
}

static int push_key(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  char key = (char)((struct wait_op *)op)->tty->key;
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
  struct wait_op *wait = new_wait(L, tty, push_key, detach_reader);
  tty_read_key(tty, &wait->waiter);
  if (!wait->op.is_done)
    op_deadline(&wait->op, timeout);
  return op_wait(L, &wait->op);
}

/***
How many bytes were typed ahead.
@function pending
@treturn int
*/
static int tty_lua_pending(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)check_tty(L)->input.length);
  return 1;
}

/***
Forget what was typed ahead.
@function flush_input
*/
static int tty_lua_flush_input(lua_State *L)
{
  tty_flush_input(check_tty(L));
  return 0;
}

/* ---- writing ---- */

static int push_written(struct op *op, lua_State *L)
{
  return op->error != ERROR_NONE ? op_fail(L, op->error, NULL) : push_true(L);
}

/***
Write bytes as they are; a terminal wants `\r\n`. They are sent at the end of the turn.
Waits when more than 64 KiB would be unsent.
@function write
@string bytes
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped" or "closed"
*/
static int tty_lua_write(lua_State *L)
{
  size_t length;
  struct tty *tty = check_tty(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  lua_settop(L, 2);
  if (tty->writer != NULL)
    return luaL_error(L, "the tty is being written by another task");
  if (tty_error(tty) != ERROR_NONE)
    return op_fail(L, tty_error(tty), NULL);
  if (tty_write(tty, bytes, length))
    return push_true(L);
  struct wait_op *wait = new_wait(L, tty, push_written, detach_writer);
  tty_write_all(tty, &wait->waiter, bytes, length);
  return op_wait(L, &wait->op);
}

/* ---- the end ---- */

/***
Send what is queued and close the channel. The connection ends with its last channel.
@function close
@int[opt] status exit status that the client is told
*/
static int tty_lua_close(lua_State *L)
{
  struct tty *tty = check_tty(L);
  lua_Integer status = luaL_optinteger(L, 2, -1);
  luaL_argcheck(L, status >= -1 && status <= 255, 2, "not an exit status");
  tty_close(tty, (int)status);
  return 0;
}

static int tty_lua_close_block(lua_State *L)
{
  tty_close(check_tty(L), -1); /* the second argument is the error, if any */
  return 0;
}

static int tty_lua_gc(lua_State *L)
{
  struct tty **held = luaL_checkudata(L, 1, TTY_NAME);
  if (*held != NULL)
    tty_release(*held);
  *held = NULL;
  return 0;
}

static int finish(lua_State *L, enum peer_end end, const char *reason)
{
  struct tty *tty = check_tty(L);
  if (tty->peer == NULL)
    return op_fail(L, tty_error(tty), NULL);
  peer_finish(tty->peer, end, reason);
  return push_true(L);
}

/***
End the whole connection with a message of disconnection.
@function disconnect
@string[opt] text
*/
static int tty_lua_disconnect(lua_State *L)
{
  return finish(L, PEER_GOODBYE, luaL_optstring(L, 2, NULL));
}

/***
End the connection without goodbye: the client sees the end of the stream.
@function drop
*/
static int tty_lua_drop(lua_State *L)
{
  return finish(L, PEER_DROP, NULL);
}

/***
End the connection with a TCP reset.
@function reset
*/
static int tty_lua_reset(lua_State *L)
{
  return finish(L, PEER_RESET, NULL);
}

/* ---- who and what ---- */

static int push_address(lua_State *L, struct in_addr address)
{
  char name[INET_ADDRSTRLEN];
  lua_pushstring(L, inet_ntop(AF_INET, &address, name, sizeof name));
  return 1;
}

/***
The address that the client connected to: which device it means.
@function address
@treturn string
*/
static int tty_lua_address(lua_State *L)
{
  return push_address(L, check_tty(L)->address);
}

/***
Where the client is.
@function client
@treturn string address
@treturn int port
*/
static int tty_lua_client(lua_State *L)
{
  struct tty *tty = check_tty(L);
  push_address(L, tty->from.sin_addr);
  lua_pushinteger(L, ntohs(tty->from.sin_port));
  return 2;
}

/***
The name that the client has logged in with.
@function user
@treturn string
*/
static int tty_lua_user(lua_State *L)
{
  lua_pushstring(L, check_tty(L)->user);
  return 1;
}

/***
The width and height of the client's terminal; 80 and 24 when it has none.
@function size
@treturn int
@treturn int
*/
static int tty_lua_size(lua_State *L)
{
  struct tty *tty = check_tty(L);
  lua_pushinteger(L, tty->width);
  lua_pushinteger(L, tty->height);
  return 2;
}

/***
Whether the client asked for a terminal.
@function has_pty
@treturn boolean
*/
static int tty_lua_has_pty(lua_State *L)
{
  lua_pushboolean(L, check_tty(L)->has_pty);
  return 1;
}

/***
What the client asked for.
@function kind
@treturn string "shell" or "exec"
*/
static int tty_lua_kind(lua_State *L)
{
  lua_pushstring(L, check_tty(L)->kind == TTY_EXEC ? "exec" : "shell");
  return 1;
}

/***
The command of an exec request.
@function command
@treturn string|nil nil for a shell
*/
static int tty_lua_command(lua_State *L)
{
  lua_pushstring(L, check_tty(L)->command);
  return 1;
}

static const luaL_Reg methods[] = {
    {"address", tty_lua_address},
    {"client", tty_lua_client},
    {"close", tty_lua_close},
    {"command", tty_lua_command},
    {"disconnect", tty_lua_disconnect},
    {"drop", tty_lua_drop},
    {"flush_input", tty_lua_flush_input},
    {"has_pty", tty_lua_has_pty},
    {"kind", tty_lua_kind},
    {"pending", tty_lua_pending},
    {"read_key", tty_lua_read_key},
    {"read_line", tty_lua_read_line},
    {"reset", tty_lua_reset},
    {"size", tty_lua_size},
    {"user", tty_lua_user},
    {"write", tty_lua_write},
    {"__gc", tty_lua_gc},
    {"__close", tty_lua_close_block},
    {NULL, NULL},
};

void tty_lua_register(lua_State *L)
{
  luaL_newmetatable(L, TTY_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
