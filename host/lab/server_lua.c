/***
The wire side of the simulated lab: SSH servers that thousands of clients may talk to.
What a device says is up to `moonwire.lab`.
@module host.server
*/
#include <arpa/inet.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/library.h"
#include "core/op.h"
#include "lab/profile_lua.h"
#include "lab/server.h"
#include "lab/tty_lua.h"

#define LISTENER_NAME "moonwire.listener"

enum { BACKLOG = 4096 };

struct listener {
  struct server *server;     /* NULL once it is closed */
  lua_State *L;              /* the main Lua thread, in which callbacks run */
  int admit, authorize;      /* references */
  struct server_stats stats; /* the last ones, when it is closed */
  struct ssh_counter_struct counter;
};

struct accept_op {
  struct op op; /* first, so that a struct op * is a struct accept_op * */
  struct tty_waiter waiter;
  struct listener *listener;
};

/* One question of the engine to a script, asked under lua_pcall. */
struct question {
  struct listener *listener;
  struct in_addr address;
  uint16_t port;
  struct profile *profile;
  const char *user, *method, *secret;
  uint64_t delay_ns;
  bool answer, is_in_part;
};

static struct listener *check_listener(lua_State *L)
{
  return luaL_checkudata(L, 1, LISTENER_NAME);
}

/* ---- questions ---- */

static void push_address(lua_State *L, struct in_addr address)
{
  char name[INET_ADDRSTRLEN];
  lua_pushstring(L, inet_ntop(AF_INET, &address, name, sizeof name));
}

static bool ask(struct question *question, lua_CFunction function, const char *what)
{
  lua_State *L = question->listener->L;
  if (!lua_checkstack(L, 4))
    return false;
  int top = lua_gettop(L);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, question);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    lua_warning(L, what, 1);
    lua_warning(L, message != NULL ? message : "an error that is no string", 0);
    question->answer = false;
  }
  lua_settop(L, top);
  return question->answer;
}

static int ask_admit(lua_State *L)
{
  struct question *question = lua_touserdata(L, 1);
  struct listener *listener = question->listener;
  if (listener->admit == LUA_NOREF) {
    lua_newtable(L);
  } else {
    lua_rawgeti(L, LUA_REGISTRYINDEX, listener->admit);
    push_address(L, question->address);
    lua_pushinteger(L, question->port);
    lua_call(L, 2, 1);
  }
  if (!lua_toboolean(L, -1) || listener->server == NULL)
    return 0;
  profile_lua_read(L, lua_gettop(L), listener->server, question->profile);
  question->answer = true;
  return 0;
}

static int ask_authorize(lua_State *L)
{
  struct question *question = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, question->listener->authorize);
  push_address(L, question->address);
  lua_pushstring(L, question->user);
  lua_pushstring(L, question->method);
  lua_pushstring(L, question->secret);
  lua_call(L, 4, 2);
  question->answer = lua_toboolean(L, -2);
  question->is_in_part =
      lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "partial") == 0;
  question->delay_ns = op_nanoseconds(luaL_optnumber(L, -1, 0));
  return 0;
}

static bool on_admit(struct server *server, struct in_addr address,
                     uint16_t client_port, struct profile *profile)
{
  struct question question = {.listener = server->owner,
                              .address = address,
                              .port = client_port,
                              .profile = profile};
  return ask(&question, ask_admit, "the lab's admit: ");
}

static enum peer_verdict on_authorize(struct server *server, const struct peer *peer,
                                      const char *method, const char *secret,
                                      uint64_t *delay_ns)
{
  struct question question = {.listener = server->owner,
                              .address = peer->address,
                              .user = peer->user,
                              .method = method,
                              .secret = secret};
  bool answer = ask(&question, ask_authorize, "the lab's authorize: ");
  *delay_ns = question.delay_ns;
  if (!answer)
    return PEER_REFUSED;
  return question.is_in_part ? PEER_IN_PART : PEER_WELCOME;
}

/* ---- listening ---- */

static lua_Integer optional_integer(lua_State *L, const char *name,
                                    lua_Integer otherwise, lua_Integer lowest,
                                    lua_Integer highest)
{
  lua_getfield(L, 1, name);
  int is_integer = 1;
  lua_Integer value = otherwise;
  if (!lua_isnil(L, -1))
    value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || value < lowest || value > highest)
    luaL_error(L, "server.listen: %s is not a number from %I to %I", name, lowest,
               highest);
  lua_pop(L, 1);
  return value;
}

/* Leaves the string on the stack. */
static struct server_options check_options(lua_State *L)
{
  struct server_options options = {
      .port = (uint16_t)optional_integer(L, "port", 0, 0, UINT16_MAX),
      .backlog = (int)optional_integer(L, "backlog", BACKLOG, 1, 1 << 20),
      .max_peers = (size_t)optional_integer(L, "max_peers", 1 << 24, 0, 1 << 24)};
  lua_getfield(L, 1, "address");
  options.address = luaL_optstring(L, -1, "0.0.0.0");
  return options;
}

