/***
The wire side of the HTTP API: a listening socket whose requests are answered by tasks.
What a request means is up to `moonwire.serve`.
@module host.http
*/
#include <fcntl.h>
#include <lauxlib.h>
#include <math.h>
#include <openssl/crypto.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/library.h"
#include "core/op.h"
#include "http/httpd.h"
#include "http/request_lua.h"

#define LISTENER_NAME "moonwire.http"

enum { LONGEST_KEY = 32 * 1024 };

struct accept_op;

struct listener {
  struct httpd *httpd; /* NULL once it is closed */
  struct accept_op *acceptor;
  lua_State *L; /* the main Lua thread, in which 'admit' runs */
  int admit;    /* reference */
};

struct accept_op {
  struct op op; /* first, so that a struct op * is a struct accept_op * */
  struct listener *listener;
};

struct question {
  struct listener *listener;
  struct request *request;
  bool is_admitted;
};

static struct listener *check_listener(lua_State *L)
{
  return luaL_checkudata(L, 1, LISTENER_NAME);
}

/* ---- what the engine asks ---- */

static int ask_admit(lua_State *L)
{
  struct question *question = lua_touserdata(L, 1);
  request_lua_push_head(L, question->request);
  int head = lua_gettop(L), first = head + 1;
  lua_rawgeti(L, LUA_REGISTRYINDEX, question->listener->admit);
  lua_pushvalue(L, head);
  lua_call(L, 1, 3);
  if (!lua_isnil(L, first)) {
    request_lua_answer(L, first, question->request);
    return 0;
  }
  lua_settop(L, head);
  request_lua_attach(L, question->request);
  question->is_admitted = true;
  return 0;
}

static bool on_admit(struct httpd *httpd, struct request *request)
{
  struct question question = {.listener = httpd->owner, .request = request};
  lua_State *L = question.listener->L;
  if (!lua_checkstack(L, 4))
    return false;
  int top = lua_gettop(L);
  lua_pushcfunction(L, ask_admit);
  lua_pushlightuserdata(L, &question);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    lua_warning(L, "admitting a request: ", 1);
    lua_warning(L, message != NULL ? message : "an error that is no string", 0);
    question.is_admitted = false;
  }
  lua_settop(L, top);
  return question.is_admitted;
}

static void wake_acceptor(struct listener *listener, enum error error)
{
  struct accept_op *acceptor = listener->acceptor;
  listener->acceptor = NULL;
  if (acceptor != NULL)
    op_complete(&acceptor->op, error);
}

static void on_ready(struct httpd *httpd)
{
  wake_acceptor(httpd->owner, ERROR_NONE);
}

/* ---- listening ---- */

static lua_Integer optional_integer(lua_State *L, const char *name,
                                    lua_Integer otherwise, lua_Integer highest)
{
  int is_integer = 1;
  lua_Integer value = otherwise;
  if (lua_getfield(L, 1, name) != LUA_TNIL)
    value = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || value < 0 || value > highest)
    luaL_error(L, "http.listen: %s is not a number from 0 to %I", name, highest);
  lua_pop(L, 1);
  return value;
}

static uint64_t optional_time(lua_State *L, const char *name, double otherwise)
{
  lua_getfield(L, 1, name);
  double seconds = luaL_optnumber(L, -1, otherwise);
  lua_pop(L, 1);
  return op_nanoseconds(seconds);
}

/* Leaves strings on the stack, the path of the key among them. */
static struct httpd_options check_options(lua_State *L, const char **key_path)
{
  struct httpd_options options = {
      .port = (uint16_t)optional_integer(L, "port", 0, UINT16_MAX),
      .max_connections = (unsigned)optional_integer(L, "max_connections", 4096, 65536),
      .max_per_peer = (unsigned)optional_integer(L, "max_per_peer", 0, 65536),
      .max_head = (size_t)optional_integer(L, "max_head", 24 << 10, 1 << 20),
      .max_body = (size_t)optional_integer(L, "max_body", 8 << 20, 1 << 30),
      .head_ns = optional_time(L, "head_time", 10),
      .body_ns = optional_time(L, "body_time", 30),
  };
  lua_getfield(L, 1, "address");
  options.address = luaL_optstring(L, -1, "127.0.0.1");
  lua_getfield(L, 1, "certificate");
  options.certificate = luaL_optstring(L, -1, NULL);
  lua_getfield(L, 1, "key");
  *key_path = luaL_optstring(L, -1, NULL);
  if ((*key_path == NULL) != (options.certificate == NULL))
    luaL_error(L, "http.listen: certificate and key belong together");
  return options;
}

