/***
Sockets that lead to a device through a jump host: a channel of a client that is logged
in there. What they are given to knows nothing of it but why it is lost.
@module host.ssh
*/
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>

#include "core/op.h"
#include "net/socket_lua.h"
#include "ssh/client_lua.h"
#include "ssh/forward.h"

enum { JUMP_SECONDS = 15 };

struct through_op {
  struct op op; /* first, so that a struct op * is a struct through_op * */
  struct forward *forward;
  struct socket_box *box;
  char message[FORWARD_MESSAGE * 2];
};

static void release(void *way)
{
  forward_release(way);
}

static void bind_way(void *way, void *owner,
                     void (*on_lost)(void *owner, enum error error,
                                     const char *message))
{
  forward_hand_over(way, owner, on_lost);
}

static void on_open(void *owner, int fd)
{
  struct through_op *o = owner;
  o->box->fd = fd;
  socket_lua_ride(o->box, &(struct fdline_way){o->forward, release, bind_way});
  o->forward = NULL;
  op_complete(&o->op, ERROR_NONE);
}

static void on_failed(void *owner, enum error error, const char *message)
{
  struct through_op *o = owner;
  o->forward = NULL;
  snprintf(o->message, sizeof o->message, "%s", message);
  op_complete(&o->op, error);
}

static void through_detach(struct op *op)
{
  struct through_op *o = (struct through_op *)op;
  if (o->forward != NULL)
    forward_release(o->forward);
  o->forward = NULL;
}

static int through_push(struct op *op, lua_State *L)
{
  struct through_op *o = (struct through_op *)op;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, o->message[0] != '\0' ? o->message : NULL);
  lua_pushvalue(L, lua_gettop(L) - 1);
  return 1;
}

static void refuse(struct through_op *o, int code)
{
  bool is_lost = code == ENOTCONN;
  if (!is_lost)
    snprintf(o->message, sizeof o->message, "no way through the jump host: %s",
             uv_strerror(-code));
  op_complete(&o->op, is_lost ? ERROR_JUMP : ERROR_LOCAL);
}

/***
Connect by TCP from a jump host.
@function client:through
@string host as the jump host resolves it
@int port
@number[opt=15] timeout seconds
@treturn[1] socket to be given to `host.line`, or closed
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: jump, channel (it has no room for another one), resolve,
refused, unreachable, timeout, local
*/
int client_lua_through(lua_State *L)
{
  struct client *client = client_check_lua(L, 1);
  const char *host = luaL_checkstring(L, 2);
  lua_Integer port = luaL_checkinteger(L, 3);
  double timeout = luaL_optnumber(L, 4, JUMP_SECONDS);
  luaL_argcheck(L, port > 0 && port <= UINT16_MAX, 3, "no port");
  struct socket_box *box = socket_lua_push(L);
  struct through_op *o = op_new(L, sizeof *o, through_push, through_detach);
  o->box = box;
  struct forward_options options = {.host = host,
                                    .port = (uint16_t)port,
                                    .owner = o,
                                    .on_open = on_open,
                                    .on_failed = on_failed};
  o->forward = forward_open(client, &options);
  if (o->forward == NULL) {
    refuse(o, errno);
    return op_wait(L, &o->op);
  }
  op_deadline(&o->op, timeout);
  forward_start(o->forward);
  return op_wait(L, &o->op);
}
