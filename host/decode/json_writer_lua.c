/***
JSON texts, written by yajl: keys sorted, integers kept.
@module host.json_writer
*/
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "core/bytes.h"
#include "core/library.h"

#define PAGE_NAME "moonwire.json_writer"
#define DEEPEST   100 /* levels; nothing of ours is, a table within itself would be */

enum { VALUE = 1, IS_INDENTED, NULL_VALUE, QUOTE, SHOW };

struct page {
  yajl_gen generator; /* NULL: none any more */
  struct bytes text;
  bool is_full; /* there was no memory for all of it */
};

struct field {
  const char *name; /* kept by the table that it is a key of, or by `names` */
  size_t length;
};

static int page_lua_gc(lua_State *L)
{
  struct page *page = luaL_checkudata(L, 1, PAGE_NAME);
  if (page->generator != NULL)
    yajl_gen_free(page->generator);
  page->generator = NULL;
  bytes_clear(&page->text);
  return 0;
}

static void on_print(void *context, const char *text, size_t length)
{
  struct page *page = context;
  if (!page->is_full && !bytes_add(&page->text, text, length))
    page->is_full = true;
}

static struct page *new_page(lua_State *L, bool is_indented)
{
  struct page *page = lua_newuserdatauv(L, sizeof *page, 0);
  *page = (struct page){.generator = NULL};
  luaL_setmetatable(L, PAGE_NAME);
  lua_toclose(L, -1);
  page->generator = yajl_gen_alloc(NULL);
  if (page->generator == NULL)
    luaL_error(L, "not enough memory");
  yajl_gen_config(page->generator, yajl_gen_beautify, (int)is_indented);
  yajl_gen_config(page->generator, yajl_gen_indent_string, "  ");
  yajl_gen_config(page->generator, yajl_gen_print_callback, on_print, page);
  return page;
}

/* As it stands, at a value's place. */
static void write_verbatim(struct page *page, const char *text, size_t length)
{
  yajl_gen_number(page->generator, text, length);
}

/* Nothing in it that a terminal or a script would obey, and no byte beyond ASCII. */
static bool is_plain(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte >= 0x7f || (byte < ' ' && byte != '\n' && byte != '\t' && byte != '\r'))
      return false;
  }
  return true;
}

/* What stands at the top becomes what the function at 'how' makes of it. */
static const char *remade(lua_State *L, int how, size_t *length)
{
  lua_pushvalue(L, how);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  return luaL_checklstring(L, -1, length);
}

/* The string at the top, which it takes. */
static void write_string(lua_State *L, struct page *page)
{
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (is_plain(text, length)) {
    yajl_gen_string(page->generator, (const unsigned char *)text, length);
  } else {
    text = remade(L, QUOTE, &length);
    write_verbatim(page, text, length);
  }
  lua_pop(L, 1);
}

static void write_key(lua_State *L, struct page *page, const struct field *field)
{
  size_t length = field->length;
  const char *name = field->name;
  lua_pushlstring(L, name, length);
  if (!is_plain(name, length))
    name = remade(L, SHOW, &length);
  yajl_gen_string(page->generator, (const unsigned char *)name, length);
  lua_pop(L, 1);
}

static void write_number(lua_State *L, struct page *page)
{
  if (!lua_isinteger(L, -1) && !isfinite(lua_tonumber(L, -1))) {
    yajl_gen_null(page->generator);
    lua_pop(L, 1);
    return;
  }
  size_t length;
  const char *digits = luaL_tolstring(L, -1, &length);
  write_verbatim(page, digits, length);
  lua_pop(L, 2);
}

static int by_name(const void *left, const void *right)
{
  const struct field *a = left, *b = right;
  int order = memcmp(a->name, b->name, a->length < b->length ? a->length : b->length);
  return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* The key at the top as a field; a key that is no string is found again in `names`. */
static struct field field_of(lua_State *L, int names)
{
  struct field field;
  if (lua_type(L, -1) == LUA_TSTRING) {
    field.name = lua_tolstring(L, -1, &field.length);
    return field;
  }
  field.name = luaL_tolstring(L, -1, &field.length);
  lua_pushvalue(L, -2);
  lua_rawset(L, names);
  return field;
}

/* Push an array of the table's fields, sorted. */
static struct field *sorted_fields(lua_State *L, int table, int names, size_t count)
{
  struct field *fields = lua_newuserdatauv(L, count * sizeof *fields, 0);
  size_t i = 0;
  for (lua_pushnil(L); lua_next(L, table) != 0 && i < count; i++) {
    lua_pop(L, 1);
    fields[i] = field_of(L, names);
  }
  qsort(fields, count, sizeof *fields, by_name);
  return fields;
}

static void push_value_of(lua_State *L, int table, int names, const struct field *field)
{
  lua_pushlstring(L, field->name, field->length);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, names) == LUA_TNIL)
    lua_pop(L, 1);
  else
    lua_remove(L, -2);
  lua_rawget(L, table);
}