static void close_listener(struct listener *listener)
{
  struct httpd *httpd = listener->httpd;
  if (httpd == NULL)
    return;
  listener->httpd = NULL;
  httpd_close(httpd);
  luaL_unref(listener->L, LUA_REGISTRYINDEX, listener->admit);
  wake_acceptor(listener, ERROR_CLOSED);
}

static struct listener *new_listener(lua_State *L)
{
  struct listener *listener = lua_newuserdatauv(L, sizeof *listener, 0);
  memset(listener, 0, sizeof *listener); /* closed, so that __gc is always safe */
  luaL_setmetatable(L, LISTENER_NAME);
  listener->L = host_of(L)->L;
  listener->admit = LUA_NOREF;
  return listener;
}

static int fail(lua_State *L, struct listener *listener,
                const struct httpd_options *options, const char *why)
{
  lua_pushnil(L);
  lua_pushfstring(L, "cannot listen on %s port %d: %s", options->address,
                  (int)options->port, why);
  lua_pushstring(L, error_kind(ERROR_LOCAL));
  close_listener(listener);
  return 3;
}

/* Why the file of a key cannot be taken, or NULL. The key has a NUL behind it. */
static const char *read_key(const char *path, char *key)
{
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return "its key cannot be opened";
  const char *why = NULL;
  ssize_t length = 0;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    why = "its key is not a plain file";
  else if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
    why = "its key can be read or changed by others: chmod 600 it";
  else if ((length = read(fd, key, LONGEST_KEY)) <= 0 || length == LONGEST_KEY)
    why = "its key cannot be read, or is too long";
  key[length > 0 ? length : 0] = '\0';
  close(fd);
  return why;
}

/* The key is nowhere but here, and only for a moment. */
static const char *open_socket(struct httpd *httpd, struct httpd_options *options,
                               const char *key_path)
{
  char key[LONGEST_KEY + 1];
  const char *why = key_path != NULL ? read_key(key_path, key) : NULL;
  if (why == NULL) {
    options->key = key_path != NULL ? key : NULL;
    why = httpd_listen(httpd, options) ? NULL : httpd->message;
  }
  options->key = NULL;
  OPENSSL_cleanse(key, sizeof key);
  return why;
}

/***
Listen for HTTP clients. `admit(head)` is called as soon as the head of a request is
there (see `request:head`): nil lets it in, so that its body is read; a status, headers
and a body answer it at once, with no task and no body of its own. It may not wait.
@function listen
@tparam table options
 `admit`; optional are `address` (default "127.0.0.1"), `port` (default 0: a free one),
 `certificate` (PEM) and `key` (path of a PEM file) for TLS, `max_connections` (default
 4096), `max_per_peer` (default 0: no limit), `max_head` (bytes, default 24 KiB),
 `max_body` (bytes, default 8 MiB), `head_time` and `body_time` (seconds that a client
 may take to send them, all in all; default 10 and 30)
@treturn[1] listener
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int http_lua_listen(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  const char *key_path;
  struct httpd_options options = check_options(L, &key_path);
  struct host *host = host_of(L);
  struct listener *listener = new_listener(L);
  int index = lua_gettop(L);
  if (lua_getfield(L, 1, "admit") != LUA_TFUNCTION)
    return luaL_error(L, "http.listen: admit is not a function");
  listener->admit = luaL_ref(L, LUA_REGISTRYINDEX);
  struct httpd *httpd = httpd_new(&host->loop, &host->deadlines);
  if (httpd == NULL)
    return luaL_error(L, "not enough memory");
  httpd->owner = listener;
  httpd->admit = on_admit;
  httpd->on_ready = on_ready;
  listener->httpd = httpd;
  const char *why = open_socket(httpd, &options, key_path);
  if (why != NULL)
    return fail(L, listener, &options, why);
  lua_settop(L, index);
  return 1;
}

/***
Stop listening and drop every connection.
@function listener:close
*/
static int listener_lua_close(lua_State *L)
{
  close_listener(check_listener(L));
  return 0;
}

