/***
The host keys that are known, from OpenSSH's known_hosts files.
A store is read once; a file that cannot be read whole is an error, not an empty store.
Public keys are written as in known_hosts, without the host: "ssh-ed25519 AAAA…".
@module host.hostkeys
*/
#include "ssh/hostkeys_lua.h"

#include <lauxlib.h>
#include <string.h>

#include "core/library.h"
#include "core/op.h"
#include "ssh/hostkeys_edit_lua.h"
#include "ssh/hostkeys_sweep_lua.h"
#include "ssh/known_hosts.h"

#define HOSTKEYS_NAME "moonwire.hostkeys"

struct hostkeys_box {
  struct hostkeys *store;
  struct hostkeys_queue *queue; /* NULL: nobody had to wait so far */
};

struct key_text {
  unsigned char bytes[KNOWN_HOSTS_KEY_SIZE];
  struct hostkeys_key key;
};

struct hostkeys *hostkeys_check_lua(lua_State *L, int index)
{
  struct hostkeys_box *box = luaL_checkudata(L, index, HOSTKEYS_NAME);
  return box->store;
}

/* Empty, for the collector. */
static struct hostkeys_box *push_box(lua_State *L)
{
  struct hostkeys_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (struct hostkeys_box){NULL, NULL};
  luaL_setmetatable(L, HOSTKEYS_NAME);
  return box;
}

void hostkeys_push_lua(lua_State *L, struct hostkeys *store)
{
  push_box(L)->store = store;
}

static struct hostkeys *push_new(lua_State *L)
{
  struct hostkeys_box *box = push_box(L);
  box->store = hostkeys_new();
  if (box->store == NULL)
    luaL_error(L, "not enough memory");
  return box->store;
}

static int hostkeys_gc(lua_State *L)
{
  struct hostkeys_box *box = luaL_checkudata(L, 1, HOSTKEYS_NAME);
  hostkeys_queue_release(box->queue);
  hostkeys_release(box->store);
  *box = (struct hostkeys_box){NULL, NULL};
  return 0;
}

static void check_key(lua_State *L, int index, struct key_text *text)
{
  size_t length;
  const char *words = luaL_checklstring(L, index, &length);
  const char *blank = memchr(words, ' ', length);
  luaL_argcheck(L, blank != NULL, index, "expected \"TYPE BASE64\"");
  struct known_hosts_text type = {words, (size_t)(blank - words)};
  struct known_hosts_text key = {blank + 1, length - type.length - 1};
  const char *comment = memchr(key.at, ' ', key.length);
  if (comment != NULL)
    key.length = (size_t)(comment - key.at);
  text->key.bytes = text->bytes;
  text->key.length = known_hosts_decode(type, key, text->bytes);
  luaL_argcheck(L, text->key.length > 0, index, "not a public key");
}

/* A string that C reads to its end: behind a NUL it could say something else. */
static const char *check_text(lua_State *L, int index)
{
  size_t length;
  const char *text = luaL_checklstring(L, index, &length);
  luaL_argcheck(L, strlen(text) == length, index, "has a NUL in it");
  return text;
}

static struct hostkeys_peer check_peer(lua_State *L, int address)
{
  lua_Integer port = luaL_optinteger(L, 3, 22);
  luaL_argcheck(L, port > 0 && port <= UINT16_MAX, 3, "not a port");
  return (struct hostkeys_peer){
      .host = check_text(L, 2),
      .address = lua_isnoneornil(L, address) ? NULL : check_text(L, address),
      .port = (uint16_t)port,
  };
}

static bool load_files(lua_State *L, struct hostkeys *store,
                       struct hostkeys_failure *failure)
{
  lua_Integer count = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, -1, i);
    const char *path = lua_tostring(L, -1);
    luaL_argcheck(L, path != NULL, 1, "files must be paths");
    bool is_loaded = hostkeys_load_file(store, path, false, failure);
    lua_pop(L, 1);
    if (!is_loaded)
      return false;
  }
  return true;
}

static bool load_text(lua_State *L, struct hostkeys *store,
                      struct hostkeys_failure *failure)
{
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  luaL_argcheck(L, text != NULL, 1, "text must be a string");
  return hostkeys_load_text(store, text, length, "text", failure);
}

static bool load(lua_State *L, struct hostkeys *store, struct hostkeys_failure *failure)
{
  bool has_text = lua_getfield(L, 1, "text") != LUA_TNIL;
  if (has_text && !load_text(L, store, failure))
    return false;
  if (lua_getfield(L, 1, "files") != LUA_TNIL)
    return load_files(L, store, failure);
  return has_text || hostkeys_load_default(store, failure);
}

