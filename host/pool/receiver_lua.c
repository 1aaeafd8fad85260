/*
** receiver_lua.c - the one operation of both ends of a pool: sleep until a message
*comes.
** A waiting receiver keeps its loop from ending, an idle one does not.
*/
#include "pool/receiver_lua.h"

#include <lauxlib.h>

#include "core/op.h"

struct receive_op {
  struct op op; /* first, so that a struct op * is a struct receive_op * */
  struct receiver *receiver;
};

static void end_wait(struct receiver *receiver)
{
  receiver->is_busy = false;
  if (receiver->waiting != NULL)
    mailbox_hold_loop(receiver->mailbox, false);
  receiver->waiting = NULL;
}

static void receive_detach(struct op *op)
{
  end_wait(((struct receive_op *)op)->receiver);
}

static int receive_push(struct op *op, lua_State *L)
{
  struct receiver *receiver = ((struct receive_op *)op)->receiver;
  /* when it was detached, another task may be waiting by now */
  if (op->error == ERROR_NONE || receiver->waiting == op)
    end_wait(receiver);
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  return receiver->push(receiver->owner, L);
}

int receiver_wait(lua_State *L, struct receiver *receiver, double seconds)
{
  if (receiver->is_busy)
    return luaL_error(L, "another task is receiving here");
  struct receive_op *r = op_new(L, sizeof *r, receive_push, receive_detach);
  r->receiver = receiver;
  receiver->is_busy = true;
  if (receiver->has_news(receiver->owner)) {
    op_complete(&r->op, ERROR_NONE);
    return op_wait(L, &r->op);
  }
  receiver->waiting = &r->op;
  mailbox_hold_loop(receiver->mailbox, true);
  op_deadline(&r->op, seconds);
  return op_wait(L, &r->op);
}

void receiver_wake(struct receiver *receiver)
{
  struct op *op = receiver->waiting;
  if (op == NULL || !receiver->has_news(receiver->owner))
    return;
  mailbox_hold_loop(receiver->mailbox, false);
  receiver->waiting = NULL; /* busy until the task has run */
  op_complete(op, ERROR_NONE);
}