/* ---- accepting ---- */

static int push_accepted(struct op *op, lua_State *L)
{
  struct listener *listener = ((struct accept_op *)op)->listener;
  struct request *request = NULL;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  if (listener->httpd != NULL)
    request = httpd_accept(listener->httpd);
  if (request == NULL) /* closed, or the client left, since the op was completed */
    return op_fail(L, listener->httpd == NULL ? ERROR_CLOSED : ERROR_DROPPED, NULL);
  request_lua_push(L, request);
  return 1;
}

static void detach_acceptor(struct op *op)
{
  ((struct accept_op *)op)->listener->acceptor = NULL;
}

/***
Wait for the next request that was admitted and whose body is complete.
@function listener:accept
@number[opt] timeout seconds; never when left out
@treturn[1] request
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "closed"; "timeout"; "dropped": its client has just gone
*/
static int listener_lua_accept(lua_State *L)
{
  struct listener *listener = check_listener(L);
  double timeout = luaL_optnumber(L, 2, HUGE_VAL);
  if (listener->httpd == NULL)
    return op_fail(L, ERROR_CLOSED, NULL);
  if (listener->acceptor != NULL)
    return luaL_error(L, "another task is accepting already");
  struct accept_op *accept = op_new(L, sizeof *accept, push_accepted, detach_acceptor);
  accept->listener = listener;
  accept->op.is_urgent = true;
  if (listener->httpd->ready_first != NULL) {
    op_complete(&accept->op, ERROR_NONE);
    return op_wait(L, &accept->op);
  }
  listener->acceptor = accept;
  op_deadline(&accept->op, timeout);
  return op_wait(L, &accept->op);
}

/***
The port that it listens on.
@function listener:port
@treturn int
*/
static int listener_lua_port(lua_State *L)
{
  struct listener *listener = check_listener(L);
  luaL_argcheck(L, listener->httpd != NULL, 1, "the listener is closed");
  lua_pushinteger(L, listener->httpd->port);
  return 1;
}

static void set_count(lua_State *L, const char *name, uint64_t count)
{
  lua_pushinteger(L, (lua_Integer)count);
  lua_setfield(L, -2, name);
}

/***
What has happened so far.
@function listener:stats
@treturn table `connections` and `requests` (since it listens), `refused` (answered at
 once with a status of 400 or more), `late` (connections dropped since they took too
 long), `open`
*/
static int listener_lua_stats(lua_State *L)
{
  struct listener *listener = check_listener(L);
  luaL_argcheck(L, listener->httpd != NULL, 1, "the listener is closed");
  struct httpd_stats stats = listener->httpd->stats;
  lua_createtable(L, 0, 5);
  set_count(L, "connections", stats.connections);
  set_count(L, "requests", stats.requests);
  set_count(L, "refused", stats.refused);
  set_count(L, "late", stats.late);
  set_count(L, "open", stats.open);
  return 1;
}

static const luaL_Reg methods[] = {
    {"accept", listener_lua_accept},
    {"close", listener_lua_close},
    {"port", listener_lua_port},
    {"stats", listener_lua_stats},
    {"__gc", listener_lua_close},
    {"__close", listener_lua_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {{"listen", http_lua_listen}, {NULL, NULL}};

int luaopen_host_http(lua_State *L)
{
  request_lua_register(L);
  luaL_newmetatable(L, LISTENER_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newlib(L, functions);
  return 1;
}
