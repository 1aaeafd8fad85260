/***
Lines to devices that are not SSH of our own: TCP connections that speak telnet, and
child processes on a terminal or a socket. Each gives a shell, as an SSH channel does.
@module host.line
*/
#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/library.h"
#include "core/op.h"
#include "net/line_lua.h"
#include "net/socket_lua.h"
#include "ssh/dial.h"
#include "term/shell_lua.h"

enum { MOST_WORDS = 8192, CONNECT_SECONDS = 10 };

/* ---- connect ---- */

struct dial_op {
  struct op op; /* first, so that a struct op * is a struct dial_op * */
  struct dial *dial;
  struct socket_box *box;
  char message[DIAL_MESSAGE];
};

static void on_resolved(struct dial *dial)
{
  (void)dial; /* one deadline for both */
}

static void on_connected(struct dial *dial, int fd)
{
  struct dial_op *o = dial->owner;
  o->dial = NULL;
  o->box->fd = fd;
  op_complete(&o->op, ERROR_NONE);
}

static void on_failed(struct dial *dial)
{
  struct dial_op *o = dial->owner;
  o->dial = NULL;
  memcpy(o->message, dial->message, sizeof o->message);
  op_complete(&o->op, dial->error);
}

static void on_gone(struct dial *dial)
{
  freeaddrinfo(dial->addresses);
  free(dial);
}

static void dial_detach(struct op *op)
{
  struct dial_op *o = (struct dial_op *)op;
  if (o->dial != NULL) {
    memcpy(o->message, o->dial->message, sizeof o->message);
    dial_cancel(o->dial);
  }
  o->dial = NULL;
}

static int dial_push(struct op *op, lua_State *L)
{
  struct dial_op *o = (struct dial_op *)op;
  if (op->error == ERROR_TIMEOUT && o->message[0] != '\0') {
    lua_pushfstring(L, "no answer to the connection request in time; %s", o->message);
    return op_fail(L, op->error, lua_tostring(L, -1));
  }
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, o->message[0] != '\0' ? o->message : NULL);
  lua_pushvalue(L, lua_gettop(L) - 1);
  return 1;
}

/***
Connect by TCP.
@function dial
@string host
@int port
@number[opt=10] timeout seconds, for the name and all its addresses
@treturn[1] socket to be given to `telnet`, or closed
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: resolve, refused, unreachable, timeout, local
*/
static int line_lua_dial(lua_State *L)
{
  const char *host = luaL_checkstring(L, 1);
  lua_Integer port = luaL_checkinteger(L, 2);
  double timeout = luaL_optnumber(L, 3, CONNECT_SECONDS);
  luaL_argcheck(L, port > 0 && port <= UINT16_MAX, 2, "no port");
  struct socket_box *box = socket_lua_push(L);
  struct dial_op *o = op_new(L, sizeof *o, dial_push, dial_detach);
  o->box = box;
  o->dial = calloc(1, sizeof *o->dial);
  if (o->dial == NULL) {
    op_complete(&o->op, ERROR_LOCAL);
    return op_wait(L, &o->op);
  }
  struct dial *dial = o->dial;
  dial->owner = o;
  dial->on_resolved = on_resolved;
  dial->on_connected = on_connected;
  dial->on_failed = on_failed;
  dial->on_gone = on_gone;
  op_deadline(&o->op, timeout);
  struct host *loop = host_of(L);
  if (!dial_start(dial, &loop->loop, loop->watches, &loop->deadlines, host,
                  (uint16_t)port)) {
    o->dial = NULL;
    on_gone(dial);
    op_complete(&o->op, ERROR_RESOLVE);
  }
  return op_wait(L, &o->op);
}

/* ---- telnet ---- */

static void drop(struct fdline **line)
{
  if (*line != NULL)
    (*line)->line.verbs->close(&(*line)->line);
  *line = NULL;
}

static bool speak_telnet(struct fdline *line, const struct shell_options *given)
{
  return fdline_speak_telnet(line, given->term, given->width, given->height);
}

static int start_on_socket(lua_State *L, bool is_telnet)
{
  struct socket_box *box = socket_lua_check(L, 1);
  struct shell_options given;
  lua_settop(L, 2);
  shell_lua_options(L, 2, &given);
  struct shell *shell = shell_lua_push(L, &given);
  struct shell_op *o = shell_lua_prepare(L, shell);
  struct fdline *line = socket_lua_take(box, host_of(L)->watches);
  if (is_telnet && line != NULL && !speak_telnet(line, &given))
    drop(&line);
  shell_lua_attach(shell, line != NULL ? &line->line : NULL, ERROR_LOCAL);
  return shell_lua_start(L, o, &given);
}

