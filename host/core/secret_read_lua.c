/***
Secrets from where they are kept. The bytes go into the secret and nowhere else.
@module host.secret
*/
#include "core/secret_read_lua.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/error.h"
#include "core/op.h"
#include "core/secret_lua.h"

#define ECHO_NAME "moonwire.echo"

/* A terminal that shows nothing of what is typed, until this is closed. */
struct echo {
  int fd; /* negative: it shows it again */
  struct termios before;
};

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
  secret_push_copy(L, value, strlen(value));
  explicit_bzero(value, strlen(value)); /* also in /proc/PID/environ */
  unsetenv(name); /* NOLINT(concurrency-mt-unsafe): start-up of the main thread */
  return 1;
}

/* Read to the end, to a line's end, or as far as there are bytes without waiting. */
static const char *read_bytes(int fd, char *bytes, size_t size, size_t *length)
{
  for (*length = 0; *length < size;) {
    ssize_t n = read(fd, bytes + *length, size - *length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno != EAGAIN)
      return "cannot be read";
    if (n <= 0)
      return NULL;
    *length += (size_t)n;
    if (memchr(bytes, '\n', *length) != NULL)
      return NULL;
  }
  return "is longer than a secret can be";
}

/* The first line. NULL when all is well, else what is wrong. */
static const char *read_line(int fd, char *bytes, size_t size, size_t *length)
{
  const char *why = read_bytes(fd, bytes, size, length);
  if (why != NULL)
    return why;
  const char *end = memchr(bytes, '\n', *length);
  if (end != NULL)
    *length = (size_t)(end - bytes);
  while (*length > 0 && bytes[*length - 1] == '\r')
    (*length)--;
  return *length > 0 ? NULL : "is empty";
}

static const char *read_file(int fd, char *bytes, size_t size, size_t *length)
{
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return "is not a plain file";
  if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
    return "can be read or changed by others: chmod 600 it";
  return read_line(fd, bytes, size, length);
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
  char bytes[SECRET_LONGEST];
  size_t length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return fail(L, "secret file", path,
                errno == ENOENT ? "is not there" : "cannot be opened");
  const char *why = read_file(fd, bytes, sizeof bytes, &length);
  close(fd);
  if (why == NULL)
    secret_push_copy(L, bytes, length);
  explicit_bzero(bytes, sizeof bytes);
  return why == NULL ? 1 : fail(L, "secret file", path, why);
}

/***
A secret from the first line that a descriptor has. It stays open.
@function from_fd
@int fd of a terminal with a line typed, or of a pipe whose writer has ended
@treturn[1] secret
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int secret_lua_from_fd(lua_State *L)
{
  lua_Integer fd = luaL_checkinteger(L, 1);
  luaL_argcheck(L, fd >= 0 && fd <= INT_MAX, 1, "no descriptor");
  char bytes[SECRET_LONGEST];
  size_t length = 0;
  const char *why = read_line((int)fd, bytes, sizeof bytes, &length);
  if (why == NULL)
    secret_push_copy(L, bytes, length);
  explicit_bzero(bytes, sizeof bytes);
  return why == NULL ? 1 : fail(L, "the", "secret", why);
}

static int echo_show(lua_State *L)
{
  struct echo *echo = luaL_checkudata(L, 1, ECHO_NAME);
  if (echo->fd >= 0)
    tcsetattr(echo->fd, TCSAFLUSH, &echo->before);
  echo->fd = -1;
  return 0;
}

static void push_echo_metatable(lua_State *L)
{
  if (luaL_newmetatable(L, ECHO_NAME)) {
    lua_pushcfunction(L, echo_show);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__gc");
    lua_setfield(L, -2, "__close");
    lua_pushliteral(L, "protected");
    lua_setfield(L, -2, "__metatable");
  }
}

/***
Let a terminal show nothing of what is typed, until the value that this gives is closed.
What was typed before is thrown away.
@function hide_echo
@int fd of a terminal; it must stay open that long
@treturn[1] userdata for `local quiet <close>`
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int secret_lua_hide_echo(lua_State *L)
{
  lua_Integer fd = luaL_checkinteger(L, 1);
  luaL_argcheck(L, fd >= 0 && fd <= INT_MAX, 1, "no descriptor");
  struct echo *echo = lua_newuserdatauv(L, sizeof *echo, 0);
  echo->fd = -1;
  push_echo_metatable(L);
  lua_setmetatable(L, -2);
  if (tcgetattr((int)fd, &echo->before) != 0)
    return fail(L, "the", "terminal", "is none");
  struct termios quiet = echo->before;
  quiet.c_lflag &= ~(tcflag_t)ECHO;
  quiet.c_lflag |= ICANON | ECHONL;
  if (tcsetattr((int)fd, TCSAFLUSH, &quiet) != 0)
    return fail(L, "the", "terminal", "does not hide what is typed");
  echo->fd = (int)fd;
  return 1;
}

void secret_read_lua_register(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"from_env", secret_lua_from_env},
      {"from_fd", secret_lua_from_fd},
      {"from_file", secret_lua_from_file},
      {"hide_echo", secret_lua_hide_echo},
      {NULL, NULL},
  };
  luaL_setfuncs(L, functions, 0);
}
