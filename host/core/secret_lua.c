/***
Passwords that Lua can pass on but not read, print, compare or measure.
@module host.secret
*/
#include "core/secret_lua.h"

#include <lauxlib.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>

#include "core/library.h"
#include "core/seal_lua.h"
#include "core/secret_read_lua.h"
#include "core/vault.h"

#define HIDDEN     "********"
#define VAULT_NAME "moonwire.vault"

enum { SHORTEST = 4 };

struct secret *secret_test(lua_State *L, int index)
{
  struct secret **held = luaL_testudata(L, index, SECRET_NAME);
  return held != NULL ? *held : NULL;
}

struct secret **secret_push(lua_State *L, struct secret *secret)
{
  struct secret **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = secret;
  luaL_setmetatable(L, SECRET_NAME);
  return held;
}

static int collect_vault(lua_State *L)
{
  struct vault **held = luaL_checkudata(L, 1, VAULT_NAME);
  vault_free(*held);
  *held = NULL;
  return 0;
}

/* One for each state, made at its beginning. */
static void open_vault(lua_State *L)
{
  struct vault **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = NULL;
  if (luaL_newmetatable(L, VAULT_NAME)) {
    lua_pushcfunction(L, collect_vault);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  *held = vault_new();
  if (*held == NULL)
    luaL_error(L, "not enough memory");
  lua_setfield(L, LUA_REGISTRYINDEX, VAULT_NAME ".open");
}

struct vault *secret_vault(lua_State *L)
{
  lua_getfield(L, LUA_REGISTRYINDEX, VAULT_NAME ".open");
  struct vault **held = luaL_testudata(L, -1, VAULT_NAME);
  lua_pop(L, 1);
  return held != NULL ? *held : NULL;
}

int secret_push_copy(lua_State *L, const char *bytes, size_t length)
{
  struct secret **held = secret_push(L, NULL);
  *held = secret_new(secret_vault(L), bytes, length);
  if (*held == NULL)
    return luaL_error(L, "not enough memory");
  return 1;
}

/***
A secret from a string that Lua has already. Let go of the string soon.
@function from_string
@string bytes
@treturn secret
*/
static int secret_lua_from_string(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length <= SECRET_LONGEST, 1, "longer than 4096 bytes");
  return secret_push_copy(L, bytes, length);
}

/***
How many places hold a secret; when it falls to one, only Lua's own is left.
@function holders
@tparam secret secret
@treturn int
*/
static int secret_lua_holders(lua_State *L)
{
  struct secret *secret = secret_test(L, 1);
  luaL_argexpected(L, secret != NULL, 1, "secret");
  lua_pushinteger(L, (lua_Integer)secret_holders(secret));
  return 1;
}

/***
Whether two secrets hold the same: for one that was typed twice. It takes as long
wherever they differ.
@function equal
@tparam secret a
@tparam secret b
@treturn boolean
*/
static int secret_lua_equal(lua_State *L)
{
  const struct secret *a = secret_test(L, 1), *b = secret_test(L, 2);
  luaL_argexpected(L, a != NULL, 1, "secret");
  luaL_argexpected(L, b != NULL, 2, "secret");
  bool is_equal =
      secret_length(a) == secret_length(b) &&
      CRYPTO_memcmp(secret_bytes(a), secret_bytes(b), secret_length(a)) == 0;
  lua_pushboolean(L, is_equal);
  return 1;
}

/***
Whether a value is a secret.
@function is_secret
@param value
@treturn boolean
*/
static int secret_lua_is_secret(lua_State *L)
{
  lua_pushboolean(L, secret_test(L, 1) != NULL);
  return 1;
}

static void add_scrubbed(luaL_Buffer *buffer, const char *text, size_t length,
                         const struct secret *secret)
{
  const char *end = text + length;
  const char *found;
  while ((found = memmem(text, (size_t)(end - text), secret_bytes(secret),
                         secret_length(secret))) != NULL) {
    luaL_addlstring(buffer, text, (size_t)(found - text));
    luaL_addstring(buffer, HIDDEN);
    text = found + secret_length(secret);
  }
  luaL_addlstring(buffer, text, (size_t)(end - text));
}

/***
A text without a secret: stars stand where it was. One of fewer than four bytes stays,
since stars in every word would tell it.
@function scrub
@string text
@tparam secret secret
@treturn string
*/
static int secret_lua_scrub(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  const struct secret *secret = secret_test(L, 2);
  luaL_argexpected(L, secret != NULL, 2, "secret");
  lua_settop(L, 2);
  if (secret_length(secret) < SHORTEST) {
    lua_pushvalue(L, 1);
    return 1;
  }
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  add_scrubbed(&buffer, text, length, secret);
  luaL_pushresult(&buffer);
  return 1;
}

static int secret_tostring(lua_State *L)
{
  lua_pushliteral(L, "secret: " HIDDEN);
  return 1;
}

static int secret_gc(lua_State *L)
{
  struct secret **held = luaL_checkudata(L, 1, SECRET_NAME);
  secret_release(*held);
  *held = NULL;
  return 0;
}

static const luaL_Reg metamethods[] = {
    {"__tostring", secret_tostring},
    {"__gc", secret_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"equal", secret_lua_equal},     {"from_string", secret_lua_from_string},
    {"holders", secret_lua_holders}, {"is_secret", secret_lua_is_secret},
    {"scrub", secret_lua_scrub},     {NULL, NULL},
};

int luaopen_host_secret(lua_State *L)
{
  open_vault(L);
  luaL_newmetatable(L, SECRET_NAME);
  luaL_setfuncs(L, metamethods, 0);
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  secret_read_lua_register(L);
  seal_lua_register(L);
  return 1;
}
