/***
SSH connections to devices.
Every function that waits returns its value or `nil, message, kind`.
@module host.ssh
*/
#include "ssh/client_lua.h"

#include <errno.h>
#include <lauxlib.h>
#include <libssh/libssh.h>
#include <string.h>

#include "core/library.h"
#include "core/op.h"
#include "net/socket_lua.h"
#include "ssh/agent_lua.h"
#include "ssh/forward.h"
#include "ssh/kexinit.h"
#include "ssh/key_lua.h"
#include "ssh/login_lua.h"
#include "ssh/stream.h"
#include "term/shell_lua.h"

enum { USER_VALUES = 1, KEPT = 1, MOST_BANNER = 16384 };

struct client_box {
  struct client *client; /* NULL: closed */
};

struct login_op {
  struct op op; /* first, so that a struct op * is a struct login_op * */
  struct client_box *box;
  struct login_options options;
};

struct client *client_check_lua(lua_State *L, int index)
{
  struct client_box *box = luaL_checkudata(L, index, CLIENT_NAME);
  luaL_argcheck(L, box->client != NULL, index, "the connection is closed");
  return box->client;
}

static int client_lua_close(lua_State *L)
{
  struct client_box *box = luaL_checkudata(L, 1, CLIENT_NAME);
  struct client *client = box->client;
  box->client = NULL;
  if (client != NULL)
    client_close(client);
  return 0;
}

static void push_timings(lua_State *L, const struct client *client)
{
  lua_createtable(L, 0, PHASE_COUNT);
  for (int phase = 0; phase < PHASE_COUNT; phase++) {
    if (client->phase_ns[phase] == 0)
      continue;
    lua_pushnumber(L, (lua_Number)client->phase_ns[phase] / 1e9);
    lua_setfield(L, -2, phase_name((enum phase)phase));
  }
}

