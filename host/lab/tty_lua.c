/***
A simulated device's side of one shell or command. Whatever waits returns its value, or
`nil, message, kind`; kind is "dropped" when the client has gone and "closed" when this
side has closed.
@classmod host.server.tty
*/
#include "lab/tty_lua.h"

#include <arpa/inet.h>
#include <lauxlib.h>

#include "lab/peer.h"

#define TTY_NAME "moonwire.tty"

struct tty **tty_lua_push(lua_State *L)
{
  struct tty **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = NULL;
  luaL_setmetatable(L, TTY_NAME);
  return held;
}

struct tty *tty_lua_check(lua_State *L)
{
  struct tty **held = luaL_checkudata(L, 1, TTY_NAME);
  luaL_argcheck(L, *held != NULL, 1, "the tty has been collected");
  return *held;
}

static int push_true(lua_State *L)
{
  lua_pushboolean(L, 1);
  return 1;
}

static void on_wake(struct tty_waiter *waiter, enum error error)
{
  struct tty_wait *wait =
      (struct tty_wait *)(void *)((char *)waiter - offsetof(struct tty_wait, waiter));
  op_complete(&wait->op, error);
}

void *tty_lua_wait(lua_State *L, size_t size, int (*push)(struct op *op, lua_State *L),
                   void (*detach)(struct op *op), struct tty *tty)
{
  struct tty_wait *wait = op_new(L, size, push, detach);
  wait->waiter.wake = on_wake;
  wait->tty = tty;
  return wait;
}

/* ---- writing ---- */

static int push_written(struct op *op, lua_State *L)
{
  return op->error != ERROR_NONE ? op_fail(L, op->error, NULL) : push_true(L);
}

static void detach_writer(struct op *op)
{
  tty_cancel_write(((struct tty_wait *)op)->tty);
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
  struct tty *tty = tty_lua_check(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  lua_settop(L, 2);
  if (tty->writer != NULL)
    return luaL_error(L, "the tty is being written by another task");
  if (tty_error(tty) != ERROR_NONE)
    return op_fail(L, tty_error(tty), NULL);
  if (tty_write(tty, bytes, length))
    return push_true(L);
  struct tty_wait *wait =
      tty_lua_wait(L, sizeof *wait, push_written, detach_writer, tty);
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
  struct tty *tty = tty_lua_check(L);
  lua_Integer status = luaL_optinteger(L, 2, -1);
  luaL_argcheck(L, status >= -1 && status <= 255, 2, "not an exit status");
  tty_close(tty, (int)status);
  return 0;
}

static int tty_lua_close_block(lua_State *L)
{
  tty_close(tty_lua_check(L), -1); /* the second argument is the error, if any */
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
  struct tty *tty = tty_lua_check(L);
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
  return push_address(L, tty_lua_check(L)->address);
}

/***
Where the client is.
@function client
@treturn string address
@treturn int port
*/
static int tty_lua_client(lua_State *L)
{
  struct tty *tty = tty_lua_check(L);
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
  lua_pushstring(L, tty_lua_check(L)->user);
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
  struct tty *tty = tty_lua_check(L);
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
  lua_pushboolean(L, tty_lua_check(L)->has_pty);
  return 1;
}

/***
What the client asked for.
@function kind
@treturn string "shell", "exec" or "subsystem"
*/
static int tty_lua_kind(lua_State *L)
{
  static const char *const kinds[] = {"none", "shell", "exec", "subsystem"};
  lua_pushstring(L, kinds[tty_lua_check(L)->kind]);
  return 1;
}

/***
The command of an exec request, or the name of the subsystem.
@function command
@treturn string|nil nil for a shell
*/
static int tty_lua_command(lua_State *L)
{
  lua_pushstring(L, tty_lua_check(L)->command);
  return 1;
}

static const luaL_Reg methods[] = {
    {"address", tty_lua_address},
    {"client", tty_lua_client},
    {"close", tty_lua_close},
    {"command", tty_lua_command},
    {"disconnect", tty_lua_disconnect},
    {"drop", tty_lua_drop},
    {"has_pty", tty_lua_has_pty},
    {"kind", tty_lua_kind},
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
  tty_lua_add_reading(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
