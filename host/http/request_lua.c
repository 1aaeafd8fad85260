/***
One request to the program, to be answered by a task. When its client has gone, what is
written returns `nil, message, "dropped"`.
@classmod host.http.request
*/
#include "http/request_lua.h"

#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/host.h"
#include "core/op.h"

#define REQUEST_NAME "moonwire.request"

enum { FIELDS = 128, ADDRESS = 64, UNSENT = 64 * 1024 };

struct write_op;

struct held {
  struct request *request; /* NULL: it has ended */
  struct write_op *writer;
  lua_State *L;
  int reference; /* keeps the object while the request lives */
  bool is_answered;
};

struct write_op {
  struct op op; /* first, so that a struct op * is a struct write_op * */
  struct held *held;
};

static struct held *check(lua_State *L)
{
  return luaL_checkudata(L, 1, REQUEST_NAME);
}

static int push_true(lua_State *L)
{
  lua_pushboolean(L, 1);
  return 1;
}

/* ---- its life ---- */

static void wake_writer(struct held *held, enum error error)
{
  struct write_op *writer = held->writer;
  held->writer = NULL;
  if (writer != NULL)
    op_complete(&writer->op, error);
}

static void on_drained(struct request *request)
{
  wake_writer(request->owner, ERROR_NONE);
}

static void on_end(struct request *request)
{
  struct held *held = request->owner;
  held->request = NULL;
  wake_writer(held, ERROR_DROPPED);
  luaL_unref(held->L, LUA_REGISTRYINDEX, held->reference);
}

static int request_lua_gc(lua_State *L)
{
  struct held *held = check(L);
  if (held->request != NULL) { /* the whole state ends, and the listener after it */
    held->request->on_end = NULL;
    held->request->on_drained = NULL;
  }
  return 0;
}

/* ---- its head ---- */

static void push_lower(lua_State *L, const char *name, size_t length)
{
  luaL_Buffer buffer;
  char *lower = luaL_buffinitsize(L, &buffer, length);
  for (size_t i = 0; i < length; i++)
    lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
  luaL_pushresultsize(&buffer, length);
}

static void note_repeated(lua_State *L, int head, int name)
{
  if (lua_getfield(L, head, "repeated") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, head, "repeated");
  }
  lua_pushvalue(L, name);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* Whether there are control characters but `allowed`, or bytes above `highest`. */
static bool is_odd(const char *text, size_t length, char allowed, unsigned char highest)
{
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if ((byte < ' ' && text[i] != allowed) || byte == 127 || byte > highest)
      return true;
  }
  return false;
}

static void note_odd(lua_State *L, int head)
{
  lua_pushboolean(L, 1);
  lua_setfield(L, head, "is_odd");
}

/*
** A name that is there twice is noted in 'repeated', and its last value counts. Returns
** how many there are.
*/
static size_t set_fields(lua_State *L, int head, struct request *request,
                         enum MHD_ValueKind kind, const char *key)
{
  struct request_field fields[FIELDS];
  size_t count = request_fields(request, kind, fields, FIELDS);
  lua_createtable(L, 0, (int)(count < FIELDS ? count : FIELDS));
  for (size_t i = 0; i < count && i < FIELDS; i++) {
    push_lower(L, fields[i].name, fields[i].name_length);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TNIL)
      note_repeated(L, head, lua_absindex(L, -2));
    lua_pop(L, 1);
    lua_pushlstring(L, fields[i].value, fields[i].value_length);
    lua_rawset(L, -3);
    if (kind == MHD_HEADER_KIND &&
        is_odd(fields[i].value, fields[i].value_length, '\t', UCHAR_MAX))
      note_odd(L, head);
  }
  lua_setfield(L, head, key);
  return count;
}

