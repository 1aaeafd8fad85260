/***
A channel of bytes to a program on a device: a command or a subsystem, both directions
at once, and neither side ever holds more than it has granted. What the bytes mean is
not known here.
@classmod moonwire.pipe
*/
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "core/bytes.h"
#include "core/op.h"
#include "ssh/client_lua.h"
#include "ssh/stream.h"

#define PIPE_NAME "moonwire.pipe"

enum {
  PIPE = 1,
  OPTIONS = 2,
  CLIENT_VALUE = 1,
  HELD = 256 << 10, /* bytes for the reader; more stay in the device's window */
  HELD_ERRORS = 4096,
};

struct pipe_op {
  struct op op; /* first, so that a struct op * is a struct pipe_op * */
  struct pipe_box *box;
};

struct pipe_box {
  struct stream *stream; /* NULL: closed */
  struct bytes in, err;
  struct pipe_op *opener, *reader, *writer;
  size_t least, most; /* what the reader wants */
  bool is_out_of_memory, is_finished;
};

static struct pipe_box *check_pipe(lua_State *L)
{
  return luaL_checkudata(L, PIPE, PIPE_NAME);
}

static struct pipe_box *check_open(lua_State *L)
{
  struct pipe_box *box = check_pipe(L);
  luaL_argcheck(L, box->stream != NULL, PIPE, "the channel is closed");
  return box;
}

/* ---- what the stream tells ---- */

static size_t room(const struct stream *stream)
{
  const struct pipe_box *box = stream->owner;
  return box->in.length < HELD ? HELD - box->in.length : 0;
}

static void on_bytes(struct stream *stream, const char *bytes, size_t length,
                     bool is_stderr)
{
  struct pipe_box *box = stream->owner;
  if (!is_stderr) {
    box->is_out_of_memory |= !bytes_add(&box->in, bytes, length);
    return;
  }
  size_t left = HELD_ERRORS - box->err.length;
  bytes_add(&box->err, bytes, length < left ? length : left);
}

static void wake(struct pipe_op **sleeper, enum error error)
{
  struct pipe_op *o = *sleeper;
  *sleeper = NULL;
  if (o != NULL)
    op_complete(&o->op, error);
}

static enum error end_of(const struct stream *stream, enum error otherwise)
{
  return stream->error != ERROR_NONE ? stream->error : otherwise;
}

/* The end of the device's bytes, behind all that it has sent. */
static bool is_at_end(const struct stream *stream)
{
  return (stream->has_eof || stream->state == STREAM_ENDED) &&
         (!stream->is_held_back || stream->channel == NULL);
}

static void see_reader(struct pipe_box *box)
{
  const struct stream *stream = box->stream;
  if (box->reader == NULL)
    return;
  if (box->is_out_of_memory)
    wake(&box->reader, ERROR_LOCAL);
  else if (box->in.length >= box->least)
    wake(&box->reader, ERROR_NONE);
  else if (is_at_end(stream))
    wake(&box->reader, stream->error);
}

/* A program that has spoken was there, also when it has ended already. */
static bool has_run(const struct pipe_box *box)
{
  return box->stream->error == ERROR_NONE &&
         (box->in.length > 0 || box->err.length > 0 || box->stream->exit_status >= 0);
}

static void see(struct pipe_box *box)
{
  const struct stream *stream = box->stream;
  bool has_ended = stream->state == STREAM_ENDED;
  if (stream->state == STREAM_OPEN || (has_ended && has_run(box)))
    wake(&box->opener, ERROR_NONE);
  else if (has_ended)
    wake(&box->opener, end_of(stream, ERROR_CHANNEL));
  see_reader(box);
  if (has_ended || stream->has_eof)
    wake(&box->writer, end_of(stream, ERROR_CHANNEL));
  else if (stream_unsent(stream) <= STREAM_OUTSTANDING)
    wake(&box->writer, ERROR_NONE);
}

static void on_news(struct stream *stream)
{
  see(stream->owner);
}

/* ---- waiting ---- */

static void pipe_detach(struct op *op)
{
  struct pipe_op *o = (struct pipe_op *)op;
  struct pipe_op **sleepers[] = {&o->box->opener, &o->box->reader, &o->box->writer};
  for (size_t i = 0; i < sizeof sleepers / sizeof *sleepers; i++)
    if (*sleepers[i] == o)
      *sleepers[i] = NULL;
}

