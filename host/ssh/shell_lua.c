/***
A shell on a device: bytes go in, clean text comes out, and a task sleeps until the
device has something to say that matters.
@classmod moonwire.shell
*/
#include <lauxlib.h>
#include <string.h>

#include "core/op.h"
#include "core/secret_lua.h"
#include "ssh/client_lua.h"
#include "ssh/shell_lua.h"

enum { OPTIONS = 2, CLIENT_VALUE = 1, DEFAULT_LIMIT = 64 << 20 };
enum { STREAMED = 1 << 20 }; /* bytes of finished lines that wait for a reader */

struct shell_op {
  struct op op;
  struct shell *shell;
  enum expect_event event;
  bool has_lines;
};

struct shell *shell_check_lua(lua_State *L)
{
  return luaL_checkudata(L, SHELL, SHELL_NAME);
}

static struct shell *check_free(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  luaL_argcheck(L, shell->stream != NULL, SHELL, "the shell is closed");
  luaL_argcheck(L, shell->wish == WISH_NOTHING, SHELL,
                "the shell is busy in another task");
  return shell;
}

static void on_bytes(struct stream *stream, const char *bytes, size_t length,
                     bool is_stderr)
{
  struct shell *shell = stream->owner;
  (void)is_stderr; /* on a terminal it is one stream, and devices send no other */
  if (!expect_feed(&shell->expect, bytes, length))
    shell->is_out_of_memory = true;
}

/*
** Lines that are taken as they come may be taken slowly, as by a disk: then the device
** waits. Otherwise all text is wanted at once, up to its limit.
*/
static size_t room(const struct stream *stream)
{
  struct shell *shell = stream->owner;
  size_t held;
  if (!shell->is_streaming)
    return SIZE_MAX;
  expect_answer(&shell->expect, &held);
  return held < STREAMED ? STREAMED - held : 0;
}

/* What had no room comes now, and may be all that the sleeper waits for. */
static void fetch_held_back(const struct shell *shell)
{
  struct client *client = shell->stream->client;
  if (client == NULL || !shell->stream->is_held_back)
    return;
  client_enter(client);
  client_leave(client);
}

static void wake(struct shell *shell, enum error error)
{
  struct shell_op *o = shell->sleeper;
  shell->sleeper = NULL;
  shell->wish = WISH_NOTHING;
  op_complete(&o->op, error);
}

/* Finished lines that have been checked: more may come meanwhile, and the mark. */
static size_t ready_length(struct shell *shell)
{
  size_t length = shell->expect.checked;
  if (shell->expect.mark_length == 0)
    expect_answer(&shell->expect, &length);
  return length;
}

/* What came before the end counts first: the end is told when all else is read. */
static void see_read(struct shell *shell)
{
  enum expect_event event = expect_check(&shell->expect);
  shell->sleeper->event = event;
  shell->sleeper->has_lines =
      shell->is_streaming && event != EXPECT_MARK && ready_length(shell) > 0;
  if (shell->is_out_of_memory)
    wake(shell, ERROR_LOCAL);
  else if (shell->sleeper->has_lines)
    wake(shell, ERROR_NONE);
  else if (event == EXPECT_LIMIT)
    wake(shell, ERROR_LIMIT);
  else if (shell->stream->state == STREAM_ENDED && event != EXPECT_MARK)
    wake(shell,
         shell->stream->error != ERROR_NONE ? shell->stream->error : ERROR_DROPPED);
  else if (event != EXPECT_NOTHING)
    wake(shell, ERROR_NONE);
}

static void see(struct shell *shell)
{
  struct stream *stream = shell->stream;
  switch (shell->wish) {
  case WISH_OPEN:
    if (stream->state == STREAM_ENDED)
      wake(shell, stream->error != ERROR_NONE ? stream->error : ERROR_CHANNEL);
    else if (stream->state >= shell->awaited)
      wake(shell, ERROR_NONE);
    break;
  case WISH_READ:
    see_read(shell);
    break;
  case WISH_WRITE:
    if (stream->state == STREAM_ENDED)
      wake(shell, stream->error != ERROR_NONE ? stream->error : ERROR_DROPPED);
    else if (stream_unsent(stream) <= STREAM_OUTSTANDING)
      wake(shell, ERROR_NONE);
    break;
  default:
    break;
  }
}

static void on_news(struct stream *stream)
{
  see(stream->owner);
}

static void shell_detach(struct op *op)
{
  struct shell *shell = ((struct shell_op *)op)->shell;
  shell->sleeper = NULL;
  shell->wish = WISH_NOTHING;
}