/***
Read known_hosts files into a store.
@function open
@tparam[opt] table options `files`: paths, each of which must be there; `text`: lines
from elsewhere. With neither, the files that OpenSSH reads, as far as they exist.
@treturn[1] store
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
static int hostkeys_lua_open(lua_State *L)
{
  struct hostkeys_failure failure;
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct hostkeys *store = push_new(L);
  if (!load(L, store, &failure))
    return op_fail(L, failure.error, failure.message);
  lua_settop(L, 2);
  return 1;
}

static void push_record(lua_State *L, const struct hostkeys_record *record)
{
  char fingerprint[HOSTKEYS_FINGERPRINT_SIZE];
  hostkeys_fingerprint(record->key, fingerprint);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, record->file);
  lua_setfield(L, -2, "file");
  lua_pushinteger(L, record->line);
  lua_setfield(L, -2, "line");
  lua_pushstring(L, record->type);
  lua_setfield(L, -2, "type");
  lua_pushstring(L, fingerprint);
  lua_setfield(L, -2, "fingerprint");
}

static void push_detail(lua_State *L, const struct hostkeys_match *match)
{
  lua_createtable(L, 0, 4);
  if (match->record.file != NULL) {
    push_record(L, &match->record);
    lua_setfield(L, -2, "record");
  }
  lua_createtable(L, (int)match->expected_count, 0);
  for (unsigned i = 0; i < match->expected_count; i++) {
    push_record(L, &match->expected[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "expected");
  lua_pushboolean(L, match->is_other_type);
  lua_setfield(L, -2, "is_other_type");
  lua_pushboolean(L, match->has_authority);
  lua_setfield(L, -2, "has_authority");
}

static const char *const verdicts[] = {
    [HOSTKEYS_KNOWN] = "known",     [HOSTKEYS_UNKNOWN] = "unknown",
    [HOSTKEYS_CHANGED] = "changed", [HOSTKEYS_REVOKED] = "revoked",
    [HOSTKEYS_FAILED] = "failed",
};

/***
Is this the key of this host?
A host whose other keys are known has "changed" even if none of them is of this type.
@function store:lookup
@string host as the user writes it
@int[opt=22] port
@string key
@string[opt] address what the name resolved to; asked when nobody knows the name
@treturn string "known", "unknown", "changed", "revoked", or "failed" (no memory, or a
name that is too long): whatever is not "known" is not to be trusted
@treturn table detail: `record` (when known or revoked: `file`, `line`, `type`,
`fingerprint`), `expected` (when changed: up to four such records), `is_other_type`,
`has_authority` (a `@cert-authority` line names the host; certificates are not checked)
*/
static int hostkeys_lua_lookup(lua_State *L)
{
  struct hostkeys *store = hostkeys_check_lua(L, 1);
  struct hostkeys_peer peer = check_peer(L, 5);
  struct hostkeys_match match;
  struct key_text text;
  check_key(L, 4, &text);
  hostkeys_lookup(store, &peer, text.key, &match);
  lua_pushstring(L, verdicts[match.verdict]);
  push_detail(L, &match);
  return 2;
}

/***
Wait until what the first lookup of a host has to do where lines are hashed is done: on
threads of the pool, for several hosts at once. Without it the lookup does it itself,
and everybody waits meanwhile: 10 ms where 100,000 lines are hashed.
@function store:prepare
@string host
@int[opt=22] port
@string[opt] address
@treturn boolean true
*/
static int hostkeys_lua_prepare(lua_State *L)
{
  struct hostkeys_box *box = luaL_checkudata(L, 1, HOSTKEYS_NAME);
  struct hostkeys_peer peer = check_peer(L, 4);
  bool is_ready = hostkeys_is_swept(box->store, &peer);
  if (!is_ready && box->queue == NULL)
    box->queue = hostkeys_queue_new(box->store);
  if (!is_ready && box->queue != NULL)
    return hostkeys_queue_wait(L, box->queue, &peer);
  lua_pushboolean(L, true);
  return 1;
}

