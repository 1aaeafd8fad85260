/*
** wire.c - a plain Lua value to bytes. What has no meaning in another Lua state
** (functions, userdata, metatables) is refused with its place, never dropped silently.
*/
#include "core/wire.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/secret_lua.h"
#include "core/wire_path.h"
#include "core/wire_tag.h"

/*
** The Lua stack while packing: SEEN, the value, then for every table on the way down
** the key and the value in work. So the stack is the path to the place we are at.
*/
enum { SEEN = 1, ROOT = 2, FIRST_KEY = 3, SPARE_SLOTS = 16 };

struct packer {
  lua_State *L;
  struct wire *wire; /* NULL: only look */
  struct wire_refusal *refusal;
  size_t length, limit;
  lua_Integer tables; /* met so far; each has a number */
};

void wire_drop(struct wire *wire)
{
  for (size_t i = 0; i < wire->secret_count; i++)
    secret_release(wire->secrets[i]);
  free(wire->secrets);
  free(wire->bytes);
  memset(wire, 0, sizeof *wire);
}

/* Refuse the value on top of the stack. Does not return. */
static int refuse(struct packer *p, const char *what)
{
  snprintf(p->refusal->what, sizeof p->refusal->what, "%s", what);
  for (int key = FIRST_KEY; key < lua_gettop(p->L); key += 2)
    wire_path_add(p->refusal->path, sizeof p->refusal->path, p->L, key);
  lua_pushnil(p->L);
  return lua_error(p->L);
}

/* ---- bytes ---- */

static bool reserve(struct wire *wire, size_t more)
{
  if (wire->capacity - wire->length >= more)
    return true;
  size_t capacity = wire->capacity != 0 ? 2 * wire->capacity : 128;
  while (capacity - wire->length < more)
    capacity *= 2;
  char *bytes = realloc(wire->bytes, capacity);
  if (bytes == NULL)
    return false;
  wire->bytes = bytes;
  wire->capacity = capacity;
  return true;
}

static void put(struct packer *p, const void *bytes, size_t length)
{
  if (length > p->limit - p->length) {
    char what[64];
    snprintf(what, sizeof what, "a value of more than %zu bytes", p->limit);
    lua_settop(p->L, ROOT); /* the whole is too large, whatever came last */
    refuse(p, what);
  }
  p->length += length;
  if (p->wire == NULL)
    return;
  if (!reserve(p->wire, length))
    luaL_error(p->L, "not enough memory");
  memcpy(p->wire->bytes + p->wire->length, bytes, length);
  p->wire->length += length;
}

static void put_tag(struct packer *p, enum wire_tag tag)
{
  unsigned char byte = (unsigned char)tag;
  put(p, &byte, 1);
}

/* Seven bits a byte, the low ones first; the eighth says that more follow. */
static void put_count(struct packer *p, uint64_t count)
{
  unsigned char bytes[10];
  size_t n = 0;
  for (; count >= 0x80; count >>= 7)
    bytes[n++] = (unsigned char)(count | 0x80);
  bytes[n++] = (unsigned char)count;
  put(p, bytes, n);
}

/* ---- values; each packs what is on top of the stack ---- */

static void pack_number(struct packer *p, int index)
{
  if (lua_isinteger(p->L, index)) { /* small ones short, be they negative or not */
    uint64_t value = (uint64_t)lua_tointeger(p->L, index);
    put_tag(p, WIRE_INTEGER);
    put_count(p, (value << 1) ^ (value >> 63 != 0 ? UINT64_MAX : 0));
    return;
  }
  lua_Number value = lua_tonumber(p->L, index);
  put_tag(p, WIRE_FLOAT);
  put(p, &value, sizeof value);
}

static void pack_string(struct packer *p, int index)
{
  size_t length;
  const char *bytes = lua_tolstring(p->L, index, &length);
  put_tag(p, WIRE_STRING);
  put_count(p, length);
  put(p, bytes, length);
}

static void pack_secret(struct packer *p)
{
  struct secret *secret = secret_test(p->L, -1);
  if (secret == NULL)
    refuse(p, "a userdata");
  put_tag(p, WIRE_SECRET);
  if (p->wire == NULL)
    return;
  struct wire *wire = p->wire;
  put_count(p, wire->secret_count);
  if (wire->secret_count == wire->secret_capacity) {
    size_t capacity = wire->secret_capacity != 0 ? 2 * wire->secret_capacity : 4;
    struct secret **secrets =
        realloc(wire->secrets, capacity * sizeof(struct secret *));
    if (secrets == NULL)
      luaL_error(p->L, "not enough memory");
    wire->secrets = secrets;
    wire->secret_capacity = capacity;
  }
  wire->secrets[wire->secret_count++] = secret_retain(secret);
}

