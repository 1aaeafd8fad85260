/***
YAML texts, composed from libyaml's events. Plain data only: no tags, no second
document, and nothing that a short text could blow up, by aliases of aliases or by
depth.
@module host.yaml
*/
#include <lauxlib.h>
#include <string.h>
#include <yaml.h>

#include "core/library.h"
#include "decode/notes_lua.h"
#include "decode/tree_lua.h"

#define BOX_NAME      "moonwire.yaml"
#define MOST_EXPANDED 1000000 /* values that aliases stand for */
#define LONGEST_WORD  5       /* of those that are more than text: "false" */

#define TEXT_TAG "tag:yaml.org,2002:str"

struct yaml_box {
  yaml_parser_t parser;
  yaml_event_t event; /* of no type: none */
  bool is_open;
};

struct yaml_level {
  lua_Integer size; /* values in it, aliases written out */
  bool has_key;     /* a map whose next event is a value */
  bool is_merge;    /* that value merges into the map */
  bool has_order;   /* a map that keeps its keys in order */
  bool has_merges;  /* something merges into it */
  bool has_name;    /* an anchor */
};

struct composer {
  lua_State *L;
  struct yaml_box *box;
  struct tree tree;
  struct yaml_level levels[TREE_DEEPEST + 1];
  lua_Integer expanded;
  const char *complaint; /* NULL: none so far */
  lua_Integer line;      /* of the complaint; 0: unknown */
};

static int yaml_lua_gc(lua_State *L)
{
  struct yaml_box *box = luaL_checkudata(L, 1, BOX_NAME);
  if (box->is_open) {
    yaml_event_delete(&box->event);
    yaml_parser_delete(&box->parser);
  }
  box->is_open = false;
  return 0;
}

static lua_Integer event_line(const struct composer *self)
{
  return (lua_Integer)self->box->event.start_mark.line + 1;
}

static bool fail(struct composer *self, const char *complaint)
{
  self->complaint = complaint;
  self->line = event_line(self);
  return false;
}

static struct yaml_level *top_level(struct composer *self)
{
  return &self->levels[self->tree.depth];
}

static bool wants_key(struct composer *self)
{
  return self->tree.levels[self->tree.depth].is_map && !top_level(self)->has_key;
}

static bool next_event(struct composer *self)
{
  struct yaml_box *box = self->box;
  yaml_event_delete(&box->event);
  if (yaml_parser_parse(&box->parser, &box->event))
    return true;
  bool has_place = box->parser.error != YAML_READER_ERROR;
  /* libyaml's words are about the form, and never quote the text */
  self->complaint =
      box->parser.problem != NULL ? box->parser.problem : "this is no YAML";
  self->line = has_place ? (lua_Integer)box->parser.problem_mark.line + 1 : 0;
  return false;
}

/* Maps of tables keep the order of their keys: those are devices, groups or hosts. With
** its first plain value a map is seen to be none of them. */
static bool is_ordered(lua_State *L)
{
  return lua_istable(L, -1) || lua_rawequal(L, -1, NULL_VALUE);
}

/* The value on top goes to the key below it, and the key to those in order. */
static void note_order(struct composer *self, struct yaml_level *level)
{
  lua_State *L = self->L;
  int key = lua_gettop(L) - 1;
  if (!level->has_order)
    return;
  level->has_order = is_ordered(L);
  if (level->has_order) {
    lua_pushvalue(L, key);
    notes_append(L, ORDER, key - 1);
  } else {
    lua_pushnil(L);
    notes_set(L, ORDER, key - 1);
  }
}

/* The value on top, so large when aliases are written out, goes where it belongs. */
static void add_value(struct composer *self, lua_Integer size)
{
  struct yaml_level *level = top_level(self);
  level->size += size;
  level->has_key = false;
  if (level->is_merge) {
    level->is_merge = false;
    level->has_merges = true;
    notes_append(self->L, MERGES, lua_gettop(self->L) - 1);
    return;
  }
  if (self->tree.levels[self->tree.depth].is_map)
    note_order(self, level);
  tree_value(&self->tree);
}

static bool read_key(struct composer *self)
{
  const yaml_event_t *event = &self->box->event;
  struct yaml_level *level = top_level(self);
  if (event->type != YAML_SCALAR_EVENT)
    return fail(self, "a key must be a single word or text");
  const char *key = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  level->has_key = true;
  level->is_merge = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                    length == 2 && memcmp(key, "<<", 2) == 0;
  if (!tree_key(&self->tree, key, length))
    return fail(self, "a key is there twice in one mapping");
  notes_line(self->L, lua_gettop(self->L) - 1, event_line(self));
  if (level->is_merge)
    lua_pop(self->L, 1);
  return true;
}

