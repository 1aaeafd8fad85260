/*
** profile_lua.c - from a device's profile as a script gives it to the struct that the
** engine reads, once for every client. server_lua.c documents the fields.
*/
#include "lab/profile_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/op.h"
#include "lab/server.h"

enum { TRIES = 6, CHANNELS = 10 };

static uint64_t seconds(lua_State *L, int index, const char *name)
{
  int is_number = 1;
  double value = 0;
  if (lua_getfield(L, index, name) != LUA_TNIL)
    value = lua_tonumberx(L, -1, &is_number);
  lua_pop(L, 1);
  if (!is_number || !(value >= 0))
    luaL_error(L, "profile: %s is no number of seconds", name);
  return op_nanoseconds(value);
}

static uint64_t count(lua_State *L, int index, const char *name, uint64_t otherwise)
{
  int is_integer = 1;
  uint64_t value = otherwise;
  if (lua_getfield(L, index, name) != LUA_TNIL) {
    lua_Integer given = lua_tointegerx(L, -1, &is_integer);
    is_integer = is_integer && given >= 0;
    value = (uint64_t)given;
  }
  lua_pop(L, 1);
  if (!is_integer)
    luaL_error(L, "profile: %s is no whole number", name);
  return value;
}

static bool flag(lua_State *L, int index, const char *name, bool otherwise)
{
  bool value = otherwise;
  if (lua_getfield(L, index, name) != LUA_TNIL)
    value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* The string stays on the stack, and so in memory. */
static const char *text(lua_State *L, int index, const char *name)
{
  if (lua_getfield(L, index, name) == LUA_TNIL)
    return NULL;
  if (!lua_isstring(L, -1))
    luaL_error(L, "profile: %s is no string", name);
  return lua_tostring(L, -1);
}

static void read_line(lua_State *L, int index, uint64_t seed, struct relay_plan *line)
{
  line->rtt_ns = seconds(L, index, "rtt");
  line->jitter_ns = seconds(L, index, "jitter");
  line->dribble_ns = seconds(L, index, "dribble");
  line->drop_after = count(L, index, "drop_after", RELAY_NEVER);
  line->fin_after = count(L, index, "fin_after", RELAY_NEVER);
  line->stall_after = count(L, index, "stall_after", RELAY_NEVER);
  line->garble_at = count(L, index, "garble_at", 0);
  line->seed = count(L, index, "seed", seed);
}

/* 0: it is none. */
static unsigned method_of(const char *name)
{
  static const struct {
    const char *name;
    unsigned method;
  } methods[] = {{"password", SSH_AUTH_METHOD_PASSWORD},
                 {"keyboard-interactive", SSH_AUTH_METHOD_INTERACTIVE},
                 {"publickey", SSH_AUTH_METHOD_PUBLICKEY},
                 {"none", SSH_AUTH_METHOD_NONE}};
  for (size_t i = 0; name != NULL && i < sizeof methods / sizeof *methods; i++)
    if (strcmp(methods[i].name, name) == 0)
      return methods[i].method;
  return 0;
}

static unsigned read_methods(lua_State *L, int index)
{
  unsigned methods = 0;
  int type = lua_getfield(L, index, "methods");
  if (type == LUA_TNIL) {
    lua_pop(L, 1);
    return SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE |
           SSH_AUTH_METHOD_PUBLICKEY;
  }
  if (type != LUA_TTABLE)
    luaL_error(L, "profile: methods is no list");
  for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
    unsigned method = method_of(lua_tostring(L, -1));
    if (method == 0)
      luaL_error(L, "profile: methods has an unknown one");
    methods |= method;
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
  if ((methods & ~(unsigned)SSH_AUTH_METHOD_NONE) == 0)
    luaL_error(L, "profile: methods needs one besides none"); /* to name in a refusal */
  return methods;
}

static unsigned long long key_bit(lua_State *L, const struct server *server)
{
  int is_integer;
  lua_Integer key = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || key < 1 || (size_t)key > server->identities.count)
    luaL_error(L, "profile: there is no such host_key");
  return 1ULL << (key - 1);
}

