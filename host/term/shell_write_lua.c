/*
** shell_write_lua.c - what is to be written to a shell: strings and secrets from the
** stack, on their way to the device. Who waits for it is not known here.
*/
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/secret_lua.h"
#include "term/shell_lua.h"

int shell_lua_check_bytes(lua_State *L)
{
  int last = lua_gettop(L);
  for (int i = 2; i <= last; i++)
    luaL_argexpected(L, lua_isstring(L, i) || secret_test(L, i) != NULL, i,
                     "string or secret");
  return last;
}

/* The bytes of an argument, on their way to the device; the tape is told. */
static const char *take_argument(lua_State *L, const struct shell *shell, int index,
                                 size_t *length)
{
  struct tape *tape = shell_lua_tape(shell);
  struct secret *secret = secret_test(L, index);
  if (secret != NULL) {
    if (tape != NULL)
      tape_add_secret(tape, secret);
    *length = secret_length(secret);
    return secret_bytes(secret);
  }
  const char *bytes = luaL_checklstring(L, index, length);
  if (tape != NULL)
    tape_add(tape, TAPE_INPUT, bytes, *length);
  return bytes;
}

static size_t length_of_all(lua_State *L, int last)
{
  size_t all = 0;
  for (int i = 2; i <= last; i++) {
    const struct secret *secret = secret_test(L, i);
    size_t length = 0;
    if (secret != NULL)
      length = secret_length(secret);
    else
      luaL_checklstring(L, i, &length); /* a number becomes a string here */
    all += length;
  }
  return all;
}

/* In one piece: a terminal that is taken over by a program between a line and its end
** would echo the one and not the other. */
bool shell_lua_give(lua_State *L, const struct shell *shell, int last)
{
  struct line *line = shell->line;
  size_t length = length_of_all(L, last), at = 0, part;
  char *all = malloc(length + 1);
  if (all == NULL)
    return false;
  for (int i = 2; i <= last; i++, at += part) {
    const char *bytes = take_argument(L, shell, i, &part);
    memcpy(all + at, bytes, part);
  }
  bool is_taken = line->verbs->write(line, all, length);
  explicit_bzero(all, length);
  free(all);
  return is_taken;
}