static void note_item_line(struct composer *self)
{
  const struct tree_level *level = &self->tree.levels[self->tree.depth];
  if (self->tree.depth == 0 || level->is_map || !lua_istable(self->L, LINES))
    return;
  int list = lua_gettop(self->L);
  lua_pushinteger(self->L, level->count + 1);
  notes_line(self->L, list, event_line(self));
  lua_pop(self->L, 1);
}

/* Digits with several dots: an address, or a version. */
static bool is_dotted(const char *text, size_t length)
{
  int dots = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '.')
      dots++;
    else if (text[i] < '0' || text[i] > '9')
      return false;
  }
  return dots > 1;
}

/* The word on top becomes what Lua says; what it is sure of is remembered. */
static void resolve_word(struct composer *self, size_t length)
{
  lua_State *L = self->L;
  lua_pushvalue(L, -1);
  if (length <= LONGEST_WORD && lua_rawget(L, WORDS) != LUA_TNIL) {
    lua_remove(L, -2);
    return;
  }
  lua_settop(L, -2);
  lua_pushvalue(L, RESOLVE);
  lua_pushvalue(L, -2);
  lua_pushinteger(L, event_line(self));
  lua_call(L, 2, 2);
  if (length <= LONGEST_WORD && lua_toboolean(L, -1)) {
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -3);
    lua_rawset(L, WORDS);
  }
  lua_pop(L, 1);
  lua_remove(L, -2);
}

/* A plain word is text when it begins with a letter and is too long for a special one;
** what else it may be is for Lua to say. */
static void push_plain(struct composer *self)
{
  const char *text = (const char *)self->box->event.data.scalar.value;
  size_t length = self->box->event.data.scalar.length;
  bool is_word = length > LONGEST_WORD && (unsigned char)text[0] > '9';
  lua_pushlstring(self->L, text, length);
  if (!is_word && !is_dotted(text, length))
    resolve_word(self, length);
}

static void name_scalar(struct composer *self, const yaml_char_t *anchor)
{
  if (anchor == NULL)
    return;
  lua_pushstring(self->L, (const char *)anchor);
  lua_pushvalue(self->L, -2);
  lua_rawset(self->L, ANCHORS);
}

static bool read_scalar(struct composer *self)
{
  const yaml_event_t *event = &self->box->event;
  const char *tag = (const char *)event->data.scalar.tag;
  if (wants_key(self))
    return read_key(self);
  if (tag != NULL && strcmp(tag, TEXT_TAG) != 0 && strcmp(tag, "!") != 0)
    return fail(self, "tags such as !vault or !include are not read");
  note_item_line(self);
  if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == NULL)
    push_plain(self);
  else
    lua_pushlstring(self->L, (const char *)event->data.scalar.value,
                    event->data.scalar.length);
  name_scalar(self, event->data.scalar.anchor);
  add_value(self, 1);
  return true;
}

static bool read_alias(struct composer *self)
{
  lua_State *L = self->L;
  if (wants_key(self))
    return read_key(self);
  note_item_line(self);
  lua_pushstring(L, (const char *)self->box->event.data.alias.anchor);
  if (lua_rawget(L, ANCHORS) == LUA_TNIL)
    return fail(self, "an alias has no anchor before it");
  lua_Integer size = notes_size(L);
  self->expanded += size;
  if (self->expanded > MOST_EXPANDED)
    return fail(self, "aliases of aliases stand for more than a million values");
  add_value(self, size);
  return true;
}

static void begin_notes(struct composer *self, const yaml_char_t *anchor)
{
  lua_State *L = self->L;
  int container = lua_gettop(L);
  struct yaml_level *level = top_level(self);
  *level = (struct yaml_level){.size = 1, .has_name = anchor != NULL};
  if (anchor != NULL) {
    lua_pushstring(L, (const char *)anchor);
    notes_set(L, NAMES, container);
  }
  if (lua_istable(L, LINES)) {
    lua_newtable(L);
    notes_set(L, LINES, container);
  }
}

static bool open_container(struct composer *self, bool is_map, const yaml_char_t *tag,
                           const yaml_char_t *anchor)
{
  if (wants_key(self))
    return read_key(self);
  note_item_line(self);
  if (!tree_open(&self->tree, is_map))
    return fail(self, "more than 64 levels deep");
  if (tag != NULL)
    return fail(self, "tags are not read");
  begin_notes(self, anchor);
  return true;
}

static bool open_map(struct composer *self)
{
  const yaml_event_t *event = &self->box->event;
  const yaml_char_t *tag = event->data.mapping_start.tag;
  if (!open_container(self, true, tag, event->data.mapping_start.anchor))
    return false;
  top_level(self)->has_order = true;
  return true;
}

static bool open_list(struct composer *self)
{
  const yaml_event_t *event = &self->box->event;
  const yaml_char_t *tag = event->data.sequence_start.tag;
  return open_container(self, false, tag, event->data.sequence_start.anchor);
}