static struct shell_op *new_op(lua_State *L, struct shell *shell,
                               int (*push)(struct op *op, lua_State *L))
{
  struct shell_op *o = op_new(L, sizeof *o, push, shell_detach);
  o->shell = shell;
  return o;
}

static void sleep_on(struct shell *shell, struct shell_op *o, enum wish wish)
{
  shell->sleeper = o;
  shell->wish = wish;
}

static int shell_lua_close(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  struct stream *stream = shell->stream;
  shell->stream = NULL;
  if (shell->sleeper != NULL)
    wake(shell, ERROR_CLOSED);
  if (stream != NULL) {
    stream_close(stream);
    expect_close(&shell->expect);
  }
  return 0;
}

/* The words of an error: what the client knows is more than the kind tells. */
static int fail(lua_State *L, const struct shell_op *o)
{
  const char *message = NULL;
  bool is_known = o->op.error == ERROR_DROPPED || o->op.error == ERROR_JUMP;
  if (is_known && o->shell->stream != NULL && o->shell->stream->client != NULL)
    message = o->shell->stream->client->message;
  return op_fail(L, o->op.error, message);
}

static int open_push(struct op *op, lua_State *L)
{
  int shell_index = lua_gettop(L) - 1;
  if (op->error != ERROR_NONE) {
    int results = fail(L, (struct shell_op *)op);
    lua_pushcfunction(L, shell_lua_close);
    lua_pushvalue(L, shell_index);
    lua_call(L, 1, 0);
    return results;
  }
  lua_pushvalue(L, shell_index);
  return 1;
}

static int integer_field(lua_State *L, const char *name, int otherwise)
{
  lua_getfield(L, OPTIONS, name);
  lua_Integer value = luaL_optinteger(L, -1, otherwise);
  lua_pop(L, 1);
  luaL_argcheck(L, value > 0 && value <= 1 << 30, OPTIONS, name);
  return (int)value;
}

static struct shell *push_shell(lua_State *L, unsigned width)
{
  struct shell *shell = lua_newuserdatauv(L, sizeof *shell, 1);
  memset(shell, 0, sizeof *shell);
  expect_open(&shell->expect, width);
  luaL_setmetatable(L, SHELL_NAME);
  lua_pushvalue(L, 1); /* the shell keeps its client from being collected */
  lua_setiuservalue(L, -2, CLIENT_VALUE);
  return shell;
}

/***
Open a terminal and a shell on it.
@function client:shell
@tparam[opt] table options `term` ("vt100"), `width` (511), `height` (1000), `timeout`
(15 seconds), `limit` (64 MiB of text in one answer), `lazy` (return when the shell was
asked for; what is written then travels right behind the request)
@treturn[1] shell
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: channel, timeout, dropped, closed
*/
int client_lua_shell(lua_State *L)
{
  struct client *client = client_check_lua(L, 1);
  lua_settop(L, OPTIONS);
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  lua_getfield(L, OPTIONS, "timeout");
  double timeout = luaL_optnumber(L, -1, 15);
  lua_getfield(L, OPTIONS, "term");
  struct stream_options options = {.term = luaL_optstring(L, -1, "vt100")};
  options.width = integer_field(L, "width", 511);
  options.height = integer_field(L, "height", 1000);
  lua_getfield(L, OPTIONS, "lazy");
  bool is_lazy = lua_toboolean(L, -1) != 0;
  int limit = integer_field(L, "limit", DEFAULT_LIMIT);
  struct shell *shell = push_shell(L, (unsigned)options.width);
  expect_limit(&shell->expect, (size_t)limit);
  struct shell_op *o = new_op(L, shell, open_push);
  sleep_on(shell, o, WISH_OPEN);
  shell->awaited = is_lazy ? STREAM_ASKED : STREAM_OPEN;
  shell->stream = stream_open(client, &options, shell);
  if (shell->stream == NULL) {
    wake(shell, ERROR_DROPPED);
    return op_wait(L, &o->op);
  }
  shell->stream->on_bytes = on_bytes;
  shell->stream->on_news = on_news;
  shell->stream->room = room;
  op_deadline(&o->op, timeout);
  client_enter(client);
  client_leave(client); /* its step asks for the channel */
  return op_wait(L, &o->op);
}

static int push_lines(struct shell_op *o, lua_State *L)
{
  struct expect *expect = &o->shell->expect;
  size_t ready = ready_length(o->shell), length;
  lua_pushliteral(L, "lines");
  lua_pushlstring(L, expect_answer(expect, &length), ready);
  expect_drop(expect, ready);
  if (o->event != EXPECT_TAIL)
    return 2;
  const char *tail = expect_tail(expect, &length);
  lua_pushlstring(L, tail, length);
  return 3;
}