static void set_string(lua_State *L, const char *name, const char *value)
{
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* The fourth result of a failed login: where it failed, and what is known so far. */
/* What the server offers, where that may be the trouble. */
static void set_offers(lua_State *L, const struct client *client)
{
  struct kexinit_list lists[ALGORITHMS_COUNT];
  if (client->opening == NULL || client->phase < PHASE_KEX ||
      !kexinit_offers(client->opening, client->opening_length, lists))
    return;
  lua_createtable(L, 0, ALGORITHMS_COUNT);
  for (int kind = 0; kind < ALGORITHMS_COUNT; kind++) {
    if (lists[kind].at == NULL)
      continue;
    lua_pushlstring(L, lists[kind].at, lists[kind].length);
    lua_setfield(L, -2, algorithms_word((enum algorithms_kind)kind));
  }
  lua_setfield(L, -2, "offers");
}

/* How the server calls itself, on a line of its own among greetings. */
static void set_server(lua_State *L, const struct client *client)
{
  const char *at = client->opening;
  size_t left = at != NULL ? client->opening_length : 0;
  while (left > 4 && memcmp(at, "SSH-", 4) != 0) {
    const char *end = memchr(at, '\n', left);
    if (end == NULL)
      return;
    left -= (size_t)(end - at) + 1;
    at = end + 1;
  }
  const char *end = left > 4 ? memchr(at, '\n', left) : NULL;
  if (end == NULL)
    return;
  size_t length = (size_t)(end - at);
  lua_pushlstring(L, at, length > 0 && at[length - 1] == '\r' ? length - 1 : length);
  lua_setfield(L, -2, "server");
}

static void push_failure(lua_State *L, const struct client *client)
{
  lua_createtable(L, 0, 5);
  set_offers(L, client);
  set_server(L, client);
  set_string(L, "phase", phase_name(client->phase));
  set_string(L, "host_key", client->offered);
  set_string(L, "host_key_verdict", client->host_key_verdict);
  push_timings(L, client);
  lua_setfield(L, -2, "phases");
}

/* An idle session needs nothing of its options but the jump host's connection. */
static void keep_only_way(lua_State *L, int box_index)
{
  lua_getiuservalue(L, box_index, KEPT);
  lua_getfield(L, -1, "via");
  lua_setiuservalue(L, box_index, KEPT);
  lua_pop(L, 1);
}

static int login_push(struct op *op, lua_State *L)
{
  struct login_op *o = (struct login_op *)op;
  struct client *client = o->box->client;
  int box_index = lua_gettop(L) - 1; /* below the op */
  keep_only_way(L, box_index);
  if (op->error == ERROR_NONE) {
    lua_pushvalue(L, box_index);
    return 1;
  }
  op_fail(L, op->error, client->message);
  push_failure(L, client);
  o->box->client = NULL;
  client_close(client);
  return 4;
}

static void login_detach(struct op *op)
{
  struct login_op *o = (struct login_op *)op;
  struct client *client = o->box->client;
  o->box->client = NULL;
  if (client != NULL)
    client_close(client);
}

static void on_login(struct client *client)
{
  struct login_op *o = client->owner;
  client->owner = NULL;
  op_complete(&o->op, client->error);
}

static struct client_box *push_box(lua_State *L)
{
  struct client_box *box = lua_newuserdatauv(L, sizeof *box, USER_VALUES);
  box->client = NULL;
  luaL_setmetatable(L, CLIENT_NAME);
  lua_pushvalue(L, 1); /* the options stay alive while libssh may look at them */
  lua_setiuservalue(L, -2, KEPT);
  return box;
}

/***
Connect to a device, check its host key, log in.
@function connect
@tparam table options `host`, `user`; optional: `port` (22), `known_as` (name in
known_hosts), `password` (secret), `keys` (up to 16), `agent`, `agent_keys` (numbers of
its identities, all when left out), `answers` (up to 16 `{ question =, answer = secret
}`: given once to a question at login with that text in it, whatever its case),
`methods` (in order: "publickey", "password", "keyboard-interactive"), `hostkeys`
(store), `policy` ("strict", "accept-new"), `pins` ("SHA256:…"), `kex`, `hostkey_types`,
`ciphers`, `macs`, `publickey_types` (lists), `via` (a client that is logged in to a
jump host: a channel of it is the connection), `name` (of this jump host, for what is
said to those who go through it), `command` (run by the shell: its input and output are
the connection), `timeouts` (seconds by phase: resolve 5, connect 10, jump 15, banner
15, kex 30, auth 30), `keepalive` (seconds of silence until the device is asked for a
sign of life; 0: it is not), `keepalive_count` (3: behind so many of them without one
the connection is lost, kind dropped; it has two at least)
@treturn[1] client
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: resolve, refused, unreachable, timeout, dropped, protocol,
algorithm, hostkey, auth, jump, local
@treturn[2] table detail: `phase`, `phases` (seconds), `host_key` (as offered),
`host_key_verdict` (why not: "changed", also from a pin; "unknown", "revoked"),
`offers` (its lists by kind, when it fails before the login), `server` (how it
calls itself, then)
*/
static int client_lua_connect(lua_State *L)
{
  struct login_options options;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  login_lua_read(L, &options);
  struct client_box *box = push_box(L);
  struct login_op *o = op_new(L, sizeof *o, login_push, login_detach);
  o->options = options;
  o->box = box;
  struct host *host = host_of(L);
  struct client_shared *shared = lua_touserdata(L, lua_upvalueindex(1));
  box->client = client_new(&host->loop, &host->deadlines, host->watches, shared);
  if (box->client == NULL)
    return op_fail(L, ERROR_LOCAL, "not enough memory");
  box->client->owner = o;
  box->client->on_login = on_login;
  client_login(box->client, login_lua_place(&o->options));
  return op_wait(L, &o->op);
}

/***
How long each phase of the login took.
@function client:phases
@treturn table seconds by phase
*/
static int client_lua_phases(lua_State *L)
{
  push_timings(L, client_check_lua(L, 1));
  return 1;
}

/***
What was agreed on with the device.
@function client:info
@treturn table `server` (its identification), `kex`, `cipher`, `host_key` (as in
known_hosts), `is_new_key` (it was not known before), `banner` (text before
the login, up to 16 KiB of it)
*/
static int client_lua_info(lua_State *L)
{
  struct client *client = client_check_lua(L, 1);
  luaL_argcheck(L, client->session != NULL, 1, "the connection is lost");
  lua_createtable(L, 0, 6);
  set_string(L, "server", ssh_get_serverbanner(client->session));
  set_string(L, "kex", ssh_get_kex_algo(client->session));
  set_string(L, "cipher", ssh_get_cipher_in(client->session));
  set_string(L, "host_key", client->offered);
  char *banner = ssh_get_issue_banner(client->session);
  if (banner != NULL) {
    lua_pushlstring(L, banner, strnlen(banner, MOST_BANNER));
    lua_setfield(L, -2, "banner");
  }
  ssh_string_free_char(banner);
  lua_pushboolean(L, client->is_new_key);
  lua_setfield(L, -2, "is_new_key");
  return 1;
}

/***
Whether the connection is up, as far as is known without asking the device.
@function client:is_open
@treturn boolean
*/
static int client_lua_is_open(lua_State *L)
{
  struct client_box *box = luaL_checkudata(L, 1, CLIENT_NAME);
  lua_pushboolean(L, box->client != NULL && box->client->error == ERROR_NONE);
  return 1;
}

/***
How many connections go through this one, and how many shells and commands it has.
@function client:load
@treturn int
*/
static int client_lua_load(lua_State *L)
{
  struct client_box *box = luaL_checkudata(L, 1, CLIENT_NAME);
  const struct client *client = box->client;
  bool has_carrier = client != NULL && client->carrier != NULL;
  lua_Integer load = has_carrier ? (lua_Integer)client->carrier->load : 0;
  for (const struct stream *s = client != NULL ? client->streams : NULL; s != NULL;
       s = s->next)
    load += s->is_detached ? 0 : 1;
  lua_pushinteger(L, load);
  return 1;
}

/***
Why the connection is lost.
@function client:failure
@treturn[1] nil when it is not
@treturn[2] string message
@treturn[2] string kind
*/
static int client_lua_failure(lua_State *L)
{
  struct client_box *box = luaL_checkudata(L, 1, CLIENT_NAME);
  enum error error = box->client != NULL ? box->client->error : ERROR_CLOSED;
  if (error == ERROR_NONE)
    return 0;
  bool has_message = box->client != NULL && box->client->message != NULL;
  lua_pushstring(L, has_message ? box->client->message : error_message(error));
  lua_pushstring(L, error_kind(error));
  return 2;
}

static int ssh_lua_version(lua_State *L)
{
  lua_pushstring(L, ssh_version(0));
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", client_lua_close},
    {"exec", client_lua_exec},
    {"failure", client_lua_failure},
    {"load", client_lua_load},
    {"info", client_lua_info},
    {"is_open", client_lua_is_open},
    {"phases", client_lua_phases},
    {"pipe", client_lua_pipe},
    {"shell", client_lua_shell},
    {"through", client_lua_through},
    {"__gc", client_lua_close},
    {"__close", client_lua_close},
    {NULL, NULL},
};

static int close_shared(lua_State *L)
{
  struct client_shared *shared = lua_touserdata(L, 1);
  greeter_close(&shared->greeter);
  presets_free(&shared->presets);
  return 0;
}

static void push_shared(lua_State *L)
{
  struct client_shared *shared = lua_newuserdatauv(L, sizeof *shared, 0);
  memset(shared, 0, sizeof *shared);
  bool is_open = greeter_open(&shared->greeter);
  int error = errno;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, close_shared);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  if (!is_open)
    luaL_error(L, "no descriptors for SSH: %s", uv_strerror(-error));
}

static const luaL_Reg functions[] = {
    {"agent", agent_lua_open},
    {"bare_key", key_lua_of_bare},
    {"key", key_lua_load},
    {"version", ssh_lua_version},
    {NULL, NULL},
};

int luaopen_host_ssh(lua_State *L)
{
  luaL_newmetatable(L, CLIENT_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  agent_lua_register(L);
  key_lua_register(L);
  pipe_lua_register(L);
  shell_lua_register(L);
  socket_lua_register(L);
  luaL_newlib(L, functions);
  push_shared(L);
  lua_pushcclosure(L, client_lua_connect, 1);
  lua_setfield(L, -2, "connect");
  return 1;
}
