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
#include "core/secret_lua.h"
#include "ssh/agent_lua.h"
#include "ssh/hostkeys_lua.h"
#include "ssh/key_lua.h"

enum { MOST_PINS = 8, USER_VALUES = 1, KEPT = 1 };

struct client_box {
  struct client *client; /* NULL: closed */
};

struct login_op {
  struct op op; /* first, so that a struct op * is a struct login_op * */
  struct client_box *box;
  struct login login;
  const char *pins[MOST_PINS + 1];
  ssh_key keys[LOGIN_KEYS + 1];
  struct login_answer answers[LOGIN_ANSWERS];
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
static void push_failure(lua_State *L, const struct client *client)
{
  lua_createtable(L, 0, 4);
  set_string(L, "phase", phase_name(client->phase));
  set_string(L, "host_key", client->offered);
  push_timings(L, client);
  lua_setfield(L, -2, "phases");
}

static int login_push(struct op *op, lua_State *L)
{
  struct login_op *o = (struct login_op *)op;
  struct client *client = o->box->client;
  int box_index = lua_gettop(L) - 1; /* below the op */
  lua_pushnil(L);
  lua_setiuservalue(L, box_index, KEPT); /* an idle session needs it no more */
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

/* A field of the options at index 1. The string stays alive with the table. */
static const char *string_field(lua_State *L, const char *name, const char *otherwise)
{
  int type = lua_getfield(L, 1, name);
  if (type != LUA_TSTRING && type != LUA_TNIL)
    luaL_error(L, "connect: %s must be a string, not a %s", name,
               lua_typename(L, type));
  const char *value = type == LUA_TSTRING ? lua_tostring(L, -1) : otherwise;
  lua_pop(L, 1);
  return value;
}

static const char *required_field(lua_State *L, const char *name)
{
  const char *value = string_field(L, name, NULL);
  if (value == NULL)
    luaL_error(L, "connect: %s is missing", name);
  return value;
}

static uint16_t port_field(lua_State *L)
{
  lua_getfield(L, 1, "port");
  lua_Integer port = luaL_optinteger(L, -1, 22);
  lua_pop(L, 1);
  if (port < 1 || port > 65535)
    luaL_error(L, "connect: port must be 1 to 65535, not %I", port);
  return (uint16_t)port;
}

/* Seconds by phase; what is left out gets what a slow network needs. */
static void read_timeouts(lua_State *L, struct login *login)
{
  static const double defaults[PHASE_COUNT] = {5, 10, 15, 30, 5, 30, 15};
  if (lua_getfield(L, 1, "timeouts") == LUA_TNIL)
    lua_newtable(L);
  luaL_checktype(L, -1, LUA_TTABLE);
  for (int phase = 0; phase < PHASE_COUNT; phase++) {
    lua_getfield(L, -1, phase_name((enum phase)phase));
    login->timeout_ns[phase] = op_nanoseconds(luaL_optnumber(L, -1, defaults[phase]));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void read_methods(lua_State *L, struct login *login)
{
  static const char *const names[] = {"none", "password", "keyboard-interactive",
                                      "publickey", NULL};
  static const enum method otherwise[CLIENT_METHODS] = {
      METHOD_PUBLICKEY, METHOD_PASSWORD, METHOD_INTERACTIVE, METHOD_NONE};
  memcpy(login->methods, otherwise, sizeof otherwise);
  if (lua_getfield(L, 1, "methods") != LUA_TNIL) {
    luaL_checktype(L, -1, LUA_TTABLE);
    for (int i = 0; i < CLIENT_METHODS; i++) {
      lua_rawgeti(L, -1, i + 1);
      login->methods[i] = (enum method)luaL_checkoption(L, -1, "none", names);
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

static void read_pins(lua_State *L, struct login_op *o)
{
  int n = 0;
  if (lua_getfield(L, 1, "pins") == LUA_TTABLE) {
    for (; n < MOST_PINS && lua_rawgeti(L, -1, n + 1) == LUA_TSTRING; n++) {
      o->pins[n] = lua_tostring(L, -1); /* alive in the table */
      lua_pop(L, 1);
    }
    if (n < MOST_PINS)
      lua_pop(L, 1);
  }
  lua_pop(L, 1);
  o->login.pins = n > 0 ? o->pins : NULL;
}

static void read_credentials(lua_State *L, struct login *login)
{
  lua_getfield(L, 1, "password");
  login->password = secret_test(L, -1);
  if (login->password == NULL && !lua_isnil(L, -1))
    luaL_error(L, "connect: password must be a secret (host.secret)");
  lua_getfield(L, 1, "agent");
  login->agent = lua_isnil(L, -1) ? NULL : agent_check_lua(L, -1);
  lua_pop(L, 2);
  login->agent_keys = UINT64_MAX;
}

/* The items stay alive in the options' tables, which nobody changes meanwhile. */
static size_t length_of(lua_State *L, const char *name, size_t most)
{
  int type = lua_getfield(L, 1, name);
  if (type != LUA_TTABLE && type != LUA_TNIL)
    luaL_error(L, "connect: %s must be a list", name);
  size_t length = type == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
  if (length > most)
    luaL_error(L, "connect: there can be %d %s at most", (int)most, name);
  return length;
}

static void read_keys(lua_State *L, struct login_op *o)
{
  size_t length = length_of(L, "keys", LOGIN_KEYS);
  for (size_t i = 0; i < length; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    o->keys[i] = key_check_lua(L, -1);
    lua_pop(L, 1);
  }
  o->login.keys = o->keys;
  lua_pop(L, 1);
}

static void read_agent_keys(lua_State *L, struct login *login)
{
  size_t length = length_of(L, "agent_keys", AGENT_IDENTITIES);
  if (!lua_isnil(L, -1))
    login->agent_keys = 0;
  for (size_t i = 0; i < length; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    lua_Integer number = luaL_checkinteger(L, -1);
    if (number >= 1 && number <= AGENT_IDENTITIES)
      login->agent_keys |= (uint64_t)1 << (number - 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void read_answers(lua_State *L, struct login_op *o)
{
  size_t length = length_of(L, "answers", LOGIN_ANSWERS);
  for (size_t i = 0; i < length; i++) {
    struct login_answer *answer = &o->answers[i];
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "question") != LUA_TSTRING)
      luaL_error(L, "connect: answers[%d].question must be a string", (int)i + 1);
    answer->question = lua_tostring(L, -1);
    lua_getfield(L, -2, "answer");
    answer->answer = secret_test(L, -1);
    if (answer->answer == NULL)
      luaL_error(L, "connect: answers[%d].answer must be a secret", (int)i + 1);
    lua_pop(L, 3);
  }
  o->login.answers = o->answers;
  o->login.answer_count = length;
  lua_pop(L, 1);
}

static void read_host_keys(lua_State *L, struct login *login)
{
  static const char *const policies[] = {"strict", "accept-new", NULL};
  lua_getfield(L, 1, "hostkeys");
  login->hostkeys = lua_isnil(L, -1) ? NULL : hostkeys_check_lua(L, -1);
  lua_getfield(L, 1, "policy");
  login->policy = (enum hostkey_policy)luaL_checkoption(L, -1, "strict", policies);
  lua_pop(L, 2);
}

static void read_login(lua_State *L, struct login *login)
{
  login->host = required_field(L, "host");
  login->user = required_field(L, "user");
  login->known_as = string_field(L, "known_as", login->host);
  login->port = port_field(L);
  login->kex = string_field(L, "kex", NULL);
  login->hostkey_types = string_field(L, "hostkey_types", NULL);
  login->ciphers = string_field(L, "ciphers", NULL);
  login->macs = string_field(L, "macs", NULL);
  login->publickey_types = string_field(L, "publickey_types", NULL);
  read_timeouts(L, login);
  read_methods(L, login);
  read_credentials(L, login);
  read_agent_keys(L, login);
  read_host_keys(L, login);
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
`ciphers`, `macs`, `publickey_types` (lists), `timeouts` (seconds by phase: resolve 5,
connect 10, banner 15, kex 30, auth 30)
@treturn[1] client
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: resolve, refused, unreachable, timeout, dropped, protocol,
algorithm, hostkey, auth, local
@treturn[2] table detail: `phase`, `phases` (seconds), `host_key` (as offered)
*/
static int client_lua_connect(lua_State *L)
{
  struct login login = {0};
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  read_login(L, &login);
  struct client_box *box = push_box(L);
  struct login_op *o = op_new(L, sizeof *o, login_push, login_detach);
  o->login = login;
  o->box = box;
  read_pins(L, o);
  read_keys(L, o);
  read_answers(L, o);
  struct host *host = host_of(L);
  struct client_shared *shared = lua_touserdata(L, lua_upvalueindex(1));
  box->client = client_new(&host->loop, &host->deadlines, host->watches, shared);
  if (box->client == NULL)
    return op_fail(L, ERROR_LOCAL, "not enough memory");
  box->client->owner = o;
  box->client->on_login = on_login;
  client_login(box->client, &o->login);
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
known_hosts), `is_new_key` (it was not known before), `banner` (text before the login)
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
  set_string(L, "banner", banner);
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

static int ssh_lua_version(lua_State *L)
{
  lua_pushstring(L, ssh_version(0));
  return 1;
}

static const luaL_Reg methods[] = {
    {"close", client_lua_close},
    {"exec", client_lua_exec},
    {"info", client_lua_info},
    {"is_open", client_lua_is_open},
    {"phases", client_lua_phases},
    {"shell", client_lua_shell},
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
  shell_lua_register(L);
  luaL_newlib(L, functions);
  push_shared(L);
  lua_pushcclosure(L, client_lua_connect, 1);
  lua_setfield(L, -2, "connect");
  return 1;
}
