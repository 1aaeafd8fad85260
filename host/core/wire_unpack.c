/*
** wire_unpack.c - bytes back to a Lua value. Nothing in the bytes is believed: every
** count is held against what is left of them before it is used.
*/
#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

#include "core/secret_lua.h"
#include "core/wire.h"
#include "core/wire_tag.h"

enum {
  SEEN = 1,      /* on the stack: the tables so far, by number */
  PAIR_SIZE = 2, /* the fewest bytes of a key and its value */
  SPARE_SLOTS = 16,
};

struct reader {
  lua_State *L;
  const struct wire *wire;
  size_t at;
  lua_Integer tables;
};

static void damaged(struct reader *r)
{
  luaL_error(r->L, "the bytes of a value are damaged at byte %I", (lua_Integer)r->at);
}

static size_t left(const struct reader *r)
{
  return r->wire->length - r->at;
}

static const char *get(struct reader *r, size_t length)
{
  if (length > left(r))
    damaged(r);
  const char *bytes = r->wire->bytes + r->at;
  r->at += length;
  return bytes;
}

static uint64_t get_count(struct reader *r)
{
  uint64_t count = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    unsigned char byte = (unsigned char)*get(r, 1);
    count |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return count;
  }
  damaged(r);
  return 0;
}

static void unpack_value(struct reader *r, int depth);

static void unpack_integer(struct reader *r)
{
  uint64_t count = get_count(r);
  uint64_t value = (count >> 1) ^ ((count & 1) != 0 ? UINT64_MAX : 0);
  lua_Integer integer;
  memcpy(&integer, &value, sizeof integer);
  lua_pushinteger(r->L, integer);
}

static void unpack_float(struct reader *r)
{
  lua_Number value;
  memcpy(&value, get(r, sizeof value), sizeof value);
  lua_pushnumber(r->L, value);
}

static void unpack_string(struct reader *r)
{
  uint64_t length = get_count(r);
  if (length > left(r))
    damaged(r);
  lua_pushlstring(r->L, get(r, (size_t)length), (size_t)length);
}

static void unpack_secret(struct reader *r)
{
  uint64_t number = get_count(r);
  if (number >= r->wire->secret_count)
    damaged(r);
  secret_push(r->L, secret_retain(r->wire->secrets[number]));
}

static void unpack_known(struct reader *r)
{
  uint64_t number = get_count(r);
  if (number >= (uint64_t)r->tables)
    damaged(r);
  lua_rawgeti(r->L, SEEN, (lua_Integer)number + 1);
}

/* Only what the packer writes: a nil or a NaN would raise, a table be a surprise. */
static bool is_key(lua_State *L)
{
  switch (lua_type(L, -1)) {
  case LUA_TBOOLEAN:
  case LUA_TSTRING:
    return true;
  case LUA_TNUMBER:
    return lua_rawequal(L, -1, -1); /* not a NaN */
  default:
    return false;
  }
}

static void unpack_table(struct reader *r, int depth)
{
  struct wire_table head;
  memcpy(&head, get(r, sizeof head), sizeof head);
  if (head.pairs > left(r) / PAIR_SIZE || head.array > head.pairs ||
      depth >= WIRE_DEPTH)
    damaged(r);
  lua_createtable(r->L, (int)head.array, (int)(head.pairs - head.array));
  lua_pushvalue(r->L, -1);
  lua_rawseti(r->L, SEEN, ++r->tables);
  for (uint32_t i = 0; i < head.pairs; i++) {
    unpack_value(r, depth + 1);
    if (!is_key(r->L))
      damaged(r);
    unpack_value(r, depth + 1);
    lua_rawset(r->L, -3);
  }
}

static void unpack_value(struct reader *r, int depth)
{
  switch ((enum wire_tag)(unsigned char)*get(r, 1)) {
  case WIRE_NIL:
    lua_pushnil(r->L);
    break;
  case WIRE_FALSE:
    lua_pushboolean(r->L, 0);
    break;
  case WIRE_TRUE:
    lua_pushboolean(r->L, 1);
    break;
  case WIRE_INTEGER:
    unpack_integer(r);
    break;
  case WIRE_FLOAT:
    unpack_float(r);
    break;
  case WIRE_STRING:
    unpack_string(r);
    break;
  case WIRE_SECRET:
    unpack_secret(r);
    break;
  case WIRE_TABLE:
    unpack_table(r, depth);
    break;
  case WIRE_KNOWN:
    unpack_known(r);
    break;
  default:
    damaged(r);
  }
}

static int unpack(lua_State *L)
{
  struct reader *r = lua_touserdata(L, SEEN);
  r->L = L;
  luaL_checkstack(L, 3 * WIRE_DEPTH + SPARE_SLOTS, NULL);
  lua_newtable(L);
  lua_replace(L, SEEN);
  unpack_value(r, 0);
  if (left(r) != 0)
    damaged(r);
  return 1;
}

bool wire_unpack(lua_State *L, const struct wire *wire)
{
  struct reader reader = {.wire = wire};
  lua_pushcfunction(L, unpack);
  lua_pushlightuserdata(L, &reader);
  return lua_pcall(L, 1, 1, 0) == LUA_OK;
}