static struct pipe_op *new_op(lua_State *L, struct pipe_box *box,
                              int (*push)(struct op *op, lua_State *L))
{
  struct pipe_op *o = op_new(L, sizeof *o, push, pipe_detach);
  o->box = box;
  return o;
}

/* The client knows more than the kind tells. */
static int fail(lua_State *L, const struct op *op)
{
  const struct stream *stream = ((const struct pipe_op *)op)->box->stream;
  const char *message = NULL;
  if (op->error == ERROR_PROTOCOL && stream != NULL && stream->is_flooded)
    message = "the device sends more than it was granted";
  else if (op->error == ERROR_DROPPED && stream != NULL && stream->client != NULL)
    message = stream->client->message;
  return op_fail(L, op->error, message);
}

/* ---- open and close ---- */

static int pipe_lua_close(lua_State *L)
{
  struct pipe_box *box = check_pipe(L);
  struct stream *stream = box->stream;
  box->stream = NULL;
  wake(&box->reader, ERROR_CLOSED);
  wake(&box->writer, ERROR_CLOSED);
  if (stream != NULL)
    stream_close(stream);
  bytes_clear(&box->in);
  bytes_clear(&box->err);
  return 0;
}

static int open_push(struct op *op, lua_State *L)
{
  int pipe_index = lua_gettop(L) - 1; /* below the op */
  if (op->error == ERROR_NONE) {
    lua_pushvalue(L, pipe_index);
    return 1;
  }
  int results = fail(L, op);
  lua_pushcfunction(L, pipe_lua_close);
  lua_pushvalue(L, pipe_index);
  lua_call(L, 1, 0);
  return results;
}

static const char *string_field(lua_State *L, const char *name)
{
  lua_getfield(L, OPTIONS, name); /* alive in the table */
  const char *value = luaL_optstring(L, -1, NULL);
  lua_pop(L, 1);
  return value;
}

static struct pipe_box *push_pipe(lua_State *L)
{
  struct pipe_box *box = lua_newuserdatauv(L, sizeof *box, 1);
  memset(box, 0, sizeof *box);
  luaL_setmetatable(L, PIPE_NAME);
  lua_pushvalue(L, 1); /* it keeps its client from being collected */
  lua_setiuservalue(L, -2, CLIENT_VALUE);
  return box;
}

static int size_field(lua_State *L, const char *name, int otherwise)
{
  lua_getfield(L, OPTIONS, name);
  lua_Integer value = luaL_optinteger(L, -1, otherwise);
  luaL_argcheck(L, value > 0 && value <= UINT16_MAX, OPTIONS, name);
  lua_pop(L, 1);
  return (int)value;
}

/***
Open a channel with a program at its other end.
@function client:pipe
@tparam table options `command`, `subsystem` or `term` (a shell on a terminal; one of
them); optional: `width` (511) and `height` (1000) of the terminal, `timeout` (15
seconds)
@treturn[1] pipe
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: channel (it was refused), timeout, dropped, closed
*/
int client_lua_pipe(lua_State *L)
{
  struct client *client = client_check_lua(L, 1);
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  lua_settop(L, OPTIONS);
  struct stream_options options = {.command = string_field(L, "command"),
                                   .subsystem = string_field(L, "subsystem"),
                                   .term = string_field(L, "term")};
  int wishes =
      (options.command != NULL) + (options.subsystem != NULL) + (options.term != NULL);
  luaL_argcheck(L, wishes == 1, OPTIONS, "either a command or a subsystem");
  options.width = size_field(L, "width", 511);
  options.height = size_field(L, "height", 1000);
  lua_getfield(L, OPTIONS, "timeout");
  double timeout = luaL_optnumber(L, -1, 15);
  struct pipe_box *box = push_pipe(L);
  struct pipe_op *o = new_op(L, box, open_push);
  box->stream = stream_open(client, &options, box);
  if (box->stream == NULL) {
    op_complete(&o->op, stream_refusal(client));
    return op_wait(L, &o->op);
  }
  box->opener = o;
  box->stream->on_bytes = on_bytes;
  box->stream->on_news = on_news;
  box->stream->room = room;
  op_deadline(&o->op, timeout);
  client_enter(client);
  client_leave(client); /* its step asks for the channel */
  return op_wait(L, &o->op);
}

/* ---- bytes ---- */

