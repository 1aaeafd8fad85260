/***
Digests of data that comes in pieces, to compare a file with what a device says of it.
@module host.digest
*/
#include <lauxlib.h>
#include <openssl/evp.h>

#include "core/library.h"

#define DIGEST_NAME "moonwire.digest"

struct digest_box {
  EVP_MD_CTX *context; /* NULL: its value has been taken */
};

static struct digest_box *check_digest(lua_State *L)
{
  struct digest_box *box = luaL_checkudata(L, 1, DIGEST_NAME);
  luaL_argcheck(L, box->context != NULL, 1, "the digest has been taken");
  return box;
}

static int digest_lua_gc(lua_State *L)
{
  struct digest_box *box = luaL_checkudata(L, 1, DIGEST_NAME);
  EVP_MD_CTX_free(box->context);
  box->context = NULL;
  return 0;
}

/***
A digest of nothing so far.
@function new
@string algorithm "md5", "sha1", "sha256" or "sha512"
@treturn digest
*/
static int digest_lua_new(lua_State *L)
{
  static const char *const names[] = {"md5", "sha1", "sha256", "sha512", NULL};
  const char *name = names[luaL_checkoption(L, 1, NULL, names)];
  struct digest_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->context = NULL;
  luaL_setmetatable(L, DIGEST_NAME);
  box->context = EVP_MD_CTX_new();
  if (box->context == NULL ||
      EVP_DigestInit_ex(box->context, EVP_get_digestbyname(name), NULL) != 1)
    return luaL_error(L, "this machine computes no %s", name);
  return 1;
}

/***
Add data.
@function digest:update
@string data
@treturn digest itself
*/
static int digest_lua_update(lua_State *L)
{
  struct digest_box *box = check_digest(L);
  size_t length;
  const char *data = luaL_checklstring(L, 2, &length);
  if (EVP_DigestUpdate(box->context, data, length) != 1)
    return luaL_error(L, "the digest failed");
  lua_settop(L, 1);
  return 1;
}

/* The end of a digest: how many bytes there are of its value. */
static unsigned take_value(lua_State *L, unsigned char value[EVP_MAX_MD_SIZE])
{
  struct digest_box *box = check_digest(L);
  unsigned length = 0;
  if (EVP_DigestFinal_ex(box->context, value, &length) != 1)
    luaL_error(L, "the digest failed");
  digest_lua_gc(L);
  return length;
}

/***
Its value in base64, as the Content-Security-Policy of a page wants it; nothing can be
added afterwards.
@function digest:base64
@treturn string
*/
static int digest_lua_base64(lua_State *L)
{
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned char text[(EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1];
  unsigned length = take_value(L, value);
  int size = EVP_EncodeBlock(text, value, (int)length);
  lua_pushlstring(L, (const char *)text, (size_t)size);
  return 1;
}

/***
Its value; nothing can be added afterwards.
@function digest:hex
@treturn string in lower case
*/
static int digest_lua_hex(lua_State *L)
{
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned length = take_value(L, value);
  luaL_Buffer buffer;
  char *hex = luaL_buffinitsize(L, &buffer, (size_t)length * 2);
  for (size_t i = 0; i < length; i++) {
    hex[2 * i] = "0123456789abcdef"[value[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[value[i] & 15];
  }
  luaL_pushresultsize(&buffer, (size_t)length * 2);
  return 1;
}

static const luaL_Reg methods[] = {{"base64", digest_lua_base64},
                                   {"hex", digest_lua_hex},
                                   {"update", digest_lua_update},
                                   {"__gc", digest_lua_gc},
                                   {NULL, NULL}};

static const luaL_Reg functions[] = {{"new", digest_lua_new}, {NULL, NULL}};

int luaopen_host_digest(lua_State *L)
{
  luaL_newmetatable(L, DIGEST_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
