/***
A shell on a device: bytes go in, clean text comes out, and a task sleeps until the
device has something to say that matters.
@classmod moonwire.shell
*/
#include <lauxlib.h>
#include <string.h>

#include "core/collector.h"
#include "core/op.h"
#include "term/shell_lua.h"
#include "term/shell_tape_lua.h"

enum { MAKER_VALUE = 1, TAPE_VALUE = 2 };
enum { STREAMED = 1 << 20 }; /* bytes of finished lines that wait for a reader */

struct shell_op {
  struct op op;
  struct shell *shell;
  enum expect_event event;
  bool has_lines, has_words;
};

struct shell *shell_check_lua(lua_State *L)
{
  return luaL_checkudata(L, SHELL, SHELL_NAME);
}

static struct shell *check_free(lua_State *L)
{
  struct shell *shell = shell_check_lua(L);
  luaL_argcheck(L, shell->line != NULL, SHELL, "the shell is closed");
  luaL_argcheck(L, shell->wish == WISH_NOTHING, SHELL,
                "the shell is busy in another task");
  return shell;
}

static void on_bytes(struct line *line, const char *bytes, size_t length)
{
  struct shell *shell = line->owner;
  if (shell->tape != NULL)
    tape_add(shell->tape, TAPE_OUTPUT, bytes, length);
  if (!expect_feed(&shell->expect, bytes, length))
    shell->is_out_of_memory = true;
}

