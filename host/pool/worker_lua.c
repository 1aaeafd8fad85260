/***
A thread of a pool, seen from inside: a host of its own, whose first task gets a port to
the parent. Nothing here prints; what goes wrong is left in the worker for the parent.
@classmod port
*/
#include "pool/worker_lua.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/chunks.h"
#include "core/host.h"
#include "core/library.h"
#include "core/op.h"
#include "pool/letter_lua.h"
#include "pool/receiver_lua.h"

#define PORT_NAME "moonwire.port"

/* It outlives the Lua state that points to it. */
struct life {
  struct host host;
  struct worker *worker;
  struct receiver receiver;
  struct task *root; /* NULL when it has ended */
  bool is_closed;    /* the loop has seen that the inbox is closed */
};

static void set_failure(struct worker *worker, const char *message)
{
  snprintf(worker->failure, sizeof worker->failure, "%s", message);
}

/* ---- the port ---- */

static struct life *check_port(lua_State *L)
{
  struct life **port = luaL_checkudata(L, 1, PORT_NAME);
  return *port;
}

static bool has_news(void *owner)
{
  struct life *life = owner;
  return life->is_closed || mailbox_has_message(life->receiver.mailbox);
}

static int push_message(void *owner, lua_State *L)
{
  struct life *life = owner;
  struct message *message = mailbox_take(life->receiver.mailbox);
  if (message == NULL)
    return op_fail(L, ERROR_CLOSED, "the pool is closed");
  if (letter_open(L, message))
    return 1;
  lua_pushstring(L, error_kind(ERROR_LOCAL));
  return 3;
}

/***
Wait for the next value from the parent. One task at a time.
@function port:receive
@number[opt] seconds how long at most; never ending when left out
@return[1] the value
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "timeout", "closed", or "local" when memory ran out
*/
static int port_receive(lua_State *L)
{
  struct life *life = check_port(L);
  double seconds = luaL_optnumber(L, 2, HUGE_VAL);
  return receiver_wait(L, &life->receiver, seconds);
}

/***
Send a value to the parent. Does not wait. Raises when the value is not plain, and says
where in it.
@function port:send
@param value nil, boolean, number, string, secret, or a table of these
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "closed", "limit" when the parent does not keep up, or "local"
*/
static int port_send(lua_State *L)
{
  struct worker *worker = check_port(L)->worker;
  luaL_checkany(L, 2);
  struct letter_sender sender = {worker->number, worker->settings->limit};
  return letter_send(L, 2, &sender, worker->outbox, "the pool");
}

static const luaL_Reg port_methods[] = {
    {"receive", port_receive},
    {"send", port_send},
    {NULL, NULL},
};

static void push_port(lua_State *L, struct life *life)
{
  struct life **port = lua_newuserdatauv(L, sizeof(struct life *), 0);
  *port = life;
  if (luaL_newmetatable(L, PORT_NAME)) {
    luaL_newlib(L, port_methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
  }
  lua_setmetatable(L, -2);
}

/* ---- the root task ---- */

static int add_traceback(lua_State *L)
{
  const char *message = luaL_tolstring(L, 1, NULL);
  bool has_traceback = strstr(message, "\nstack traceback:") != NULL;
  if (lua_type(L, 1) == LUA_TSTRING && !has_traceback)
    luaL_traceback(L, L, message, 1);
  return 1;
}

static int on_main_done(lua_State *L, int status, lua_KContext context)
{
  (void)L;
  (void)status;
  (void)context;
  return 0;
}

/* require(main)(port, number): all three are arguments. */
static int call_main(lua_State *L)
{
  lua_getglobal(L, "require");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  if (!lua_isfunction(L, -1))
    return luaL_error(L, "module '%s' is not a function", lua_tostring(L, 1));
  lua_replace(L, 1);
  lua_callk(L, 2, 0, 0, on_main_done);
  return 0;
}

/* Index 1 holds the life, from before the protected call. */
static int on_root_done(lua_State *L, int status, lua_KContext context)
{
  (void)context;
  struct life *life = lua_touserdata(L, 1);
  bool has_failed = status != LUA_OK && status != LUA_YIELD;
  if (has_failed && life->root->cancels == 0)
    set_failure(life->worker, lua_isstring(L, -1) ? lua_tostring(L, -1)
                                                  : "an error that cannot be shown");
  life->root = NULL;
  host_exit(&life->host, 0);
  return 0;
}

static int root(lua_State *L)
{
  struct life *life = lua_touserdata(L, 1);
  lua_pushcfunction(L, add_traceback);
  lua_pushcfunction(L, call_main);
  lua_pushstring(L, life->worker->settings->main);
  push_port(L, life);
  lua_pushinteger(L, life->worker->number);
  return on_root_done(L, lua_pcallk(L, 3, 0, 2, 0, on_root_done), 0);
}

/* ---- the thread ---- */

static void on_news(void *data)
{
  struct life *life = data;
  life->is_closed = mailbox_is_closed(life->receiver.mailbox);
  if (life->is_closed && life->root != NULL)
    host_cancel(&life->host, life->root);
  receiver_wake(&life->receiver);
}

static int refuse_exit(lua_State *L)
{
  return luaL_error(L, "os.exit: a thread cannot end the program; return or raise");
}

static void set_field(lua_State *L, const char *table, const char *field)
{
  lua_getglobal(L, table);
  lua_insert(L, -2);
  lua_setfield(L, -2, field);
  lua_pop(L, 1);
}

static int set_up(lua_State *L)
{
  struct life *life = lua_touserdata(L, 1);
  const struct worker_settings *settings = life->worker->settings;
  library_open(L);
  chunks_offer(L, settings->chunks);
  lua_warning(L, "@on", 0);
  lua_pushstring(L, settings->path);
  set_field(L, "package", "path");
  lua_pushstring(L, settings->cpath);
  set_field(L, "package", "cpath");
  lua_pushcfunction(L, refuse_exit);
  set_field(L, "os", "exit");
  lua_pushcfunction(L, root);
  lua_pushlightuserdata(L, life);
  life->root = host_spawn(&life->host, L, 1);
  return 0;
}

static int attach(struct life *life)
{
  life->receiver.mailbox = life->worker->inbox;
  life->receiver.owner = life;
  life->receiver.has_news = has_news;
  life->receiver.push = push_message;
  return mailbox_attach(life->worker->inbox, &life->host.loop, on_news, life);
}

static void live(struct life *life)
{
  lua_State *L = life->host.L;
  lua_pushcfunction(L, set_up);
  lua_pushlightuserdata(L, life);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    set_failure(life->worker, luaL_tolstring(L, -1, NULL));
    return;
  }
  host_run(&life->host);
  if (life->root != NULL)
    set_failure(life->worker,
                life->host.has_exited
                    ? "it ended itself before its work was done"
                    : "stuck: every task waits for something that cannot come");
}

void worker_run(struct worker *worker)
{
  struct life *life = calloc(1, sizeof *life);
  int code = life != NULL ? host_open(&life->host) : UV_ENOMEM;
  if (code < 0) {
    set_failure(worker, uv_strerror(code));
    mailbox_close(worker->inbox);
    free(life);
    return;
  }
  life->worker = worker;
  code = attach(life);
  if (code < 0)
    set_failure(worker, uv_strerror(code));
  else
    live(life);
  life->is_closed = true;
  mailbox_close(worker->inbox); /* nothing that is sent from now on would be read */
  mailbox_detach(worker->inbox);
  if (host_close(&life->host))
    free(life); /* else a worker of libuv still writes to it: it is left behind */
}
