/*
** login_lua.c - the options of a connection, from the table that a script gives.
** Checked here to the last one; nothing is connected here.
*/
#include "ssh/login_lua.h"

#include <lauxlib.h>
#include <string.h>

#include "core/op.h"
#include "core/secret_lua.h"
#include "ssh/agent_lua.h"
#include "ssh/client_lua.h"
#include "ssh/hostkeys_lua.h"
#include "ssh/key_lua.h"

enum { KEEPALIVE_COUNT = 3, KEEPALIVE_LONGEST = 86400, KEEPALIVE_MOST = 1000 };

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
  static const double defaults[PHASE_COUNT] = {5, 10, 15, 15, 30, 5, 30, 15};
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

/* What is asked for is asked at least once a millisecond, and at most once a day. */
static void read_keepalive(lua_State *L, struct login *login)
{
  lua_getfield(L, 1, "keepalive");
  lua_Number seconds = luaL_optnumber(L, -1, 0);
  lua_getfield(L, 1, "keepalive_count");
  lua_Integer count = luaL_optinteger(L, -1, KEEPALIVE_COUNT);
  lua_pop(L, 2);
  if (!(seconds >= 0 && seconds <= KEEPALIVE_LONGEST))
    luaL_error(L, "connect: keepalive must be 0 to %d seconds", KEEPALIVE_LONGEST);
  if (count < 1 || count > KEEPALIVE_MOST)
    luaL_error(L, "connect: keepalive_count must be 1 to %d", KEEPALIVE_MOST);
  login->keepalive_ms = (uint64_t)(seconds * 1e3 + (seconds > 0 ? 0.999 : 0));
  login->keepalive_count = (unsigned)count;
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

static void read_pins(lua_State *L, struct login_options *o)
{
  bool has_pins = lua_getfield(L, 1, "pins") == LUA_TTABLE;
  for (int n = 0; has_pins && n < LOGIN_PINS; n++) {
    lua_rawgeti(L, -1, n + 1);
    o->pins[n] = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    has_pins = o->pins[n] != NULL;
    lua_pop(L, 1); /* alive in the table */
  }
  lua_pop(L, 1);
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

static void read_keys(lua_State *L, struct login_options *o)
{
  size_t length = length_of(L, "keys", LOGIN_KEYS);
  for (size_t i = 0; i < length; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    o->keys[i] = key_check_lua(L, -1);
    lua_pop(L, 1);
  }
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

static void read_answers(lua_State *L, struct login_options *o)
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

static void read_way(lua_State *L, struct login *login)
{
  login->name = string_field(L, "name", NULL);
  login->command = string_field(L, "command", NULL);
  lua_getfield(L, 1, "via");
  login->via = lua_isnil(L, -1) ? NULL : client_check_lua(L, -1);
  lua_pop(L, 1);
}

static void read_login(lua_State *L, struct login *login)
{
  read_way(L, login);
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
  read_keepalive(L, login);
  read_methods(L, login);
  read_credentials(L, login);
  read_agent_keys(L, login);
  read_host_keys(L, login);
}

void login_lua_read(lua_State *L, struct login_options *options)
{
  memset(options, 0, sizeof *options);
  read_login(L, &options->login);
  read_pins(L, options);
  read_keys(L, options);
  read_answers(L, options);
}

const struct login *login_lua_place(struct login_options *options)
{
  options->login.pins = options->pins[0] != NULL ? options->pins : NULL;
  options->login.keys = options->keys;
  options->login.answers = options->answers;
  return &options->login;
}