void request_lua_push_head(lua_State *L, struct request *request)
{
  char peer[ADDRESS];
  lua_createtable(L, 0, 12); /* room for what the program notes in it */
  int head = lua_gettop(L);
  lua_pushstring(L, request->method);
  lua_setfield(L, head, "method");
  lua_pushstring(L, request->path);
  lua_setfield(L, head, "path");
  if (is_odd(request->path, strlen(request->path), ' ', SCHAR_MAX))
    note_odd(L, head);
  lua_pushstring(L, request->version);
  lua_setfield(L, head, "version");
  lua_pushstring(L, request_peer(request, peer, sizeof peer) ? peer : "");
  lua_setfield(L, head, "peer");
  size_t fields = set_fields(L, head, request, MHD_HEADER_KIND, "headers") +
                  set_fields(L, head, request, MHD_GET_ARGUMENT_KIND, "query");
  lua_pushinteger(L, (lua_Integer)fields);
  lua_setfield(L, head, "fields");
}

void request_lua_attach(lua_State *L, struct request *request)
{
  struct held *held = lua_newuserdatauv(L, sizeof *held, 1);
  *held = (struct held){.L = host_of(L)->L, .reference = LUA_NOREF};
  luaL_setmetatable(L, REQUEST_NAME);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  held->reference = luaL_ref(L, LUA_REGISTRYINDEX);
  held->request = request;
  request->owner = held;
  request->on_end = on_end;
  request->on_drained = on_drained;
}

void request_lua_push(lua_State *L, struct request *request)
{
  struct held *held = request->owner;
  lua_rawgeti(L, LUA_REGISTRYINDEX, held->reference);
}

/***
What came before its body.
@function head
@treturn table `method`, `path` (as it was written, without the query), `version`,
 `peer` (address of the client), `headers` and `query` (by name, headers in lower case),
 `repeated` (names that were there twice; nil: none was), `fields` (how many there were
 of both), `is_odd` (true: a header or the path holds control characters)
*/
static int request_lua_head(lua_State *L)
{
  check(L);
  lua_getiuservalue(L, 1, 1);
  return 1;
}

/***
Its body.
@function body
@treturn[1] string
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "limit" (it was too long), "dropped"
*/
static int request_lua_body(lua_State *L)
{
  struct held *held = check(L);
  if (held->request == NULL)
    return op_fail(L, ERROR_DROPPED, NULL);
  if (held->request->dropped > 0)
    return op_fail(L, ERROR_LIMIT, NULL);
  const struct bytes *body = &held->request->body;
  if (body->length == 0)
    lua_pushliteral(L, "");
  else
    lua_pushlstring(L, bytes_head(body), body->length);
  return 1;
}

/* ---- its answer ---- */

static unsigned check_status(lua_State *L, int index)
{
  lua_Integer status = luaL_checkinteger(L, index);
  luaL_argcheck(L, status >= 200 && status <= 599, index, "no status of an answer");
  return (unsigned)status;
}

static void check_headers(lua_State *L, int index)
{
  luaL_checktype(L, index, LUA_TTABLE);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      luaL_argerror(L, index, "headers are strings by name");
}

/* The headers have been checked: nothing raises in here. */
static bool add_headers(lua_State *L, int index, struct MHD_Response *answer)
{
  bool is_good = true;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
    is_good = is_good && MHD_add_response_header(answer, lua_tostring(L, -2),
                                                 lua_tostring(L, -1)) == MHD_YES;
  return is_good;
}

static void give(lua_State *L, int headers, struct request *request, unsigned status,
                 struct MHD_Response *answer)
{
  if (answer == NULL)
    luaL_error(L, "not enough memory");
  if (!add_headers(L, headers, answer)) {
    MHD_destroy_response(answer);
    luaL_error(L, "a header has a line break, or no name");
  }
  request_answer(request, status, answer);
}

void request_lua_answer(lua_State *L, int index, struct request *request)
{
  size_t length;
  unsigned status = check_status(L, index);
  check_headers(L, index + 1);
  const char *body = luaL_checklstring(L, index + 2, &length);
  char *copy = malloc(length + 1);
  struct MHD_Response *answer = NULL;
  if (copy != NULL) {
    memcpy(copy, body, length);
    answer = MHD_create_response_from_buffer(length, copy, MHD_RESPMEM_MUST_FREE);
    if (answer == NULL)
      free(copy);
  }
  give(L, index + 1, request, status, answer);
}

