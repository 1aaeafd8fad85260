/***
The line being typed on our own terminal. Nothing in this module waits: bytes go in, and
what has happened comes out. Absent where the program was built without libedit.
@module host.editor
*/
#include <lauxlib.h>
#include <string.h>

#include "console/editor.h"
#include "core/library.h"
#include "core/op.h"

#define EDITOR_NAME "moonwire.editor"

static const char *const event_names[] = {
    [EDITOR_OPEN] = "open", [EDITOR_LINE] = "line",
    [EDITOR_END] = "end",   [EDITOR_INTERRUPT] = "interrupt",
    [EDITOR_TAB] = "tab",   [EDITOR_SUSPEND] = "suspend",
};

static struct editor *check_editor(lua_State *L)
{
  struct editor **box = luaL_checkudata(L, 1, EDITOR_NAME);
  luaL_argcheck(L, *box != NULL, 1, "editor is closed");
  return *box;
}

/* Text that goes to a terminal by way of C: a zero byte would cut it. */
static const char *check_text(lua_State *L, int index)
{
  size_t length;
  const char *text = luaL_checklstring(L, index, &length);
  luaL_argcheck(L, strlen(text) == length, index, "holds a zero byte");
  return text;
}

static int push_taken(lua_State *L, bool has_memory)
{
  if (!has_memory)
    return op_fail(L, ERROR_LOCAL, NULL);
  lua_pushboolean(L, true);
  return 1;
}

/***
Edit lines on the terminal that is standard input and output.
@function open
@bool is_utf8 what the terminal shows and sends
@treturn[1] editor
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int editor_lua_open(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TBOOLEAN);
  struct editor **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  luaL_setmetatable(L, EDITOR_NAME);
  *box = editor_open(lua_toboolean(L, 1));
  return *box != NULL ? 1 : op_fail(L, ERROR_LOCAL, "this terminal cannot edit lines");
}

/***
A line that is being typed.
@type editor
*/

/***
Take the terminal, and show a prompt with an empty line behind it.
@function editor:begin
@string prompt
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int editor_lua_begin(lua_State *L)
{
  return push_taken(L, editor_begin(check_editor(L), check_text(L, 2)));
}

/***
Give the terminal back until the next `begin`.
@function editor:leave
*/
static int editor_lua_leave(lua_State *L)
{
  editor_leave(check_editor(L));
  return 0;
}

/***
Take what was typed, until something has happened.
@function editor:feed
@string bytes cut anywhere
@treturn string "open" (more is needed), "line", "end" (^D on an empty line),
"interrupt" (^C), "tab", "suspend" (^Z)
@treturn string the bytes behind that
*/
static int editor_lua_feed(lua_State *L)
{
  struct editor *editor = check_editor(L);
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  size_t used;
  enum editor_event event = editor_feed(editor, bytes, length, &used);
  lua_pushstring(L, event_names[event]);
  lua_pushlstring(L, bytes + used, length - used);
  return 2;
}

/***
The line so far.
@function editor:text
@treturn string without the newline
@treturn integer how many bytes stand before the cursor
*/
static int editor_lua_text(lua_State *L)
{
  size_t length;
  size_t cursor;
  const char *text = editor_text(check_editor(L), &length, &cursor);
  lua_pushlstring(L, text, length);
  lua_pushinteger(L, (lua_Integer)(cursor < length ? cursor : length));
  return 2;
}

/***
Insert before the cursor.
@function editor:insert
@string text
@treturn[1] boolean true
@return[2] nil: the line would be too long
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int editor_lua_insert(lua_State *L)
{
  return push_taken(L, editor_insert(check_editor(L), check_text(L, 2)));
}

/***
Take the line from the screen, for something else to be written there.
@function editor:hide
*/
static int editor_lua_hide(lua_State *L)
{
  editor_hide(check_editor(L));
  return 0;
}

/***
Put the line back on the screen.
@function editor:show
*/
static int editor_lua_show(lua_State *L)
{
  editor_show(check_editor(L));
  return 0;
}

/***
Leave the line on the screen as it is; what comes stands below it.
@function editor:finish
*/
static int editor_lua_finish(lua_State *L)
{
  editor_finish(check_editor(L));
  return 0;
}

/***
The window has got another size.
@function editor:resize
*/
static int editor_lua_resize(lua_State *L)
{
  editor_resize(check_editor(L));
  return 0;
}

/***
Add a line to those that the arrow keys bring back.
@function editor:remember
@string line
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int editor_lua_remember(lua_State *L)
{
  return push_taken(L, editor_remember(check_editor(L), check_text(L, 2)));
}

/***
Give the terminal back. Closing again is harmless.
@function editor:close
*/
static int editor_lua_close(lua_State *L)
{
  struct editor **box = luaL_checkudata(L, 1, EDITOR_NAME);
  if (*box != NULL)
    editor_close(*box);
  *box = NULL;
  return 0;
}

static const luaL_Reg methods[] = {
    {"begin", editor_lua_begin},   {"close", editor_lua_close},
    {"feed", editor_lua_feed},     {"finish", editor_lua_finish},
    {"hide", editor_lua_hide},     {"insert", editor_lua_insert},
    {"leave", editor_lua_leave},   {"remember", editor_lua_remember},
    {"resize", editor_lua_resize}, {"show", editor_lua_show},
    {"text", editor_lua_text},     {"__close", editor_lua_close},
    {"__gc", editor_lua_close},    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"open", editor_lua_open},
    {NULL, NULL},
};

int luaopen_host_editor(lua_State *L)
{
  luaL_newmetatable(L, EDITOR_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
