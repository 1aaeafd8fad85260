/***
One command on a channel of its own: its end is exact and it often tells a status. No
terminal, no prompt.
@module host.ssh
*/
#include <lauxlib.h>

#include "core/bytes.h"
#include "core/op.h"
#include "ssh/client_lua.h"
#include "ssh/stream.h"

enum { CLIENT = 1, COMMAND = 2, OPTIONS = 3, DEFAULT_LIMIT = 64 << 20 };

struct exec_op {
  struct op op;
  struct stream *stream;
  struct bytes out, err;
  size_t limit;
  bool is_over_limit, is_out_of_memory;
};

static void on_bytes(struct stream *stream, const char *bytes, size_t length,
                     bool is_stderr)
{
  struct exec_op *o = stream->owner;
  if (o->out.length + o->err.length + length > o->limit)
    o->is_over_limit = true;
  else if (!bytes_add(is_stderr ? &o->err : &o->out, bytes, length))
    o->is_out_of_memory = true;
}

static void on_news(struct stream *stream)
{
  struct exec_op *o = stream->owner;
  if (o->is_over_limit)
    op_complete(&o->op, ERROR_LIMIT);
  else if (o->is_out_of_memory)
    op_complete(&o->op, ERROR_LOCAL);
  else if (stream->state == STREAM_ENDED)
    op_complete(&o->op, stream->error);
}

static void release(struct exec_op *o)
{
  if (o->stream != NULL)
    stream_close(o->stream);
  o->stream = NULL;
  bytes_clear(&o->out);
  bytes_clear(&o->err);
}

static void exec_detach(struct op *op)
{
  release((struct exec_op *)op);
}

static void push_outcome(struct exec_op *o, lua_State *L)
{
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, o->out.length > 0 ? bytes_head(&o->out) : "", o->out.length);
  lua_setfield(L, -2, "stdout");
  lua_pushlstring(L, o->err.length > 0 ? bytes_head(&o->err) : "", o->err.length);
  lua_setfield(L, -2, "stderr");
  if (o->stream != NULL && o->stream->exit_status >= 0) {
    lua_pushinteger(L, o->stream->exit_status);
    lua_setfield(L, -2, "status");
  }
}

static int exec_push(struct op *op, lua_State *L)
{
  struct exec_op *o = (struct exec_op *)op;
  int results = 1;
  if (op->error == ERROR_NONE)
    push_outcome(o, L);
  else
    results = op_fail(L, op->error, NULL);
  release(o);
  return results;
}

/***
Run one command on a channel of its own.
@function client:exec
@string command
@tparam[opt] table options `timeout` (30 seconds), `limit` (64 MiB of output)
@treturn[1] table `stdout`, `stderr`, `status` (nil when the device tells none)
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: channel, timeout, dropped, limit, local
*/
int client_lua_exec(lua_State *L)
{
  struct client *client = client_check_lua(L, CLIENT);
  const char *command = luaL_checkstring(L, COMMAND);
  lua_settop(L, OPTIONS);
  if (lua_isnil(L, OPTIONS)) {
    lua_newtable(L);
    lua_replace(L, OPTIONS);
  }
  lua_getfield(L, OPTIONS, "timeout");
  double timeout = luaL_optnumber(L, -1, 30);
  lua_getfield(L, OPTIONS, "limit");
  lua_Integer limit = luaL_optinteger(L, -1, DEFAULT_LIMIT);
  luaL_argcheck(L, limit > 0, OPTIONS, "limit must be positive");
  struct exec_op *o = op_new(L, sizeof *o, exec_push, exec_detach);
  o->limit = (size_t)limit;
  struct stream_options options = {.command = command};
  o->stream = stream_open(client, &options, o);
  if (o->stream == NULL) {
    op_complete(&o->op, stream_refusal(client));
    return op_wait(L, &o->op);
  }
  o->stream->on_bytes = on_bytes;
  o->stream->on_news = on_news;
  op_deadline(&o->op, timeout);
  client_enter(client);
  client_leave(client); /* its step asks for the channel */
  return op_wait(L, &o->op);
}
