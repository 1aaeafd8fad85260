/***
JSON texts, read by yajl. Only those that are well; who wants to know what is wrong with
another one asks a slower reader.
@module host.json
*/
#include <lauxlib.h>
#include <yajl/yajl_parse.h>

#include "core/library.h"
#include "decode/tree_lua.h"

#define BOX_NAME       "moonwire.json"
#define LONGEST_NUMBER 64 /* digits; what is longer is no number of ours */

enum { TEXT = 1, NULL_VALUE, OBJECTS, ARRAYS };

struct json_box {
  yajl_handle parser; /* NULL: none any more */
};

static int json_lua_gc(lua_State *L)
{
  struct json_box *box = luaL_checkudata(L, 1, BOX_NAME);
  if (box->parser != NULL)
    yajl_free(box->parser);
  box->parser = NULL;
  return 0;
}

/* Callbacks of yajl: 1 to go on, 0 to give up. */

static int add_value(struct tree *tree)
{
  tree_value(tree);
  return 1;
}

static int on_null(void *context)
{
  struct tree *tree = context;
  lua_pushvalue(tree->L, NULL_VALUE);
  return add_value(tree);
}

static int on_boolean(void *context, int value)
{
  struct tree *tree = context;
  lua_pushboolean(tree->L, value);
  return add_value(tree);
}

/* As Lua reads it: a whole number is an integer where there is one. */
static int on_number(void *context, const char *digits, size_t length)
{
  struct tree *tree = context;
  char text[LONGEST_NUMBER + 1];
  if (length > LONGEST_NUMBER)
    return 0;
  for (size_t i = 0; i < length; i++)
    text[i] = digits[i];
  text[length] = '\0';
  return lua_stringtonumber(tree->L, text) != 0 && add_value(tree);
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
  struct tree *tree = context;
  lua_pushlstring(tree->L, (const char *)text, length);
  return add_value(tree);
}

static int on_map(void *context)
{
  return tree_open(context, true);
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
  return tree_key(context, (const char *)key, length);
}

static int on_list(void *context)
{
  return tree_open(context, false);
}

static int on_end(void *context)
{
  struct tree *tree = context;
  tree_close(tree);
  return add_value(tree);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_list,
    .yajl_end_array = on_end,
};

static bool parse(lua_State *L, struct json_box *box, struct tree *tree)
{
  size_t length;
  const char *text = luaL_checklstring(L, TEXT, &length);
  box->parser = yajl_alloc(&callbacks, NULL, tree);
  if (box->parser == NULL)
    luaL_error(L, "not enough memory");
  yajl_config(box->parser, yajl_allow_comments, 1);
  return yajl_parse(box->parser, (const unsigned char *)text, length) ==
             yajl_status_ok &&
         yajl_complete_parse(box->parser) == yajl_status_ok;
}

/***
Read a text of which nothing is wrong.
@function decode
@string text
@param null what `null` becomes
@tparam table objects the metatable of objects
@tparam table arrays the metatable of arrays
@treturn[1] boolean true
@return[1] the value
@treturn[2] boolean false: a mistake, a key that is there twice in one object, or more
than 64 levels
@treturn[2] int how many bytes were well
*/
static int json_lua_decode(lua_State *L)
{
  luaL_checktype(L, TEXT, LUA_TSTRING);
  luaL_checkany(L, NULL_VALUE);
  luaL_checktype(L, OBJECTS, LUA_TTABLE);
  luaL_checktype(L, ARRAYS, LUA_TTABLE);
  lua_settop(L, ARRAYS);
  struct json_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->parser = NULL;
  luaL_setmetatable(L, BOX_NAME);
  lua_toclose(L, -1);
  struct tree tree = {.L = L, .objects = OBJECTS, .arrays = ARRAYS};
  bool is_well = parse(L, box, &tree);
  lua_pushboolean(L, is_well);
  if (is_well)
    lua_insert(L, -2);
  else
    lua_pushinteger(L, (lua_Integer)yajl_get_bytes_consumed(box->parser));
  return 2;
}

static const luaL_Reg methods[] = {
    {"__gc", json_lua_gc}, {"__close", json_lua_gc}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"decode", json_lua_decode}, {NULL, NULL}};

int luaopen_host_json(lua_State *L)
{
  luaL_newmetatable(L, BOX_NAME);
  luaL_setfuncs(L, methods, 0);
  luaL_newlib(L, functions);
  return 1;
}
