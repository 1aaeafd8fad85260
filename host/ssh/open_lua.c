/***
A shell on a channel of a client.
@module host.ssh
*/
#include <lauxlib.h>

#include "ssh/client_lua.h"
#include "ssh/stream_line.h"
#include "term/shell_lua.h"

enum { OPTIONS = 2 };

/***
Open a terminal and a shell on it.
@function client:shell
@tparam table options `command` (instead of the device's shell), `bare` (true: no
terminal), `term` ("vt100"), `width` (511), `height` (1000), `timeout` (15
seconds), `limit` (64 MiB of text in one answer), `lazy` (return when the shell was
asked for; what is written then travels right behind the request)
@treturn[1] shell
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: channel, timeout, dropped, closed
*/
int client_lua_shell(lua_State *L)
{
  struct client *client = client_check_lua(L, 1);
  struct shell_options given;
  lua_settop(L, OPTIONS);
  shell_lua_options(L, OPTIONS, &given);
  lua_getfield(L, OPTIONS, "command");
  const char *command = luaL_optstring(L, -1, NULL); /* alive in the table */
  lua_getfield(L, OPTIONS, "bare");
  bool is_bare = lua_toboolean(L, -1) != 0;
  struct stream_options options = {.command = command,
                                   .term = is_bare ? NULL : given.term,
                                   .width = given.width,
                                   .height = given.height};
  struct shell *shell = shell_lua_push(L, &given);
  struct shell_op *o = shell_lua_prepare(L, shell);
  struct line *line = stream_line_open(client, &options);
  if (line == NULL)
    return shell_lua_refuse(L, o, stream_refusal(client), client->message);
  shell_lua_attach(shell, line, ERROR_NONE);
  client_enter(client);
  client_leave(client); /* its step asks for the channel */
  return shell_lua_start(L, o, &given);
}
