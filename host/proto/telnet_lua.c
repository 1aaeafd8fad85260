/***
The telnet protocol on strings, for those who have a connection already.
@module host.telnet
*/
#include <lauxlib.h>

#include "core/library.h"
#include "proto/telnet.h"

#define TELNET_NAME "moonwire.telnet"

static struct telnet *check(lua_State *L)
{
  return luaL_checkudata(L, 1, TELNET_NAME);
}

static void push_bytes(lua_State *L, struct bytes *bytes)
{
  lua_pushlstring(L, bytes->length > 0 ? bytes_head(bytes) : "", bytes->length);
  bytes_clear(bytes);
}

static int fail(lua_State *L, struct bytes *one, struct bytes *other)
{
  bytes_clear(one);
  bytes_clear(other);
  return luaL_error(L, "not enough memory");
}

/***
One side of a connection.
@function open
@bool is_server
@treturn telnet
*/
static int telnet_lua_open(lua_State *L)
{
  bool is_server = lua_toboolean(L, 1) != 0;
  struct telnet *telnet = lua_newuserdatauv(L, sizeof *telnet, 0);
  telnet_open(telnet, is_server, "vt100", 80, 24);
  luaL_setmetatable(L, TELNET_NAME);
  return 1;
}

/***
What this side would like: to be sent first.
@function telnet:offer
@treturn string
*/
static int telnet_lua_offer(lua_State *L)
{
  struct bytes reply = {0}, none = {0};
  if (!telnet_offer(check(L), &reply))
    return fail(L, &reply, &none);
  push_bytes(L, &reply);
  return 1;
}

/***
Take what came in apart.
@function telnet:feed
@string bytes
@treturn string the terminal's text
@treturn string what is to be answered
*/
static int telnet_lua_feed(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  struct bytes text = {0}, reply = {0};
  if (!telnet_feed(check(L), bytes, length, &text, &reply))
    return fail(L, &text, &reply);
  push_bytes(L, &text);
  push_bytes(L, &reply);
  return 2;
}

/***
Text as it is to be sent.
@function telnet:encode
@string text
@treturn string
*/
static int telnet_lua_encode(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  struct bytes out = {0}, none = {0};
  if (!telnet_encode(check(L), text, length, &out))
    return fail(L, &out, &none);
  push_bytes(L, &out);
  return 1;
}

/***
The other side's terminal, as far as it has told.
@function telnet:terminal
@treturn string name
@treturn int width
@treturn int height
*/
static int telnet_lua_terminal(lua_State *L)
{
  const struct telnet *telnet = check(L);
  lua_pushstring(L, telnet->term);
  lua_pushinteger(L, telnet->width);
  lua_pushinteger(L, telnet->height);
  return 3;
}

static const luaL_Reg methods[] = {
    {"encode", telnet_lua_encode},
    {"feed", telnet_lua_feed},
    {"offer", telnet_lua_offer},
    {"terminal", telnet_lua_terminal},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {{"open", telnet_lua_open}, {NULL, NULL}};

int luaopen_host_telnet(lua_State *L)
{
  luaL_newmetatable(L, TELNET_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