static int read_push(struct op *op, lua_State *L)
{
  struct shell_op *o = (struct shell_op *)op;
  struct expect *expect = &o->shell->expect;
  size_t length;
  const char *text;
  if (op->error != ERROR_NONE)
    return fail(L, o);
  if (o->shell->stream == NULL)
    return op_fail(L, ERROR_CLOSED, NULL);
  if (o->has_lines)
    return push_lines(o, L);
  if (o->event == EXPECT_TAIL) {
    lua_pushliteral(L, "tail");
    text = expect_tail(expect, &length);
    lua_pushlstring(L, text, length);
    return 2;
  }
  lua_pushliteral(L, "mark");
  text = expect_answer(expect, &length);
  lua_pushlstring(L, text, length);
  text = expect_prompt(expect, &length);
  lua_pushlstring(L, text, length);
  expect_take(expect);
  return 3;
}

/***
Sleep until the device shows its prompt with a mark behind it, or stays at a line that
may be a question. Reading again goes on where this ended, also behind a timeout.
@function read
@string[opt] mark
@number[opt] timeout seconds; never ending when left out
@bool[opt=false] is_streaming wake for finished lines, too, and take them
@treturn[1] string "mark"
@treturn[1] string the text before the marked line, which is taken
@treturn[1] string the prompt before the mark
@treturn[2] string "tail"
@treturn[2] string the unfinished line, which is not taken
@treturn[3] string "lines", when streaming
@treturn[3] string finished lines, which are taken; the mark is not among them
@treturn[3] string|nil the unfinished line, when it may be a question
@return[4] nil
@treturn[4] string message
@treturn[4] string kind: timeout, dropped, limit, closed, channel, local
*/
static int shell_lua_read(lua_State *L)
{
  struct shell *shell = check_free(L);
  size_t length = 0;
  const char *mark = luaL_optlstring(L, 2, "", &length);
  double timeout = luaL_optnumber(L, 3, 1e10);
  luaL_argcheck(L, length <= EXPECT_MARK_LONGEST, 2, "longer than a mark can be");
  lua_settop(L, 4);
  shell->is_streaming = lua_toboolean(L, 4) != 0;
  struct shell_op *o = new_op(L, shell, read_push);
  sleep_on(shell, o, WISH_READ);
  bool is_same = length == shell->expect.mark_length && length > 0 &&
                 memcmp(mark, shell->expect.mark, length) == 0;
  if (!is_same)
    expect_await(&shell->expect, mark, length);
  fetch_held_back(shell);
  see(shell);
  if (!o->op.is_done)
    op_deadline(&o->op, timeout);
  return op_wait(L, &o->op);
}

static int write_push(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return fail(L, (struct shell_op *)op);
  lua_pushboolean(L, 1);
  return 1;
}

static bool write_argument(lua_State *L, struct stream *stream, int index)
{
  const struct secret *secret = secret_test(L, index);
  if (secret != NULL)
    return stream_write(stream, secret_bytes(secret), secret_length(secret));
  size_t length;
  const char *bytes = luaL_checklstring(L, index, &length);
  return stream_write(stream, bytes, length);
}

static void check_writable(lua_State *L, int n)
{
  for (int i = 2; i <= n; i++)
    luaL_argexpected(L, lua_isstring(L, i) || secret_test(L, i) != NULL, i,
                     "string or secret");
}

/***
Send bytes. Sleeps while more than 32 KiB wait for the device to take them.
@function write
@param ... strings and secrets
@treturn[1] boolean true: handed over, which is not yet received
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: dropped, jump, closed
*/
static int shell_lua_write(lua_State *L)
{
  struct shell *shell = check_free(L);
  int n = lua_gettop(L);
  check_writable(L, n);
  struct shell_op *o = new_op(L, shell, write_push);
  bool is_taken = true;
  for (int i = 2; i <= n && is_taken; i++)
    is_taken = write_argument(L, shell->stream, i);
  sleep_on(shell, o, WISH_WRITE);
  if (!is_taken && shell->stream->state != STREAM_ENDED)
    wake(shell, ERROR_DROPPED);
  else
    see(shell); /* how it ended is known there */
  return op_wait(L, &o->op);
}

static const luaL_Reg methods[] = {
    {"close", shell_lua_close},
    {"discard", shell_lua_discard},
    {"length", shell_lua_length},
    {"read", shell_lua_read},
    {"set_host", shell_lua_set_host},
    {"set_terminators", shell_lua_set_terminators},
    {"text", shell_lua_text},
    {"write", shell_lua_write},
    {"__gc", shell_lua_close},
    {"__close", shell_lua_close},
    {NULL, NULL},
};

void shell_lua_register(lua_State *L)
{
  luaL_newmetatable(L, SHELL_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