static int reference_function(lua_State *L, const char *name, bool is_needed)
{
  if (lua_getfield(L, 1, name) == LUA_TNIL && !is_needed) {
    lua_pop(L, 1);
    return LUA_NOREF;
  }
  if (!lua_isfunction(L, -1))
    luaL_error(L, "server.listen: %s is not a function", name);
  return luaL_ref(L, LUA_REGISTRYINDEX);
}

static bool add_keys(lua_State *L, struct identities *identities)
{
  if (lua_getfield(L, 1, "host_keys") == LUA_TNIL)
    return identities_add_key(identities, NULL);
  if (!lua_istable(L, -1))
    luaL_error(L, "server.listen: host_keys is not a list");
  lua_Integer count = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, -1, i);
    if (!identities_add_key(identities, luaL_checkstring(L, -1)))
      return false;
    lua_pop(L, 1);
  }
  return count > 0 || identities_add_key(identities, NULL);
}

static void close_listener(struct listener *listener)
{
  struct server *server = listener->server;
  if (server == NULL)
    return;
  listener->server = NULL;
  listener->stats = server->stats;
  listener->counter = server->counter;
  listener->stats.open = 0;
  luaL_unref(listener->L, LUA_REGISTRYINDEX, listener->admit);
  luaL_unref(listener->L, LUA_REGISTRYINDEX, listener->authorize);
  server_close(server);
}

static int fail(lua_State *L, struct listener *listener, const char *message)
{
  lua_pushnil(L);
  lua_pushfstring(L, "the lab cannot listen: %s", message);
  lua_pushstring(L, error_kind(ERROR_LOCAL));
  close_listener(listener);
  return 3;
}

static struct listener *new_listener(lua_State *L)
{
  struct listener *listener = lua_newuserdatauv(L, sizeof *listener, 0);
  memset(listener, 0, sizeof *listener); /* closed, so that __gc is always safe */
  luaL_setmetatable(L, LISTENER_NAME);
  listener->L = host_of(L)->L;
  listener->admit = listener->authorize = LUA_NOREF;
  return listener;
}

static void attach(struct listener *listener, struct server *server)
{
  server->owner = listener;
  server->admit = on_admit;
  server->authorize = on_authorize;
  listener->server = server;
}

/***
Listen for SSH clients. `authorize(address, user, method, secret)` returns whether a
login is good ("partial": good, but another method is wanted, too) and, optionally, how
many seconds the answer takes. The method is "password", "keyboard-interactive" (secret:
the answers, a line each), "publickey" (secret: the
key's "SHA256:..." fingerprint) or "none". `admit(address, client_port)` returns the
profile of the device at the address that the client asked for, or nil to refuse it.
Neither may wait.

A profile is a table. Times in seconds: `rtt` and `jitter` of the line (the handshake's
share and both ways of every byte), `banner_delay`, `kex_delay`, `auth_delay`. Looks:
`identification` (behind "SSH-2.0-"), `host_key` (index or list of indices, default 1),
`algorithms` (`kex`, `hostkeys`, `ciphers`, `macs`: lists with commas), `rekey_after`
(bytes). Logins: `methods` (list, default password, keyboard-interactive and publickey),
`questions` (of keyboard-interactive: a list of rounds, each a list of texts; "+" in
front of one shows what is typed, "#" makes it the instruction), `tries` (refused logins
before it hangs up, default 6). Requests: `channels` (at once, default 10), `pty`,
`shell`, `exec`, `subsystem` (false: refused). Faults: `blackhole` (accepts and never
answers), `greet` (bytes said instead of SSH); counted in bytes sent to the client:
`drop_after` (then a reset), `fin_after` (then the end), `stall_after` (then nothing),
`garble_at` (this byte is turned round); `dribble` (one byte in so many seconds). `seed`
is that of the jitter.
@function listen
@tparam table options
 `authorize`; optional are `admit` (default: every client gets `{}`), `port` (default 0:
 a free one), `address` (default "0.0.0.0": all of 127.0.0.0/8, for this machine only),
 `host_keys` (list of private keys as text; default: a fresh ed25519), `backlog`
 (default 4096), `max_peers` (more are refused; default: none)
@treturn[1] listener
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int server_lua_listen(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct server_options options = check_options(L);
  struct host *host = host_of(L);
  struct listener *listener = new_listener(L);
  int index = lua_gettop(L);
  struct server *server = server_new(&host->loop, &host->deadlines, host->watches);
  if (server == NULL)
    return luaL_error(L, "not enough memory");
  attach(listener, server);
  listener->authorize = reference_function(L, "authorize", true);
  listener->admit = reference_function(L, "admit", false);
  if (!add_keys(L, &server->identities))
    return fail(L, listener, server->identities.message);
  if (server_listen(server, &options) < 0)
    return fail(L, listener, server->message);
  lua_settop(L, index);
  return 1;
}

/***
Stop listening and end every connection at once.
@function listener:close
*/
static int listener_lua_close(lua_State *L)
{
  close_listener(check_listener(L));
  return 0;
}