/* False: the client has gone. */
static bool can_answer(lua_State *L, const struct held *held)
{
  if (held->is_answered)
    luaL_error(L, "the request has been answered");
  return held->request != NULL;
}

/***
Answer.
@function respond
@int status
@tparam table headers strings by name
@string body
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped"
*/
static int request_lua_respond(lua_State *L)
{
  struct held *held = check(L);
  if (!can_answer(L, held))
    return op_fail(L, ERROR_DROPPED, NULL);
  request_lua_answer(L, 2, held->request);
  held->is_answered = true;
  return push_true(L);
}

/***
Answer with a body that comes by and by: `write`, then `finish`.
@function stream
@int status
@tparam table headers strings by name
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped"
*/
static int request_lua_stream(lua_State *L)
{
  struct held *held = check(L);
  if (!can_answer(L, held))
    return op_fail(L, ERROR_DROPPED, NULL);
  unsigned status = check_status(L, 2);
  check_headers(L, 3);
  give(L, 3, held->request, status, request_new_stream(held->request));
  held->is_answered = true;
  return push_true(L);
}

static int push_written(struct op *op, lua_State *L)
{
  return op->error != ERROR_NONE ? op_fail(L, op->error, NULL) : push_true(L);
}

static void detach_writer(struct op *op)
{
  ((struct write_op *)op)->held->writer = NULL;
}

/***
Write more of a stream. Waits while more than 64 KiB are unsent.
@function write
@string bytes
@number[opt] timeout seconds; never when left out
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "dropped" or "timeout"
*/
static int request_lua_write(lua_State *L)
{
  size_t length;
  struct held *held = check(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  double timeout = luaL_optnumber(L, 3, HUGE_VAL);
  if (held->request == NULL)
    return op_fail(L, ERROR_DROPPED, NULL);
  if (!held->request->is_streaming || held->request->is_finished)
    return luaL_error(L, "there is no stream to write to");
  if (held->writer != NULL)
    return luaL_error(L, "another task is writing already");
  if (!request_write(held->request, bytes, length))
    return luaL_error(L, "not enough memory");
  if (held->request->stream.length <= UNSENT)
    return push_true(L);
  struct write_op *writer = op_new(L, sizeof *writer, push_written, detach_writer);
  writer->op.is_urgent = true;
  writer->held = held;
  held->writer = writer;
  op_deadline(&writer->op, timeout);
  return op_wait(L, &writer->op);
}

/***
The stream is complete.
@function finish
*/
static int request_lua_finish(lua_State *L)
{
  struct held *held = check(L);
  if (held->request != NULL && held->request->is_streaming)
    request_finish(held->request);
  return 0;
}

/***
No more comes of a stream. One that was not finished ends with its connection, so that
its client sees that something is missing.
@function break_off
*/
static int request_lua_break_off(lua_State *L)
{
  struct held *held = check(L);
  if (held->request != NULL && held->request->is_streaming)
    request_break_off(held->request);
  return 0;
}

/***
Whether it has its answer, or the beginning of one.
@function is_answered
@treturn boolean
*/
static int request_lua_is_answered(lua_State *L)
{
  lua_pushboolean(L, check(L)->is_answered);
  return 1;
}

/***
Whether its client may still be there.
@function is_open
@treturn boolean
*/
static int request_lua_is_open(lua_State *L)
{
  lua_pushboolean(L, check(L)->request != NULL);
  return 1;
}

static const luaL_Reg methods[] = {
    {"body", request_lua_body},
    {"break_off", request_lua_break_off},
    {"finish", request_lua_finish},
    {"head", request_lua_head},
    {"is_answered", request_lua_is_answered},
    {"is_open", request_lua_is_open},
    {"respond", request_lua_respond},
    {"stream", request_lua_stream},
    {"write", request_lua_write},
    {"__gc", request_lua_gc},
    {NULL, NULL},
};

void request_lua_register(lua_State *L)
{
  luaL_newmetatable(L, REQUEST_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