static void write_value(lua_State *L, struct page *page, int depth);

static void write_object(lua_State *L, struct page *page, size_t count, int depth)
{
  int table = lua_gettop(L);
  lua_newtable(L);
  int names = table + 1;
  const struct field *fields = sorted_fields(L, table, names, count);
  yajl_gen_map_open(page->generator);
  for (size_t i = 0; i < count; i++) {
    write_key(L, page, &fields[i]);
    push_value_of(L, table, names, &fields[i]);
    write_value(L, page, depth + 1);
  }
  yajl_gen_map_close(page->generator);
  lua_settop(L, table);
}

static void write_array(lua_State *L, struct page *page, size_t count, int depth)
{
  yajl_gen_array_open(page->generator);
  for (size_t i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i);
    write_value(L, page, depth + 1);
  }
  yajl_gen_array_close(page->generator);
}

static size_t count_of(lua_State *L)
{
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
    count++;
  return count;
}

static bool is_object(lua_State *L)
{
  if (luaL_getmetafield(L, -1, "__jsontype") == LUA_TNIL)
    return false;
  const char *type = lua_tostring(L, -1);
  bool is = type != NULL && strcmp(type, "object") == 0;
  lua_pop(L, 1);
  return is;
}

/* The table at the top, which it takes. yajl would break the line of an empty one. */
static void write_table(lua_State *L, struct page *page, int depth)
{
  if (depth > DEEPEST)
    luaL_error(L, "nested too deep for JSON");
  size_t count = count_of(L);
  if (count == 0)
    write_verbatim(page, is_object(L) ? "{}" : "[]", 2);
  else if (lua_rawlen(L, -1) == count)
    write_array(L, page, count, depth);
  else
    write_object(L, page, count, depth);
  lua_pop(L, 1);
}

/* The value at the top, which it takes. */
static void write_value(lua_State *L, struct page *page, int depth)
{
  luaL_checkstack(L, LUA_MINSTACK, "nested too deep for JSON");
  if (lua_isnil(L, -1) || lua_rawequal(L, -1, NULL_VALUE)) {
    yajl_gen_null(page->generator);
    lua_pop(L, 1);
    return;
  }
  switch (lua_type(L, -1)) {
  case LUA_TBOOLEAN:
    yajl_gen_bool(page->generator, lua_toboolean(L, -1));
    lua_pop(L, 1);
    return;
  case LUA_TNUMBER:
    write_number(L, page);
    return;
  case LUA_TSTRING:
    write_string(L, page);
    return;
  case LUA_TUSERDATA: /* a secret says that it is one, and no more */
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    write_string(L, page);
    return;
  case LUA_TTABLE:
    write_table(L, page, depth);
    return;
  default:
    luaL_error(L, "JSON cannot say a %s", luaL_typename(L, -1));
  }
}

/***
Write a value. Raises for what JSON cannot say: functions, tables that contain
themselves. Numbers that are not finite become `null`, an empty table `[]` unless its
metatable has a `__jsontype` of "object".
@function encode
@param value
@bool is_indented on several lines; else on one, with no newline
@param null what becomes `null`, besides nil
@tparam function quote makes a JSON string, quotes included, of one that has bytes
beyond ASCII or that a terminal would obey
@tparam function show makes such a string fit for a key, without the quotes
@treturn string
*/
static int json_writer_lua_encode(lua_State *L)
{
  luaL_checkany(L, NULL_VALUE);
  luaL_checktype(L, QUOTE, LUA_TFUNCTION);
  luaL_checktype(L, SHOW, LUA_TFUNCTION);
  lua_settop(L, SHOW);
  struct page *page = new_page(L, lua_toboolean(L, IS_INDENTED));
  lua_pushvalue(L, VALUE);
  write_value(L, page, 1);
  if (page->is_full)
    return luaL_error(L, "not enough memory");
  lua_pushlstring(L, bytes_head(&page->text), page->text.length);
  return 1;
}

static const luaL_Reg methods[] = {
    {"__gc", page_lua_gc}, {"__close", page_lua_gc}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"encode", json_writer_lua_encode}, {NULL, NULL}};

int luaopen_host_json_writer(lua_State *L)
{
  luaL_newmetatable(L, PAGE_NAME);
  luaL_setfuncs(L, methods, 0);
  luaL_newlib(L, functions);
  return 1;
}
