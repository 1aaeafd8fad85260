/***
What a text is made of, for texts of which there are very many: the names and addresses
of an inventory.
@module host.text
*/
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/library.h"

enum { FIRST_PRINTABLE = 0x20, LAST_PRINTABLE = 0x7e };
enum { PARTS = 4, GREATEST_PART = 255, MOST_DIGITS = 12 };

#define HIGH_BITS UINT64_C(0x8080808080808080)

/***
Whether a text is ASCII.
@function is_ascii
@string text
@treturn boolean
*/
static int text_lua_is_ascii(lua_State *L)
{
  size_t length, i = 0;
  const char *text = luaL_checklstring(L, 1, &length);
  uint64_t seen = 0;
  for (; i + sizeof seen <= length; i += sizeof seen) {
    uint64_t word;
    memcpy(&word, text + i, sizeof word);
    seen |= word;
  }
  for (; i < length; i++)
    seen |= (unsigned char)text[i];
  lua_pushboolean(L, (seen & HIGH_BITS) == 0);
  return 1;
}

/***
Whether a text is printable ASCII, and not empty.
@function is_plain
@string text
@treturn boolean
*/
static int text_lua_is_plain(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  bool is_plain = length > 0;
  for (size_t i = 0; i < length && is_plain; i++)
    is_plain = text[i] >= FIRST_PRINTABLE && text[i] <= LAST_PRINTABLE;
  lua_pushboolean(L, is_plain);
  return 1;
}

static bool is_digit(char sign)
{
  return sign >= '0' && sign <= '9';
}

/* A number up to 255; where it ends, or NULL. */
static const char *skip_part(const char *at, const char *end)
{
  int value = 0;
  const char *start = at;
  for (; at < end && is_digit(*at) && value <= GREATEST_PART; at++)
    value = value * 10 + (*at - '0');
  return at > start && value <= GREATEST_PART ? at : NULL;
}

/***
Whether a text is an IPv4 address in four parts. Zeros before a part do not count.
@function is_address
@string text
@treturn boolean
*/
static int text_lua_is_address(lua_State *L)
{
  size_t length;
  const char *at = luaL_checklstring(L, 1, &length);
  const char *end = at + length;
  bool is_address = length <= MOST_DIGITS + PARTS - 1;
  for (int part = 1; part <= PARTS && is_address; part++) {
    at = skip_part(at, end);
    is_address = at != NULL && (part == PARTS ? at == end : at < end && *at++ == '.');
  }
  lua_pushboolean(L, is_address);
  return 1;
}

static const luaL_Reg functions[] = {{"is_address", text_lua_is_address},
                                     {"is_ascii", text_lua_is_ascii},
                                     {"is_plain", text_lua_is_plain},
                                     {NULL, NULL}};

int luaopen_host_text(lua_State *L)
{
  luaL_newlib(L, functions);
  return 1;
}