/* ---- accepting ---- */

static int push_tty(lua_State *L, struct server *server)
{
  struct tty **held = tty_lua_push(L);
  *held = server_accept(server);
  return 1;
}

static int push_accepted(struct op *op, lua_State *L)
{
  struct listener *listener = ((struct accept_op *)op)->listener;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  if (listener->server == NULL) /* closed since the op was completed */
    return op_fail(L, ERROR_CLOSED, NULL);
  return push_tty(L, listener->server);
}

static void on_wake(struct tty_waiter *waiter, enum error error)
{
  struct accept_op *accept =
      (struct accept_op *)(void *)((char *)waiter - offsetof(struct accept_op, waiter));
  op_complete(&accept->op, error);
}

static void detach(struct op *op)
{
  ((struct accept_op *)op)->listener->server->acceptor = NULL;
}

/***
Wait for the next shell or command that a logged-in client has asked for.
@function listener:accept
@number[opt] timeout seconds; never when left out
@treturn[1] tty
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "closed" or "timeout"
*/
static int listener_lua_accept(lua_State *L)
{
  struct listener *listener = check_listener(L);
  double timeout = luaL_optnumber(L, 2, HUGE_VAL);
  luaL_argcheck(L, timeout >= 0, 2, "negative or not a number");
  if (listener->server == NULL)
    return op_fail(L, ERROR_CLOSED, NULL);
  if (listener->server->acceptor != NULL)
    return luaL_error(L, "another task is accepting already");
  if (listener->server->ready_first != NULL)
    return push_tty(L, listener->server);
  struct accept_op *accept = op_new(L, sizeof *accept, push_accepted, detach);
  accept->listener = listener;
  accept->waiter.wake = on_wake;
  listener->server->acceptor = &accept->waiter;
  op_deadline(&accept->op, timeout);
  return op_wait(L, &accept->op);
}

/* ---- questions to a listener ---- */

static struct server *check_open(lua_State *L)
{
  struct listener *listener = check_listener(L);
  luaL_argcheck(L, listener->server != NULL, 1, "the listener is closed");
  return listener->server;
}

/***
The port that it listens on.
@function listener:port
@treturn int
*/
static int listener_lua_port(lua_State *L)
{
  lua_pushinteger(L, check_open(L)->port);
  return 1;
}

/***
A host key as known_hosts has it.
@function listener:host_key
@int[opt=1] index
@treturn string for example "ssh-ed25519 AAAA..."
*/
static int listener_lua_host_key(lua_State *L)
{
  struct server *server = check_open(L);
  lua_Integer index = luaL_optinteger(L, 2, 1);
  luaL_argcheck(L, index >= 1 && (size_t)index <= server->identities.count, 2,
                "there is no such host key");
  char *key = identities_public_key(&server->identities, (size_t)index - 1);
  if (key == NULL)
    return luaL_error(L, "not enough memory");
  lua_pushstring(L, key);
  free(key);
  return 1;
}

static void set_count(lua_State *L, const char *name, uint64_t count)
{
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, name);
}

/***
What has happened so far. Bytes are those of SSH sessions.
@function listener:stats
@treturn table `accepted`, `refused`, `logins`, `open`, `peak`, `bytes_in`, `bytes_out`
*/
static int listener_lua_stats(lua_State *L)
{
  struct listener *listener = check_listener(L);
  struct server *server = listener->server;
  struct server_stats stats = server != NULL ? server->stats : listener->stats;
  struct ssh_counter_struct counter =
      server != NULL ? server->counter : listener->counter;
  lua_createtable(L, 0, 7);
  set_count(L, "accepted", stats.accepted);
  set_count(L, "refused", stats.refused);
  set_count(L, "logins", stats.logins);
  set_count(L, "open", stats.open);
  set_count(L, "peak", stats.peak);
  set_count(L, "bytes_in", counter.in_bytes);
  set_count(L, "bytes_out", counter.out_bytes);
  return 1;
}

static const luaL_Reg methods[] = {
    {"accept", listener_lua_accept},     {"close", listener_lua_close},
    {"host_key", listener_lua_host_key}, {"port", listener_lua_port},
    {"stats", listener_lua_stats},       {"__gc", listener_lua_close},
    {"__close", listener_lua_close},     {NULL, NULL},
};

static const luaL_Reg functions[] = {{"listen", server_lua_listen}, {NULL, NULL}};

int luaopen_host_server(lua_State *L)
{
  tty_lua_register(L);
  luaL_newmetatable(L, LISTENER_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
