/***
What a journal needs from below: a checksum for each record, and a lock that ends with
the program that holds it, however that ends.
@module host.journal
*/
#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/file.h>
#include <uv.h>
#include <zlib.h>

#include "core/library.h"

/***
The CRC-32 of a string, as zlib computes it.
@function crc
@string bytes
@treturn integer
*/
static int journal_lua_crc(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  uLong crc = crc32_z(0, (const unsigned char *)bytes, length);
  lua_pushinteger(L, (lua_Integer)crc);
  return 1;
}

/***
Lock an open file for this program alone, until the file is closed. Does not wait.
@function lock
@int fd
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "locked" when another one has it, "local"
*/
static int journal_lua_lock(lua_State *L)
{
  lua_Integer fd = luaL_checkinteger(L, 1);
  luaL_argcheck(L, fd >= 0 && fd <= INT_MAX, 1, "no file descriptor");
  if (flock((int)fd, LOCK_EX | LOCK_NB) == 0) {
    lua_pushboolean(L, true);
    return 1;
  }
  bool is_locked = errno == EWOULDBLOCK;
  lua_pushnil(L);
  lua_pushstring(L, is_locked ? "another program has it"
                              : uv_strerror(uv_translate_sys_error(errno)));
  lua_pushstring(L, is_locked ? "locked" : "local");
  return 3;
}

static const luaL_Reg functions[] = {
    {"crc", journal_lua_crc},
    {"lock", journal_lua_lock},
    {NULL, NULL},
};

int luaopen_host_journal(lua_State *L)
{
  luaL_newlib(L, functions);
  return 1;
}
