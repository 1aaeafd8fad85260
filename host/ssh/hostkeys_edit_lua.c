/***
Known_hosts files, written anew by a script, with all the care that `store:append`
takes.
@module host.hostkeys
*/
#include "ssh/hostkeys_edit_lua.h"

#include <lauxlib.h>
#include <string.h>

#include "core/op.h"
#include "ssh/hostkeys.h"
#include "ssh/textfile.h"

enum { EDIT = 2 };

struct edit {
  lua_State *L;
  int status; /* of the call */
};

/* No error may leave from here: the file is locked. */
static bool edit(void *context, const struct textfile *text, struct textfile *edited,
                 int *code)
{
  struct edit *call = context;
  lua_State *L = call->L;
  size_t length = 0;
  lua_pushvalue(L, EDIT);
  lua_pushlstring(L, text->length > 0 ? text->bytes : "", text->length);
  call->status = lua_pcall(L, 1, 1, 0);
  const char *given = call->status == LUA_OK && lua_isstring(L, -1)
                          ? lua_tolstring(L, -1, &length)
                          : NULL;
  if (given != NULL)
    *code = textfile_append(edited, given, length);
  return given != NULL;
}

/***
Write a file anew. Other writers wait meanwhile; the file holds the old text or the new
one at any moment, also after a crash. Holds the loop up for as long as the disk takes.
@function edit
@string path made when it is missing, for its owner only
@tparam function change called with the text; what it returns is the new one, nil leaves
the old one. It may not wait; what it raises is raised, and the file is as it was.
@treturn[1] boolean true
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
int hostkeys_edit_lua(lua_State *L)
{
  struct hostkeys_failure failure;
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, strlen(path) == length, 1, "has a NUL in it");
  luaL_checktype(L, EDIT, LUA_TFUNCTION);
  lua_settop(L, EDIT);
  luaL_checkstack(L, 8, NULL);
  struct edit call = {L, LUA_OK};
  bool is_done = hostkeys_edit_file(path, edit, &call, &failure);
  if (call.status != LUA_OK)
    return lua_error(L);
  if (!is_done)
    return op_fail(L, failure.error, failure.message);
  lua_pushboolean(L, true);
  return 1;
}
