#ifndef MOONWIRE_SSH_SHELL_LUA_H
#define MOONWIRE_SSH_SHELL_LUA_H

#include <lua.h>
#include <stdbool.h>

#include "ssh/stream.h"
#include "term/expect.h"

#define SHELL_NAME "moonwire.shell"

enum { SHELL = 1 }; /* its place among the arguments of its methods */

/* What the task sleeps for: one at a time. */
enum wish { WISH_NOTHING, WISH_OPEN, WISH_READ, WISH_WRITE };

struct shell {
  struct stream *stream; /* NULL: closed */
  struct expect expect;
  struct shell_op *sleeper;
  enum wish wish;
  enum stream_state awaited; /* for WISH_OPEN */
  bool is_out_of_memory, is_streaming;
};

struct shell *shell_check_lua(lua_State *L);

/* What needs no wait (shell_text_lua.c). */
int shell_lua_set_host(lua_State *L);
int shell_lua_set_terminators(lua_State *L);
int shell_lua_text(lua_State *L);
int shell_lua_discard(lua_State *L);
int shell_lua_length(lua_State *L);

#endif