/* Own keys win over merged ones, wherever the << stands. */
static bool merge_all(struct composer *self)
{
  lua_State *L = self->L;
  int map = lua_gettop(L);
  lua_pushvalue(L, MERGE);
  lua_pushvalue(L, map);
  notes_get(L, ORDER, map);
  notes_get(L, MERGES, map);
  lua_call(L, 3, 1);
  bool is_well = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_well || fail(self, "<< merges a mapping or a list of mappings");
}

static bool close_container(struct composer *self)
{
  struct yaml_level level = *top_level(self);
  if (level.has_merges && !merge_all(self))
    return false;
  if (level.has_name)
    notes_anchor(self->L, level.size);
  tree_close(&self->tree);
  add_value(self, level.size);
  return true;
}

static bool ignore(struct composer *self)
{
  (void)self;
  return true;
}

typedef bool reader(struct composer *self);

static reader *const readers[] = {
    [YAML_NO_EVENT] = ignore,
    [YAML_STREAM_START_EVENT] = ignore,
    [YAML_STREAM_END_EVENT] = ignore,
    [YAML_DOCUMENT_START_EVENT] = ignore,
    [YAML_DOCUMENT_END_EVENT] = ignore,
    [YAML_ALIAS_EVENT] = read_alias,
    [YAML_SCALAR_EVENT] = read_scalar,
    [YAML_SEQUENCE_START_EVENT] = open_list,
    [YAML_SEQUENCE_END_EVENT] = close_container,
    [YAML_MAPPING_START_EVENT] = open_map,
    [YAML_MAPPING_END_EVENT] = close_container,
};

/* All events, to the end of the text. */
static bool compose(struct composer *self)
{
  bool had_document = false;
  while (next_event(self)) {
    yaml_event_type_t type = self->box->event.type;
    if (type == YAML_STREAM_END_EVENT)
      return true;
    if (type == YAML_DOCUMENT_START_EVENT && had_document)
      return fail(self, "a second document begins");
    had_document = had_document || type == YAML_DOCUMENT_START_EVENT;
    if (!readers[type](self))
      return false;
  }
  return false;
}

static struct yaml_box *new_box(lua_State *L)
{
  size_t length;
  const char *text = lua_tolstring(L, SOURCE, &length);
  struct yaml_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (struct yaml_box){.is_open = false};
  luaL_setmetatable(L, BOX_NAME);
  lua_toclose(L, -1);
  if (!yaml_parser_initialize(&box->parser))
    luaL_error(L, "not enough memory");
  box->is_open = true;
  yaml_parser_set_encoding(&box->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&box->parser, (const unsigned char *)text, length);
  return box;
}

static void check_arguments(lua_State *L)
{
  luaL_checktype(L, SOURCE, LUA_TSTRING);
  luaL_checkany(L, NULL_VALUE);
  luaL_checktype(L, OBJECTS, LUA_TTABLE);
  luaL_checktype(L, ARRAYS, LUA_TTABLE);
  luaL_checktype(L, RESOLVE, LUA_TFUNCTION);
  luaL_checktype(L, MERGE, LUA_TFUNCTION);
  lua_settop(L, LINES);
  luaL_checkstack(L, BOX + LUA_MINSTACK, NULL);
  for (int table = ORDER; table < BOX; table++)
    lua_newtable(L);
}

/***
Compose the one document of a text.
@function decode
@string text in UTF-8
@param null what an empty document becomes
@tparam table objects the metatable of mappings
@tparam table arrays the metatable of lists
@tparam function resolve what an unquoted word is, and whether that holds wherever it
stands: it gets the word and its line
@tparam function merge it gets a mapping, its keys in order or nil, and a list of what
`<<` merges into it; false: that is something else than mappings
@tparam[opt] table lines takes for each mapping and list a table of lines, by key
@return[1] the value
@treturn[1] table order for each mapping of mappings and lists its keys as they stand
@return[2] nil
@treturn[2] string what is wrong, with nothing of the text in it
@treturn[2] int|nil line
*/
static int yaml_lua_decode(lua_State *L)
{
  check_arguments(L);
  struct composer self = {.L = L, .box = new_box(L)};
  self.tree = (struct tree){.L = L, .objects = OBJECTS, .arrays = ARRAYS};
  if (compose(&self)) {
    if (lua_gettop(L) == BOX)
      lua_pushvalue(L, NULL_VALUE);
    lua_pushvalue(L, ORDER);
    return 2;
  }
  luaL_pushfail(L);
  lua_pushstring(L, self.complaint);
  if (self.line > 0)
    lua_pushinteger(L, self.line);
  else
    luaL_pushfail(L);
  return 3;
}

static const luaL_Reg methods[] = {
    {"__gc", yaml_lua_gc}, {"__close", yaml_lua_gc}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"decode", yaml_lua_decode}, {NULL, NULL}};

int luaopen_host_yaml(lua_State *L)
{
  luaL_newmetatable(L, BOX_NAME);
  luaL_setfuncs(L, methods, 0);
  luaL_newlib(L, functions);
  return 1;
}
