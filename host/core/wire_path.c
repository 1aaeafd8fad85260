/*
** wire_path.c - where in a value something lies, in words that can be printed.
*/
#include "core/wire_path.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LETTERS "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static bool is_identifier(const char *text, size_t length)
{
  return length > 0 && strspn(text, LETTERS "0123456789") == length &&
         strchr("0123456789", text[0]) == NULL;
}

static void format_string(char *text, size_t size, const char *key, size_t length)
{
  if (is_identifier(key, length)) {
    snprintf(text, size, ".%s", key);
    return;
  }
  snprintf(text, size, "[\"%.48s\"]", key);
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7f)
      *text = '?'; /* a terminal would obey it */
}

static void format_key(char *text, size_t size, lua_State *L, int index)
{
  if (lua_type(L, index) == LUA_TSTRING) { /* a number must not become a string */
    size_t length;
    const char *key = lua_tolstring(L, index, &length);
    format_string(text, size, key, length);
  } else if (lua_isinteger(L, index))
    snprintf(text, size, "[" LUA_INTEGER_FMT "]", lua_tointeger(L, index));
  else if (lua_isboolean(L, index))
    snprintf(text, size, lua_toboolean(L, index) ? "[true]" : "[false]");
  else
    snprintf(text, size, "[" LUA_NUMBER_FMT "]", lua_tonumber(L, index));
}

void wire_path_add(char *path, size_t size, lua_State *L, int index)
{
  char text[64];
  format_key(text, sizeof text, L, index);
  size_t used = strlen(path);
  size_t length = strlen(text);
  size_t room = size - 1 - used;
  memcpy(path + used, text, length < room ? length : room);
  if (length <= room)
    path[used + length] = '\0';
  else
    memcpy(path + size - sizeof "...", "...", sizeof "...");
}
