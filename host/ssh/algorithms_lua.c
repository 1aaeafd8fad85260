/***
Which algorithms are offered to a device, in which order.
Lists are strings: names with commas in between, most wanted first. There are five of
them: `kex`, `hostkey_types`, `ciphers`, `macs`, `publickey_types`.
@module host.algorithms
*/
#include <lauxlib.h>

#include "core/library.h"
#include "core/op.h"
#include "ssh/algorithms.h"

static enum algorithms_kind check_kind(lua_State *L, int index)
{
  enum algorithms_kind kind = algorithms_kind_of(luaL_checkstring(L, index));
  luaL_argcheck(L, kind != ALGORITHMS_COUNT, index,
                "expected kex, hostkey_types, ciphers, macs or publickey_types");
  return kind;
}

static int fail_profile(lua_State *L, const char *profile)
{
  lua_pushfstring(L,
                  "no algorithm profile \"%s\": try default, modern, "
                  "legacy-cisco, legacy-all",
                  profile);
  return op_fail(L, ERROR_ALGORITHM, lua_tostring(L, -1));
}

/* An array of the names in a comma list. */
static void push_names(lua_State *L, const char *names)
{
  lua_newtable(L);
  lua_Integer count = 0;
  for (const char *end = names; *names != '\0'; names = *end != '\0' ? end + 1 : end) {
    for (end = names; *end != '\0' && *end != ',';)
      end++;
    lua_pushlstring(L, names, (size_t)(end - names));
    lua_rawseti(L, -2, ++count);
  }
}

/***
The lists of a profile.
@function default
@string[opt="default"] profile "default"; "modern", without what only old devices need;
"legacy-cisco", the default with SHA-1, CBC and group 1 behind it; "legacy-all", all
that libssh has, which is the same today
@treturn[1] table the five lists by name, as `connect` takes them
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: algorithm
*/
static int algorithms_lua_default(lua_State *L)
{
  const char *profile = luaL_optstring(L, 1, "default");
  lua_createtable(L, 0, ALGORITHMS_COUNT);
  for (int i = 0; i < ALGORITHMS_COUNT; i++) {
    enum algorithms_kind kind = (enum algorithms_kind)i;
    const char *names = algorithms_profile(profile, kind);
    if (names == NULL)
      return fail_profile(L, profile);
    lua_pushstring(L, names);
    lua_setfield(L, -2, algorithms_word(kind));
  }
  return 1;
}

/***
A full list from what a user wrote, in OpenSSH's way: "+a,b" adds behind the profile's
list, "^a" in front of it, "-a" takes away, anything else is the list itself. Names may
have the globs `*` and `?`.
@function expand
@string kind `kex`, `hostkey_types`, `ciphers`, `macs` or `publickey_types`
@string text
@string[opt="default"] profile
@treturn[1] string the list
@treturn[1] ?table names that nothing here can do, and that are not in the list
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: algorithm
*/
static int algorithms_lua_expand(lua_State *L)
{
  struct algorithms_list list, unknown;
  enum algorithms_kind kind = check_kind(L, 1);
  const char *text = luaL_checkstring(L, 2);
  const char *profile = luaL_optstring(L, 3, "default");
  const char *base = algorithms_profile(profile, kind);
  if (base == NULL)
    return fail_profile(L, profile);
  if (!algorithms_expand(kind, base, text, &list, &unknown)) {
    lua_pushfstring(L, "%s = \"%s\" leaves nothing to offer; possible are: %s",
                    algorithms_word(kind), text, algorithms_supported(kind));
    return op_fail(L, ERROR_ALGORITHM, lua_tostring(L, -1));
  }
  lua_pushstring(L, list.names);
  if (unknown.names[0] == '\0')
    return 1;
  push_names(L, unknown.names);
  return 2;
}

/***
All that can be done here.
@function supported
@string kind
@treturn string list
*/
static int algorithms_lua_supported(lua_State *L)
{
  lua_pushstring(L, algorithms_supported(check_kind(L, 1)));
  return 1;
}

/***
Host key algorithms with those of known keys first, so that a device shows a key that
can be judged.
@function prefer
@string list
@string types comma list of key types, as `store:types` gives it
@treturn string list
*/
static int algorithms_lua_prefer(lua_State *L)
{
  struct algorithms_list list;
  algorithms_prefer(luaL_checkstring(L, 1), luaL_checkstring(L, 2), &list);
  lua_pushstring(L, list.names);
  return 1;
}

/***
Take libssh's complaint that there is nothing in common apart.
@function parse_mismatch
@string message
@treturn ?table `method` (libssh's word), `kind` (nil for compression), `server`,
`client`, `possible` (what the server offers and can be done here, most wanted first):
arrays of names; `is_cut`: libssh had no room for all of it. Nil: the message is about
something else.
*/
static int algorithms_lua_parse_mismatch(lua_State *L)
{
  struct algorithms_mismatch mismatch;
  if (!algorithms_parse_mismatch(luaL_checkstring(L, 1), &mismatch)) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, 0, 6);
  lua_pushstring(L, mismatch.method);
  lua_setfield(L, -2, "method");
  if (mismatch.kind != ALGORITHMS_COUNT)
    lua_pushstring(L, algorithms_word(mismatch.kind));
  else
    lua_pushnil(L);
  lua_setfield(L, -2, "kind");
  push_names(L, mismatch.server.names);
  lua_setfield(L, -2, "server");
  push_names(L, mismatch.client.names);
  lua_setfield(L, -2, "client");
  push_names(L, mismatch.possible.names);
  lua_setfield(L, -2, "possible");
  lua_pushboolean(L, mismatch.is_cut);
  lua_setfield(L, -2, "is_cut");
  return 1;
}

static const luaL_Reg functions[] = {
    {"default", algorithms_lua_default},
    {"expand", algorithms_lua_expand},
    {"parse_mismatch", algorithms_lua_parse_mismatch},
    {"prefer", algorithms_lua_prefer},
    {"supported", algorithms_lua_supported},
    {NULL, NULL},
};

int luaopen_host_algorithms(lua_State *L)
{
  luaL_newlib(L, functions);
  return 1;
}