/*
** Lines that are taken as they come may be taken slowly, as by a disk: then the device
** waits. Otherwise all text is wanted at once, up to its limit, which is told to who
** reads; while nobody does the device waits there, too.
*/
static size_t room(const struct line *line)
{
  struct shell *shell = line->owner;
  size_t held;
  if (!shell->is_streaming)
    return expect_room(&shell->expect);
  expect_answer(&shell->expect, &held);
  return held < STREAMED ? STREAMED - held : 0;
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

static enum error end_of(const struct line *line, enum error otherwise)
{
  enum error error = line->verbs->error(line);
  return error != ERROR_NONE ? error : otherwise;
}

static bool has_ended(const struct line *line)
{
  return line->verbs->state(line) == LINE_ENDED;
}

/* Something was said beside the terminal that the reader does not know yet. */
static bool has_words(const struct shell *shell)
{
  const struct bytes *said = shell->line->verbs->said(shell->line);
  return shell->is_listening && said != NULL && said->length != shell->heard;
}

/* What came before the end counts first: the end is told when all else is read. */
static void see_read(struct shell *shell)
{
  struct shell_op *o = shell->sleeper;
  o->has_words = has_words(shell);
  if (o->has_words) {
    wake(shell, ERROR_NONE);
    return;
  }
  enum expect_event event = expect_check(&shell->expect);
  o->event = event;
  o->has_lines = shell->is_streaming && event != EXPECT_MARK && ready_length(shell) > 0;
  if (shell->is_out_of_memory)
    wake(shell, ERROR_LOCAL);
  else if (o->has_lines)
    wake(shell, ERROR_NONE);
  else if (event == EXPECT_LIMIT)
    wake(shell, ERROR_LIMIT);
  else if (event != EXPECT_MARK && has_ended(shell->line))
    wake(shell, end_of(shell->line, ERROR_DROPPED));
  else if (event != EXPECT_NOTHING)
    wake(shell, ERROR_NONE);
}

static void see_open(struct shell *shell)
{
  if (has_ended(shell->line))
    wake(shell, end_of(shell->line, ERROR_CHANNEL));
  else if (shell->line->verbs->state(shell->line) >= shell->awaited)
    wake(shell, ERROR_NONE);
}

static void see_write(struct shell *shell)
{
  if (has_ended(shell->line))
    wake(shell, end_of(shell->line, ERROR_DROPPED));
  else if (shell->line->verbs->unsent(shell->line) <= LINE_OUTSTANDING)
    wake(shell, ERROR_NONE);
  else if (expect_room(&shell->expect) == 0) /* neither side would ever go on */
    wake(shell, ERROR_LIMIT);
}

void shell_lua_see(struct shell *shell)
{
  if (shell->wish == WISH_OPEN)
    see_open(shell);
  else if (shell->wish == WISH_READ)
    see_read(shell);
  else if (shell->wish == WISH_WRITE)
    see_write(shell);
}

static void on_news(struct line *line)
{
  shell_lua_see(line->owner);
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
  struct line *line = shell->line;
  shell->line = NULL;
  if (shell->tape != NULL)
    shell->tape->has_user = false;
  shell->tape = NULL;
  if (shell->sleeper != NULL)
    wake(shell, ERROR_CLOSED);
  shell_lua_untake(shell);
  if (line != NULL) {
    line->verbs->close(line);
    expect_close(&shell->expect);
  }
  return 0;
}

int shell_lua_fail(lua_State *L, const struct shell *shell, enum error error)
{
  const struct line *line = shell->line;
  const char *message = NULL;
  if ((error == ERROR_DROPPED || error == ERROR_JUMP) && line != NULL)
    message = line->verbs->message(line);
  return op_fail(L, error, message);
}

static int fail(lua_State *L, const struct shell_op *o)
{
  return shell_lua_fail(L, o->shell, o->op.error);
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

struct shell *shell_lua_push(lua_State *L, const struct shell_options *options)
{
  struct tape *tape = options->tape != 0 ? shell_tape_check(L, options->tape) : NULL;
  struct shell *shell = lua_newuserdatauv(L, sizeof *shell, 2);
  memset(shell, 0, sizeof *shell);
  expect_open(&shell->expect, (unsigned)options->width);
  expect_limit(&shell->expect, (size_t)options->limit);
  luaL_setmetatable(L, SHELL_NAME);
  lua_pushvalue(L, 1); /* the shell keeps its client from being collected */
  lua_setiuservalue(L, -2, MAKER_VALUE);
  if (tape != NULL && !tape->has_user) { /* one that talks at the same time is lost */
    lua_pushvalue(L, options->tape);
    lua_setiuservalue(L, -2, TAPE_VALUE);
    tape->has_user = true;
    shell->tape = tape;
  }
  shell->awaited = options->is_lazy ? LINE_ASKED : LINE_OPEN;
  return shell;
}

struct shell_op *shell_lua_prepare(lua_State *L, struct shell *shell)
{
  struct shell_op *o = new_op(L, shell, open_push);
  sleep_on(shell, o, WISH_OPEN);
  return o;
}

void shell_lua_listen(struct shell *shell)
{
  shell->line->on_bytes = on_bytes;
  shell->line->on_news = on_news;
  shell->line->room = room;
}

void shell_lua_attach(struct shell *shell, struct line *line, enum error error)
{
  if (line == NULL) {
    wake(shell, error);
    return;
  }
  shell->line = line;
  line->owner = shell;
  shell_lua_listen(shell);
}

int shell_lua_refuse(lua_State *L, struct shell_op *o, enum error error,
                     const char *message)
{
  shell_detach(&o->op);
  return op_fail(L, error, message);
}

int shell_lua_start(lua_State *L, struct shell_op *o,
                    const struct shell_options *options)
{
  if (!o->op.is_done && o->shell->line != NULL)
    shell_lua_see(o->shell); /* it may be open already */
  if (!o->op.is_done)
    op_deadline(&o->op, options->timeout);
  return op_wait(L, &o->op);
}

static int push_lines(struct shell_op *o, lua_State *L)
{
  struct expect *expect = &o->shell->expect;
  size_t ready = ready_length(o->shell), length;
  lua_pushliteral(L, "lines");
  collector_push(L, expect_answer(expect, &length), ready);
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
  if (o->shell->line == NULL)
    return op_fail(L, ERROR_CLOSED, NULL);
  if (o->has_words) {
    lua_pushliteral(L, "said");
    return 1;
  }
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
  collector_push(L, text, length);
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
@int[opt] heard wake also when `said` has another length than this
@treturn[1] string "mark"
@treturn[1] string the text before the marked line, which is taken
@treturn[1] string the prompt before the mark
@treturn[2] string "tail"
@treturn[2] string the unfinished line, which is not taken
@treturn[3] string "lines", when streaming
@treturn[3] string finished lines, which are taken; the mark is not among them
@treturn[3] string|nil the unfinished line, when it may be a question
@treturn[4] string "said": there is more of `said`
@return[5] nil
@treturn[5] string message
@treturn[5] string kind: timeout, dropped, limit, closed, channel, local
*/
static int shell_lua_read(lua_State *L)
{
  struct shell *shell = check_free(L);
  size_t length = 0;
  const char *mark = luaL_optlstring(L, 2, "", &length);
  double timeout = luaL_optnumber(L, 3, 1e10);
  luaL_argcheck(L, length <= EXPECT_MARK_LONGEST, 2, "longer than a mark can be");
  lua_Integer heard = luaL_optinteger(L, 5, -1);
  lua_settop(L, 4);
  shell->is_streaming = lua_toboolean(L, 4) != 0;
  shell->is_listening = heard >= 0;
  shell->heard = heard >= 0 ? (size_t)heard : 0;
  struct shell_op *o = new_op(L, shell, read_push);
  sleep_on(shell, o, WISH_READ);
  bool is_same = length == shell->expect.mark_length && length > 0 &&
                 memcmp(mark, shell->expect.mark, length) == 0;
  if (!is_same)
    expect_await(&shell->expect, mark, length);
  /* what had no room comes now, and may be all that the sleeper waits for */
  shell->line->verbs->resume(shell->line);
  shell_lua_see(shell);
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

/***
Send bytes. Sleeps while more than 32 KiB wait for the device to take them.
@function write
@param ... strings and secrets
@treturn[1] boolean true: handed over, which is not yet received
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: dropped, jump, closed, limit (it says too much to take more)
*/
static int shell_lua_write(lua_State *L)
{
  struct shell *shell = check_free(L);
  int last = shell_lua_check_bytes(L);
  struct shell_op *o = new_op(L, shell, write_push);
  bool is_taken = shell_lua_give(L, shell, last);
  sleep_on(shell, o, WISH_WRITE);
  if (!is_taken && !has_ended(shell->line))
    wake(shell, ERROR_DROPPED);
  else
    shell_lua_see(shell); /* how it ended is known there */
  return op_wait(L, &o->op);
}

static const luaL_Reg methods[] = {
    {"close", shell_lua_close},   {"raw", shell_lua_raw},
    {"read", shell_lua_read},     {"take", shell_lua_take},
    {"write", shell_lua_write},   {"__gc", shell_lua_close},
    {"__close", shell_lua_close}, {NULL, NULL},
};

void shell_lua_register(lua_State *L)
{
  if (luaL_newmetatable(L, SHELL_NAME)) {
    luaL_setfuncs(L, methods, 0);
    shell_text_register(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}