static int read_push(struct op *op, lua_State *L)
{
  struct pipe_box *box = ((struct pipe_op *)op)->box;
  if (op->error != ERROR_NONE)
    return fail(L, op);
  if (box->stream == NULL)
    return op_fail(L, ERROR_CLOSED, NULL);
  size_t length = box->in.length < box->most ? box->in.length : box->most;
  lua_pushlstring(L, length > 0 ? bytes_head(&box->in) : "", length);
  bytes_drop(&box->in, length);
  struct client *client = box->stream->client;
  if (box->stream->is_held_back && client != NULL) {
    client_enter(client);
    client_leave(client); /* its step fetches what had no room */
  }
  return 1;
}

/***
Sleep until the device has sent enough.
@function read
@int least so many bytes (1 to 262144)
@int[opt=least] most take up to so many, when they are there
@number[opt] timeout seconds; never when left out
@treturn[1] string fewer than `least` bytes only at the end of what the device sends; ""
when nothing is left
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: timeout, dropped, closed, protocol (it sends more than it was
granted), local
*/
static int pipe_lua_read(lua_State *L)
{
  struct pipe_box *box = check_open(L);
  lua_Integer least = luaL_checkinteger(L, 2);
  lua_Integer most = luaL_optinteger(L, 3, least);
  double timeout = luaL_optnumber(L, 4, HUGE_VAL);
  luaL_argcheck(L, least >= 1 && least <= HELD, 2, "not from 1 to 262144");
  luaL_argcheck(L, most >= least, 3, "less than the least");
  luaL_argcheck(L, box->reader == NULL, PIPE, "it is being read by another task");
  struct pipe_op *o = new_op(L, box, read_push);
  box->reader = o;
  box->least = (size_t)least;
  box->most = (size_t)most;
  see_reader(box);
  if (!o->op.is_done)
    op_deadline(&o->op, timeout);
  return op_wait(L, &o->op);
}

static int write_push(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return fail(L, op);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Send bytes. Sleeps while more than 32 KiB wait for the device to take them.
@function write
@string bytes
@string[opt] more follows at once
@number[opt] timeout seconds; never when left out
@treturn[1] boolean true: handed over, which is not yet received
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: timeout, dropped, closed, channel (the program has ended)
*/
static int pipe_lua_write(lua_State *L)
{
  struct pipe_box *box = check_open(L);
  size_t length, more_length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  const char *more = luaL_optlstring(L, 3, "", &more_length);
  double timeout = luaL_optnumber(L, 4, HUGE_VAL);
  luaL_argcheck(L, box->writer == NULL, PIPE, "it is being written by another task");
  luaL_argcheck(L, !box->is_finished, PIPE, "nothing more may be written");
  struct pipe_op *o = new_op(L, box, write_push);
  bool is_taken = stream_write(box->stream, bytes, length) &&
                  stream_write(box->stream, more, more_length);
  box->writer = o;
  if (!is_taken)
    wake(&box->writer, end_of(box->stream, ERROR_CHANNEL));
  else
    see(box);
  if (!o->op.is_done)
    op_deadline(&o->op, timeout);
  return op_wait(L, &o->op);
}

/***
Tell the program that nothing more will be written.
@function finish
*/
static int pipe_lua_finish(lua_State *L)
{
  struct pipe_box *box = check_open(L);
  box->is_finished = true;
  stream_finish(box->stream);
  return 0;
}

/***
What the program has said beside its bytes, and how it ended.
@function status
@treturn int|nil its exit status, when the device has told one
@treturn string the first 4 KiB of its errors
*/
static int pipe_lua_status(lua_State *L)
{
  const struct pipe_box *box = check_open(L);
  if (box->stream->exit_status >= 0)
    lua_pushinteger(L, box->stream->exit_status);
  else
    lua_pushnil(L);
  lua_pushlstring(L, box->err.length > 0 ? bytes_head(&box->err) : "", box->err.length);
  return 2;
}

static const luaL_Reg methods[] = {
    {"close", pipe_lua_close},   {"finish", pipe_lua_finish},
    {"read", pipe_lua_read},     {"status", pipe_lua_status},
    {"write", pipe_lua_write},   {"__gc", pipe_lua_close},
    {"__close", pipe_lua_close}, {NULL, NULL},
};

void pipe_lua_register(lua_State *L)
{
  luaL_newmetatable(L, PIPE_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