static unsigned long long read_keys(lua_State *L, int index,
                                    const struct server *server)
{
  unsigned long long keys = 0;
  int type = lua_getfield(L, index, "host_key");
  if (type == LUA_TNIL)
    keys = 1;
  else if (type != LUA_TTABLE)
    keys = key_bit(L, server);
  for (lua_Integer i = 1; type == LUA_TTABLE && lua_geti(L, -1, i) != LUA_TNIL; i++) {
    keys |= key_bit(L, server);
    lua_pop(L, 1);
  }
  lua_pop(L, type == LUA_TTABLE ? 2 : 1);
  return keys;
}

static void read_identity(lua_State *L, int index, struct server *server,
                          struct profile *profile)
{
  struct identity identity = {.identification = text(L, index, "identification"),
                              .keys = read_keys(L, index, server)};
  int type = lua_getfield(L, index, "algorithms");
  if (type == LUA_TTABLE) {
    int list = lua_gettop(L);
    identity.kex = text(L, list, "kex");
    identity.hostkeys = text(L, list, "hostkeys");
    identity.ciphers = text(L, list, "ciphers");
    identity.macs = text(L, list, "macs");
  } else if (type != LUA_TNIL) {
    luaL_error(L, "profile: algorithms is no table");
  }
  profile->is_choosy = type == LUA_TTABLE;
  profile->bind = identities_bind(&server->identities, &identity);
  if (profile->bind == NULL)
    luaL_error(L, "profile: %s", server->identities.message);
}

static void read_greeting(lua_State *L, int index, struct profile *profile)
{
  const char *greeting = text(L, index, "greet");
  if (greeting == NULL)
    return;
  profile->greeting_length = (size_t)luaL_len(L, -1);
  profile->greeting = malloc(profile->greeting_length + 1);
  if (profile->greeting != NULL)
    memcpy(profile->greeting, greeting, profile->greeting_length);
  else
    luaL_error(L, "not enough memory");
}

/*
** All rounds as one text, as peer_prompt.c takes it apart: a round begins with one
** mark, each of its questions with another.
*/
static void join_questions(lua_State *L)
{
  int rounds = lua_gettop(L);
  lua_pushliteral(L, "");
  for (lua_Integer i = 1; lua_geti(L, rounds, i) == LUA_TTABLE; i++) {
    lua_insert(L, rounds + 1);
    lua_pushstring(L, PEER_ROUND);
    for (lua_Integer k = 1; lua_geti(L, rounds + 1, k) == LUA_TSTRING; k++) {
      lua_pushfstring(L, PEER_QUESTION "%s", lua_tostring(L, -1));
      lua_remove(L, -2);
      lua_concat(L, 2);
    }
    lua_pop(L, 1);
    lua_concat(L, 2);
    lua_remove(L, rounds + 1);
  }
  lua_pop(L, 1);
}

static void read_questions(lua_State *L, int index, struct profile *profile)
{
  int type = lua_getfield(L, index, "questions");
  if (type == LUA_TNIL)
    return;
  if (type != LUA_TTABLE)
    luaL_error(L, "profile: questions is no list");
  join_questions(L);
  profile->questions = strdup(lua_tostring(L, -1));
}

void profile_lua_read(lua_State *L, int index, struct server *server,
                      struct profile *profile)
{
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, 16, NULL);
  read_line(L, index, server->stats.accepted, &profile->line);
  profile->banner_delay_ns = seconds(L, index, "banner_delay");
  profile->kex_delay_ns = seconds(L, index, "kex_delay");
  profile->auth_delay_ns = seconds(L, index, "auth_delay");
  profile->rekey_bytes = count(L, index, "rekey_after", 0);
  profile->tries = (unsigned)count(L, index, "tries", TRIES);
  profile->channels = (unsigned)count(L, index, "channels", CHANNELS);
  profile->methods = read_methods(L, index);
  profile->allowed = (flag(L, index, "pty", true) ? PEER_PTY : 0U) |
                     (flag(L, index, "shell", true) ? PEER_SHELL : 0U) |
                     (flag(L, index, "exec", true) ? PEER_EXEC : 0U) |
                     (flag(L, index, "subsystem", true) ? PEER_SUBSYSTEM : 0U);
  profile->is_blackhole = flag(L, index, "blackhole", false);
  read_identity(L, index, server, profile);
  read_questions(L, index, profile);
  read_greeting(L, index, profile);
}
