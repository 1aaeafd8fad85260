/***
What was said in a session, both ways and when, without its secrets. A shell that was
opened with a tape notes everything on it.
@module host.tape
*/
#include "term/shell_tape_lua.h"

#include <errno.h>
#include <lauxlib.h>
#include <string.h>
#include <uv.h>

#include "core/library.h"
#include "core/secret_lua.h"

#define TAPE_NAME  "moonwire.tape"
#define SCRUB_NAME "moonwire.scrubber"

/* ---- what is hidden ---- */

static int fail(lua_State *L, int error)
{
  lua_pushnil(L);
  lua_pushstring(L, uv_strerror(uv_translate_sys_error(error)));
  lua_pushstring(L, error == EEXIST ? "exists" : "local");
  return 3;
}

static struct scrub_list *check_list(lua_State *L, struct scrub_list *list)
{
  if (list == NULL)
    luaL_error(L, "not enough memory");
  return list;
}

static void add_secret(lua_State *L, struct scrub_list *list, int index)
{
  const struct secret *secret = secret_test(L, index);
  luaL_argexpected(L, secret != NULL, index, "secret");
  if (!scrub_list_add(list, secret_bytes(secret), secret_length(secret)))
    luaL_error(L, "not enough memory");
}

/* The words stay on the stack, and so in memory, until they are copied. */
static void add_line(lua_State *L, struct scrub_list *list, int index)
{
  struct scrub_word words[SCRUB_WORDS];
  lua_Integer count = luaL_len(L, index);
  luaL_argcheck(L, count >= 1 && count <= SCRUB_WORDS, index, "from 1 to 8 words");
  luaL_checkstack(L, SCRUB_WORDS, NULL);
  for (lua_Integer i = 0; i < count; i++) {
    lua_geti(L, index, i + 1);
    words[i].bytes = lua_tolstring(L, -1, &words[i].length);
    luaL_argcheck(L, words[i].bytes != NULL, index, "a word is no string");
  }
  lua_getfield(L, index, "first");
  bool is_first = lua_toboolean(L, -1);
  if (!scrub_list_add_line(list, words, (size_t)count, is_first))
    luaL_error(L, "too many rules, or a word of no length, or no memory");
}

static int hide(lua_State *L, struct scrub_list *list)
{
  if (lua_istable(L, 2))
    add_line(L, list, 2);
  else
    add_secret(L, list, 2);
  lua_settop(L, 1);
  return 1;
}

/* ---- a stream without a tape ---- */

/***
Something that takes a stream in pieces and gives it back without secrets. Its methods:
`hide` as of a tape; `feed(bytes)` and `finish()` give what may be seen by then.
@function scrubber
@treturn scrubber
*/
static int shell_tape_lua_scrubber(lua_State *L)
{
  struct scrub *scrub = lua_newuserdatauv(L, sizeof *scrub, 0);
  memset(scrub, 0, sizeof *scrub);
  luaL_setmetatable(L, SCRUB_NAME);
  scrub->list = check_list(L, scrub_list_new(secret_vault(L)));
  return 1;
}

static struct scrub *check_scrub(lua_State *L)
{
  struct scrub *scrub = luaL_checkudata(L, 1, SCRUB_NAME);
  luaL_argcheck(L, scrub->list != NULL, 1, "the scrubber is closed");
  return scrub;
}

static int scrub_lua_hide(lua_State *L)
{
  return hide(L, check_scrub(L)->list);
}

static int push_bytes(lua_State *L, bool is_ok, struct bytes *bytes)
{
  if (is_ok)
    lua_pushlstring(L, bytes->length > 0 ? bytes_head(bytes) : "", bytes->length);
  bytes_clear(bytes);
  return is_ok ? 1 : luaL_error(L, "not enough memory");
}

static int scrub_lua_feed(lua_State *L)
{
  struct bytes out = {0};
  size_t length;
  struct scrub *scrub = check_scrub(L);
  const char *bytes = luaL_checklstring(L, 2, &length);
  bool is_ok = scrub_feed(scrub, bytes, length, &out);
  return push_bytes(L, is_ok, &out);
}

static int scrub_lua_finish(lua_State *L)
{
  struct bytes out = {0};
  bool is_ok = scrub_finish(check_scrub(L), &out);
  return push_bytes(L, is_ok, &out);
}

static int scrub_lua_close(lua_State *L)
{
  struct scrub *scrub = luaL_checkudata(L, 1, SCRUB_NAME);
  struct bytes out = {0};
  if (scrub->list == NULL)
    return 0;
  scrub_finish(scrub, &out);
  bytes_clear(&out);
  scrub_list_free(scrub->list);
  scrub->list = NULL;
  return 0;
}

/* ---- a tape ---- */

