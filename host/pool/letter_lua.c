/*
** letter_lua.c - Lua values as messages: packed by the sender's thread, unpacked by the
** receiver's, so that no Lua state is ever touched by two.
*/
#include "pool/letter_lua.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "core/op.h"

static void drop(struct message *message)
{
  struct letter *letter = (struct letter *)message;
  wire_drop(&letter->wire);
  free(letter);
}

static int fail(lua_State *L, enum error error, const char *whom, const char *what)
{
  return op_fail(L, error, lua_pushfstring(L, "%s %s", whom, what));
}

int letter_send(lua_State *L, int arg, const struct letter_sender *sender,
                struct mailbox *mailbox, const char *whom)
{
  struct wire wire;
  enum wire_packed packed = wire_pack(L, arg, sender->limit, &wire);
  if (packed == WIRE_NO_MEMORY)
    return op_fail(L, ERROR_LOCAL, lua_tostring(L, -1));
  if (packed == WIRE_REFUSED)
    return luaL_argerror(L, arg, lua_tostring(L, -1));
  struct letter *letter = calloc(1, sizeof *letter);
  if (letter == NULL) {
    wire_drop(&wire);
    return op_fail(L, ERROR_LOCAL, "not enough memory");
  }
  letter->message.drop = drop;
  letter->wire = wire;
  letter->from = sender->from;
  enum mailbox_sent sent = mailbox_send(mailbox, &letter->message);
  if (sent == MAILBOX_SENT) {
    lua_pushboolean(L, 1);
    return 1;
  }
  drop(&letter->message);
  return sent == MAILBOX_CLOSED
             ? fail(L, ERROR_CLOSED, whom, "has ended")
             : fail(L, ERROR_LIMIT, whom, "has too many messages waiting");
}

bool letter_open(lua_State *L, struct message *message)
{
  struct letter *letter = (struct letter *)message;
  bool is_whole = wire_unpack(L, &letter->wire);
  if (!is_whole) {
    lua_pushnil(L);
    lua_insert(L, -2);
  }
  drop(message);
  return is_whole;
}
