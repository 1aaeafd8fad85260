/***
What a reader of OpenSSH's client configuration must ask the C library: file names by
pattern, home folders, services, and the digest that stands for `%C`.
@module host.ssh_config
*/
#include <glob.h>
#include <lauxlib.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "core/library.h"
#include "core/op.h"

enum { CONFIG_LUA_NAMES = 16384 }; /* bytes of one entry of passwd or services */

/* Gives the memory back even when Lua has none for the list. */
static int config_lua_free_glob(lua_State *L)
{
  globfree((glob_t *)lua_touserdata(L, 1));
  return 0;
}

static glob_t *config_lua_new_glob(lua_State *L)
{
  glob_t *found = (glob_t *)lua_newuserdatauv(L, sizeof *found, 0);
  *found = (glob_t){0};
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, config_lua_free_glob);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  return found;
}

/***
The files that a pattern names, in the order of their names. `~` has no meaning.
@function glob
@string pattern
@treturn[1] {string,...} paths; none when there is no such file
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
static int config_lua_glob(lua_State *L)
{
  const char *pattern = luaL_checkstring(L, 1);
  glob_t *found = config_lua_new_glob(L);
  /* unsafe among threads only where ~ makes it look for a user */
  int failure = glob(pattern, 0, NULL, found); /* NOLINT(concurrency-mt-unsafe) */
  if (failure != 0 && failure != GLOB_NOMATCH)
    return op_fail(L, ERROR_LOCAL, "a folder cannot be read");
  lua_createtable(L, (int)found->gl_pathc, 0);
  for (size_t i = 0; i < found->gl_pathc; i++) {
    lua_pushstring(L, found->gl_pathv[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
The home folder that the system's list of users knows: ssh does not look at HOME.
@function home
@string[opt] user this process's when left out
@treturn ?string path; nil: there is no such user
*/
static int config_lua_home(lua_State *L)
{
  const char *user = luaL_optstring(L, 1, NULL);
  char *names = (char *)lua_newuserdatauv(L, CONFIG_LUA_NAMES, 0);
  struct passwd entry, *found = NULL;
  if (user != NULL)
    (void)getpwnam_r(user, &entry, names, CONFIG_LUA_NAMES, &found);
  else
    (void)getpwuid_r(getuid(), &entry, names, CONFIG_LUA_NAMES, &found);
  lua_pushstring(L, found != NULL ? found->pw_dir : NULL);
  return 1;
}

/***
The TCP port of a service.
@function service
@string name such as "ssh"
@treturn ?int port; nil: there is no such service
*/
static int config_lua_service(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  char *names = (char *)lua_newuserdatauv(L, CONFIG_LUA_NAMES, 0);
  struct servent entry, *found = NULL;
  (void)getservbyname_r(name, "tcp", &entry, names, CONFIG_LUA_NAMES, &found);
  if (found == NULL)
    return 0;
  lua_pushinteger(L, ntohs((uint16_t)found->s_port));
  return 1;
}

/***
SHA-1 in hexadecimal digits: a name for a connection, and no protection of anything.
@function digest
@string text
@treturn[1] string 40 digits
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
static int config_lua_digest(lua_State *L)
{
  size_t length = 0;
  const char *text = luaL_checklstring(L, 1, &length);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text, length, digest, &size, EVP_sha1(), NULL) != 1)
    return op_fail(L, ERROR_LOCAL, "the SSL library has no SHA-1");
  luaL_Buffer hex;
  luaL_buffinit(L, &hex);
  for (unsigned i = 0; i < size; i++) {
    char pair[3];
    snprintf(pair, sizeof pair, "%02x", digest[i]);
    luaL_addlstring(&hex, pair, 2);
  }
  luaL_pushresult(&hex);
  return 1;
}

static const luaL_Reg functions[] = {
    {"digest", config_lua_digest},
    {"glob", config_lua_glob},
    {"home", config_lua_home},
    {"service", config_lua_service},
    {NULL, NULL},
};

int luaopen_host_ssh_config(lua_State *L)
{
  luaL_newlib(L, functions);
  return 1;
}