static struct tape *check_any(lua_State *L)
{
  return luaL_checkudata(L, 1, TAPE_NAME);
}

struct tape *shell_tape_check(lua_State *L, int index)
{
  struct tape *tape = luaL_checkudata(L, index, TAPE_NAME);
  luaL_argcheck(L, tape->vault != NULL, index, "the tape is closed");
  return tape;
}

/***
A tape that keeps, until it writes to a file, the beginning of a session (2 KiB) and its
last bytes.
@function new
@int[opt=8192] limit bytes of the end; 0: keep nothing
@treturn tape
*/
static int shell_tape_lua_new(lua_State *L)
{
  lua_Integer limit = luaL_optinteger(L, 1, TAPE_LAST);
  luaL_argcheck(L, limit == 0 || (limit >= 256 && limit <= 1 << 30), 1,
                "0, or from 256 to 1073741824");
  struct tape *tape = lua_newuserdatauv(L, sizeof *tape, 0);
  tape_open(tape, secret_vault(L), (size_t)limit);
  luaL_setmetatable(L, TAPE_NAME);
  return 1;
}

/***
Hide something, wherever it comes: a secret, or what follows some words on a line.
@function tape:hide
@tparam secret|{string,...} what words in their order; with `first`: they begin a line,
or what is typed at a prompt
@treturn tape itself
*/
static int shell_tape_lua_hide(lua_State *L)
{
  return hide(L, check_list(L, tape_list(shell_tape_check(L, 1))));
}

/***
Write to a new file from now on: what was kept, and all that comes. Every event is with
the system at once, so that a program that is killed has lost none. The file is only
for its owner, and has `.part` behind its name until it is finished.
@function tape:write
@string path
@string head a line of JSON
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "exists", "local"
*/
static int shell_tape_lua_write(lua_State *L)
{
  size_t length;
  struct tape *tape = shell_tape_check(L, 1);
  const char *path = luaL_checkstring(L, 2);
  const char *head = luaL_checklstring(L, 3, &length);
  luaL_argcheck(L, tape->fd < 0, 1, "the tape is written already");
  if (!tape_write(tape, path, head, length))
    return fail(L, errno);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Note what happens beside the bytes: which verb begins, what failed.
@function tape:mark
@string text
*/
static int shell_tape_lua_mark(lua_State *L)
{
  size_t length;
  struct tape *tape = shell_tape_check(L, 1);
  const char *text = luaL_checklstring(L, 2, &length);
  tape_add(tape, TAPE_MARK, text, length);
  return 0;
}

/***
Nothing more is noted. A file that is written gets its name.
@function tape:finish
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "exists", "local"; what is in the file by then can be read
*/
static int shell_tape_lua_finish(lua_State *L)
{
  if (!tape_finish(shell_tape_check(L, 1)))
    return fail(L, errno);
  lua_pushboolean(L, 1);
  return 1;
}

/***
How many bytes of memory the kept events have.
@function tape:memory
@treturn int
*/
static int shell_tape_lua_memory(lua_State *L)
{
  const struct tape *tape = shell_tape_check(L, 1);
  size_t size = tape->first.capacity + tape->last.capacity;
  lua_pushinteger(L, (lua_Integer)size);
  return 1;
}

/***
Let go of everything; what was kept is wiped. Harmless when repeated.
@function tape:close
*/
static int shell_tape_lua_close(lua_State *L)
{
  struct tape *tape = check_any(L);
  if (tape->vault != NULL)
    tape_close(tape);
  tape->vault = NULL;
  return 0;
}

static const luaL_Reg tape_methods[] = {
    {"close", shell_tape_lua_close},
    {"finish", shell_tape_lua_finish},
    {"hide", shell_tape_lua_hide},
    {"mark", shell_tape_lua_mark},
    {"memory", shell_tape_lua_memory},
    {"write", shell_tape_lua_write},
    {"__gc", shell_tape_lua_close},
    {"__close", shell_tape_lua_close},
    {NULL, NULL},
};

static const luaL_Reg scrub_methods[] = {
    {"close", scrub_lua_close},
    {"feed", scrub_lua_feed},
    {"finish", scrub_lua_finish},
    {"hide", scrub_lua_hide},
    {"__gc", scrub_lua_close},
    {"__close", scrub_lua_close},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"new", shell_tape_lua_new},
    {"scrubber", shell_tape_lua_scrubber},
    {NULL, NULL},
};

static void add_class(lua_State *L, const char *name, const luaL_Reg *methods)
{
  if (luaL_newmetatable(L, name)) {
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}

int luaopen_host_tape(lua_State *L)
{
  add_class(L, TAPE_NAME, tape_methods);
  add_class(L, SCRUB_NAME, scrub_methods);
  luaL_newlib(L, functions);
  return 1;
}
