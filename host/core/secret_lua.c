/***
Passwords that Lua can pass on but not read, print, compare or measure.
@module host.secret
*/
#include "core/secret_lua.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/library.h"
#include "core/op.h"

#define HIDDEN "********"

enum { LONGEST = 4096, SHORTEST = 4 };

struct secret *secret_test(lua_State *L, int index)
{
  struct secret **held = luaL_testudata(L, index, SECRET_NAME);
  return held != NULL ? *held : NULL;
}

void secret_push(lua_State *L, struct secret *secret)
{
  struct secret **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = secret;
  luaL_setmetatable(L, SECRET_NAME);
}

static int push_copy(lua_State *L, const char *bytes, size_t length)
{
  struct secret **held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = NULL;
  luaL_setmetatable(L, SECRET_NAME);
  *held = secret_new(bytes, length);
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
  luaL_argcheck(L, length <= LONGEST, 1, "longer than 4096 bytes");
  return push_copy(L, bytes, length);
}

static int fail(lua_State *L, const char *what, const char *name, const char *why)
{
  lua_pushnil(L);
  lua_pushfstring(L, "%s %s: %s", what, name, why);
  lua_pushstring(L, error_kind(ERROR_LOCAL));
  return 3;
}

/***
A secret from an environment variable, which is overwritten and unset: it is read once.
@function from_env
@string name
@treturn[1] secret
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int secret_lua_from_env(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody calls setenv */
  if (value == NULL)
    return fail(L, "environment variable", name, "is not set");
  push_copy(L, value, strlen(value));
  explicit_bzero(value, strlen(value)); /* also in /proc/PID/environ */
  unsetenv(name); /* NOLINT(concurrency-mt-unsafe): start-up of the main thread */
  return 1;
}

/* NULL when all is well, else what is wrong with the file. */
static const char *read_file(int fd, char *bytes, size_t size, size_t *length)
{
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return "is not a plain file";
  if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
    return "can be read or changed by others: chmod 600 it";
  *length = 0;
  for (;;) {
    ssize_t n = read(fd, bytes + *length, size - *length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return "cannot be read";
    if (n == 0)
      break;
    *length += (size_t)n;
    if (*length == size)
      return "is longer than a secret can be";
  }
  while (*length > 0 && strchr("\r\n", bytes[*length - 1]) != NULL)
    (*length)--;
  return NULL;
}

/***
A secret from the first line of a file that only its owner (and group) may read.
@function from_file
@string path
@treturn[1] secret
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int secret_lua_from_file(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  char bytes[LONGEST];
  size_t length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail(L, "secret file", path,
                errno == ENOENT ? "is not there" : "cannot be opened");
  const char *why = read_file(fd, bytes, sizeof bytes, &length);
  close(fd);
  if (why == NULL)
    push_copy(L, bytes, length);
  explicit_bzero(bytes, sizeof bytes);
  return why == NULL ? 1 : fail(L, "secret file", path, why);
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
    {"from_env", secret_lua_from_env},
    {"from_file", secret_lua_from_file},
    {"from_string", secret_lua_from_string},
    {"holders", secret_lua_holders},
    {"is_secret", secret_lua_is_secret},
    {"scrub", secret_lua_scrub},
    {NULL, NULL},
};

int luaopen_host_secret(lua_State *L)
{
  luaL_newmetatable(L, SECRET_NAME);
  luaL_setfuncs(L, metamethods, 0);
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  return 1;
}