/***
Speak telnet on a socket: ask for echo and for going ahead, offer a terminal, refuse the
rest.
@function telnet
@tparam socket socket which the shell takes over
@tparam table options as for `client:shell`
@treturn[1] shell
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local, dropped
*/
static int line_lua_telnet(lua_State *L)
{
  return start_on_socket(L, true);
}

/***
A shell on a socket as it is: the bytes are text.
@function open
@tparam socket socket which the shell takes over
@tparam table options as for `client:shell`
@treturn[1] shell
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local, dropped
*/
static int line_lua_open(lua_State *L)
{
  return start_on_socket(L, false);
}

/* ---- commands ---- */

/* The word at the top of the stack. */
static const char *check_word(lua_State *L, int index, size_t *length)
{
  luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, index, "a word is no string");
  const char *word = lua_tolstring(L, -1, length);
  luaL_argcheck(L, strlen(word) == *length, index, "a word holds a NUL");
  return word;
}

static size_t measure_words(lua_State *L, int index, lua_Integer count)
{
  size_t total = 0, length;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    check_word(L, index, &length);
    total += length + 1;
    lua_pop(L, 1);
  }
  return total;
}

/* A list of words, as exec takes it, in a userdata that stays on the stack. */
static char **push_words(lua_State *L, int index, const char *name)
{
  lua_getfield(L, index, name);
  luaL_argexpected(L, lua_istable(L, -1), index, "table of words");
  lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
  luaL_argcheck(L, count <= MOST_WORDS, index, "too many words");
  size_t head = ((size_t)count + 1) * sizeof(char *), length;
  size_t total = measure_words(L, index, count);
  char **words = lua_newuserdatauv(L, head + total, 0);
  char *at = (char *)words + head;
  for (lua_Integer i = 0; i < count; i++) {
    lua_rawgeti(L, -2, i + 1);
    const char *word = check_word(L, index, &length);
    memcpy(at, word, length + 1);
    lua_pop(L, 1);
    words[i] = at;
    at += length + 1;
  }
  words[count] = NULL;
  return words;
}

static struct fdline *start_child(struct host *host,
                                  const struct child_options *options)
{
  int fd, error_fd;
  struct child *child = child_start(&host->loop, options, &fd, &error_fd);
  if (child == NULL)
    return NULL;
  struct fdline *line = fdline_open(host->watches, fd);
  if (line == NULL) {
    close(error_fd);
    child_release(child);
  } else if (!fdline_adopt(line, child, error_fd, options->argv[0])) {
    drop(&line);
  }
  return line;
}

/***
Run a command whose standard input and output are a line to a device. No shell reads
the words. It is ended, with all that it started, when the shell is closed.
@function spawn
@tparam table options as for `client:shell`; `command` (list of words, the first looked
for in PATH), `environment` (list of "NAME=value"), `pty` (a terminal of its own
instead of a socket), `cooked` (which is not raw, but as a person's), `telnet` (its
bytes are telnet)
@treturn[1] shell whose `said` is the command's standard error
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
static int line_lua_spawn(lua_State *L)
{
  struct shell_options given;
  lua_settop(L, 1);
  shell_lua_options(L, 1, &given);
  struct child_options options = {.width = given.width, .height = given.height};
  lua_getfield(L, 1, "pty");
  options.has_pty = lua_toboolean(L, -1) != 0;
  lua_getfield(L, 1, "cooked");
  options.is_raw = lua_toboolean(L, -1) == 0;
  lua_getfield(L, 1, "telnet");
  bool is_telnet = lua_toboolean(L, -1) != 0;
  options.argv = push_words(L, 1, "command");
  luaL_argcheck(L, options.argv[0] != NULL, 1, "no command");
  options.environment = push_words(L, 1, "environment");
  struct shell *shell = shell_lua_push(L, &given);
  struct shell_op *o = shell_lua_prepare(L, shell);
  struct fdline *line = start_child(host_of(L), &options);
  if (line == NULL)
    return shell_lua_refuse(L, o, ERROR_LOCAL, uv_strerror(-errno));
  if (is_telnet && !speak_telnet(line, &given))
    drop(&line);
  shell_lua_attach(shell, line != NULL ? &line->line : NULL, ERROR_LOCAL);
  return shell_lua_start(L, o, &given);
}

static const luaL_Reg functions[] = {
    {"connect", local_lua_connect},
    {"dial", line_lua_dial},
    {"listen", local_lua_listen},
    {"open", line_lua_open},
    {"spawn", line_lua_spawn},
    {"telnet", line_lua_telnet},
    {NULL, NULL},
};

int luaopen_host_line(lua_State *L)
{
  socket_lua_register(L);
  local_lua_register(L);
  shell_lua_register(L);
  luaL_newlib(L, functions);
  return 1;
}