static void pack_key(struct packer *p)
{
  switch (lua_type(p->L, -2)) {
  case LUA_TBOOLEAN:
    put_tag(p, lua_toboolean(p->L, -2) ? WIRE_TRUE : WIRE_FALSE);
    break;
  case LUA_TNUMBER:
    pack_number(p, -2);
    break;
  case LUA_TSTRING:
    pack_string(p, -2);
    break;
  default: {
    char what[64];
    snprintf(what, sizeof what, "a table with a %s for a key", luaL_typename(p->L, -2));
    lua_pop(p->L, 2);
    refuse(p, what);
  }
  }
}

static void pack_value(struct packer *p, int depth);

static uint32_t pack_pairs(struct packer *p, int depth)
{
  uint32_t pairs = 0;
  lua_pushnil(p->L);
  while (lua_next(p->L, -2)) {
    pack_key(p);
    pack_value(p, depth + 1);
    lua_pop(p->L, 1);
    pairs++;
  }
  return pairs;
}

/* Has this table been packed already? Then its number is enough. */
static bool pack_known(struct packer *p)
{
  lua_pushvalue(p->L, -1);
  bool is_known = lua_rawget(p->L, SEEN) == LUA_TNUMBER;
  lua_Integer number = lua_tointeger(p->L, -1);
  lua_pop(p->L, 1);
  if (is_known) {
    put_tag(p, WIRE_KNOWN);
    put_count(p, (uint64_t)number);
    return true;
  }
  lua_pushvalue(p->L, -1);
  lua_pushinteger(p->L, p->tables++);
  lua_rawset(p->L, SEEN);
  return false;
}

static void pack_table(struct packer *p, int depth)
{
  if (lua_getmetatable(p->L, -1)) {
    lua_pop(p->L, 1);
    refuse(p, "a table with a metatable");
  }
  if (pack_known(p))
    return;
  if (depth >= WIRE_DEPTH)
    refuse(p, "a table inside 64 others");
  struct wire_table head = {0, 0};
  put_tag(p, WIRE_TABLE);
  put(p, &head, sizeof head); /* known only at the end */
  size_t at = p->length - sizeof head;
  head.pairs = pack_pairs(p, depth);
  lua_Unsigned border = lua_rawlen(p->L, -1);
  head.array = border < head.pairs ? (uint32_t)border : head.pairs;
  if (p->wire != NULL)
    memcpy(p->wire->bytes + at, &head, sizeof head);
}

static void pack_value(struct packer *p, int depth)
{
  switch (lua_type(p->L, -1)) {
  case LUA_TNIL:
    put_tag(p, WIRE_NIL);
    break;
  case LUA_TBOOLEAN:
    put_tag(p, lua_toboolean(p->L, -1) ? WIRE_TRUE : WIRE_FALSE);
    break;
  case LUA_TNUMBER:
    pack_number(p, -1);
    break;
  case LUA_TSTRING:
    pack_string(p, -1);
    break;
  case LUA_TTABLE:
    pack_table(p, depth);
    break;
  case LUA_TUSERDATA:
    pack_secret(p);
    break;
  case LUA_TFUNCTION:
    refuse(p, "a function");
    break;
  default:
    refuse(p, lua_type(p->L, -1) == LUA_TTHREAD ? "a coroutine" : "a userdata");
  }
}

static int pack(lua_State *L)
{
  struct packer *p = lua_touserdata(L, SEEN);
  p->L = L;
  luaL_checkstack(L, 2 * WIRE_DEPTH + SPARE_SLOTS, NULL);
  lua_createtable(L, 0, 0);
  lua_replace(L, SEEN);
  pack_value(p, 0);
  return 0;
}

/* Zero, or LUA_ERR…; then the error is on the stack, nil for a refusal. */
static int pack_protected(lua_State *L, int index, struct packer *p)
{
  index = lua_absindex(L, index);
  lua_pushcfunction(L, pack);
  lua_pushlightuserdata(L, p);
  lua_pushvalue(L, index);
  return lua_pcall(L, 2, 0, 0);
}

enum wire_packed wire_pack(lua_State *L, int index, size_t limit, struct wire *wire)
{
  struct wire_refusal refusal = {"", ""};
  struct packer packer = {.wire = wire, .refusal = &refusal, .limit = limit};
  memset(wire, 0, sizeof *wire);
  if (pack_protected(L, index, &packer) == LUA_OK)
    return WIRE_PACKED;
  wire_drop(wire);
  if (!lua_isnil(L, -1)) /* the only other error there is */
    return WIRE_NO_MEMORY;
  lua_pop(L, 1);
  const char *path = refusal.path + (refusal.path[0] == '.');
  lua_pushfstring(L, "%s%s%s cannot cross between threads", path, *path ? ": " : "",
                  refusal.what);
  return WIRE_REFUSED;
}

bool wire_check(lua_State *L, int index, struct wire_refusal *refusal)
{
  struct packer packer = {.refusal = refusal, .limit = WIRE_LIMIT};
  memset(refusal, 0, sizeof *refusal);
  if (pack_protected(L, index, &packer) == LUA_OK)
    return true;
  if (!lua_isnil(L, -1))
    snprintf(refusal->what, sizeof refusal->what, "more than memory holds");
  lua_pop(L, 1);
  return false;
}