/***
Which types of keys are known of a host.
@function store:types
@string host
@int[opt=22] port
@string[opt] address
@treturn[1] string comma list such as "ssh-rsa,ssh-ed25519"; "" when none is known
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
static int hostkeys_lua_types(lua_State *L)
{
  char types[HOSTKEYS_TYPES_SIZE];
  struct hostkeys *store = hostkeys_check_lua(L, 1);
  struct hostkeys_peer peer = check_peer(L, 4);
  if (!hostkeys_types(store, &peer, types))
    return op_fail(L, ERROR_LOCAL, "the host could not be looked up");
  lua_pushstring(L, types);
  return 1;
}

/***
Trust a key from now on, in memory: "accept-new". Only a host of which no key is known
can be added.
@function store:add
@string host
@int[opt=22] port
@string key
@treturn[1] boolean true: it is known now, or was before
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: hostkey
*/
static int hostkeys_lua_add(lua_State *L)
{
  struct hostkeys *store = hostkeys_check_lua(L, 1);
  struct hostkeys_peer peer = check_peer(L, 5);
  struct key_text text;
  check_key(L, 4, &text);
  enum hostkeys_verdict verdict = hostkeys_add(store, &peer, text.key);
  if (verdict != HOSTKEYS_KNOWN) {
    lua_pushfstring(L, "the key of %s is not added: it is %s", peer.host,
                    verdict == HOSTKEYS_FAILED ? "not one that can be filed"
                                               : verdicts[verdict]);
    return op_fail(L, ERROR_HOSTKEY, lua_tostring(L, -1));
  }
  lua_pushboolean(L, true);
  return 1;
}

/***
Append the keys that `add` added and the file does not know yet. Other writers wait
meanwhile. What is not written whole is not written at all. Holds the loop up for as
long as the disk takes.
@function store:append
@string path made when it is missing
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local; hostkey when the file knows another key by now
*/
static int hostkeys_lua_append(lua_State *L)
{
  struct hostkeys_failure failure;
  struct hostkeys *store = hostkeys_check_lua(L, 1);
  if (!hostkeys_append_file(store, check_text(L, 2), &failure))
    return op_fail(L, failure.error, failure.message);
  lua_pushboolean(L, true);
  return 1;
}

/***
How many keys the store holds.
@function store:count
@treturn int keys, one for each line that names one
@treturn int lines that say nothing we understand
@treturn ?string where the first of those is: "FILE:LINE"
*/
static int hostkeys_lua_count(lua_State *L)
{
  struct hostkeys_count count = hostkeys_count(hostkeys_check_lua(L, 1));
  lua_pushinteger(L, (lua_Integer)count.keys);
  lua_pushinteger(L, (lua_Integer)count.junk);
  if (count.junk == 0)
    return 2;
  lua_pushfstring(L, "%s:%d", count.junk_file, (int)count.junk_line);
  return 3;
}

/***
The fingerprint of a public key, as `ssh-keygen -l` prints it.
@function fingerprint
@string key
@treturn string "SHA256:…"
*/
static int hostkeys_lua_fingerprint(lua_State *L)
{
  char fingerprint[HOSTKEYS_FINGERPRINT_SIZE];
  struct key_text text;
  check_key(L, 1, &text);
  hostkeys_fingerprint(text.key, fingerprint);
  lua_pushstring(L, fingerprint);
  return 1;
}

/***
Whether a key is the one that is pinned.
@function is_pinned
@string key
@string pin "SHA256:…", with or without padding; raises when it is not of this form
@treturn boolean
*/
static int hostkeys_lua_is_pinned(lua_State *L)
{
  struct key_text text;
  check_key(L, 1, &text);
  const char *pin = check_text(L, 2);
  luaL_argcheck(L, hostkeys_is_pin(pin), 2, "expected \"SHA256:\" and 43 characters");
  lua_pushboolean(L, hostkeys_pin(pin, text.key));
  return 1;
}

static const luaL_Reg methods[] = {
    {"add", hostkeys_lua_add},
    {"append", hostkeys_lua_append},
    {"count", hostkeys_lua_count},
    {"lookup", hostkeys_lua_lookup},
    {"prepare", hostkeys_lua_prepare},
    {"types", hostkeys_lua_types},
    {"__gc", hostkeys_gc},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"edit", hostkeys_edit_lua},
    {"fingerprint", hostkeys_lua_fingerprint},
    {"is_pinned", hostkeys_lua_is_pinned},
    {"open", hostkeys_lua_open},
    {NULL, NULL},
};

int luaopen_host_hostkeys(lua_State *L)
{
  luaL_newmetatable(L, HOSTKEYS_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, "protected");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, functions);
  return 1;
}
