#ifndef MOONWIRE_TERM_SHELL_LUA_H
#define MOONWIRE_TERM_SHELL_LUA_H

#include <lua.h>
#include <stdbool.h>

#include "core/line.h"
#include "term/expect.h"
#include "term/tape.h"

#define SHELL_NAME "moonwire.shell"

enum { SHELL = 1 }; /* its place among the arguments of its methods */

/* What the task sleeps for: one at a time. */
enum wish { WISH_NOTHING, WISH_OPEN, WISH_READ, WISH_WRITE };

struct shell {
  struct line *line; /* NULL: closed */
  struct expect expect;
  struct shell_op *sleeper;
  enum wish wish;
  enum line_state awaited; /* for WISH_OPEN */
  size_t heard;            /* how much of what is said beside was known to the reader */
  struct tape *tape;       /* what is said is noted on it; or NULL */
  bool is_out_of_memory, is_streaming, is_listening, is_raw;
  struct bytes raw;      /* where nobody looks at them (shell_raw_lua.c) */
  struct take_op *taker; /* the task that waits for them */
};

/* The tape for what is said by us: bytes that are somebody else's are not noted. */
static inline struct tape *shell_lua_tape(const struct shell *shell)
{
  return shell->is_raw ? NULL : shell->tape;
}

/* How a shell is to be opened: options of its maker's table. */
struct shell_options {
  const char *term;
  int width, height;
  int limit;      /* bytes of text in one answer */
  double timeout; /* seconds until it must be open */
  bool is_lazy;   /* return when it was asked for */
  int tape;       /* where on the stack a tape is; zero: none */
};

/* Read the table at 'index' of the stack; raises when it holds what it must not. */
void shell_lua_options(lua_State *L, int index, struct shell_options *options);

/*
** Push a shell without a line, which keeps the value at index 1 alive. Only what
** follows may open the line, and shell_lua_start must be called then: with the line, or
** NULL and an error. It is the return value of the binding: the shell, when it is open.
*/
struct shell *shell_lua_push(lua_State *L, const struct shell_options *options);
struct shell_op *shell_lua_prepare(lua_State *L, struct shell *shell);
void shell_lua_attach(struct shell *shell, struct line *line, enum error error);
/* Instead: there is no line, for this reason. Returns what the binding does. */
int shell_lua_refuse(lua_State *L, struct shell_op *o, enum error error,
                     const char *message);
int shell_lua_start(lua_State *L, struct shell_op *o,
                    const struct shell_options *options);

struct shell *shell_check_lua(lua_State *L);

/* The metatable; once a state is enough. */
void shell_lua_register(lua_State *L);

/* The line tells this shell, and not somebody between them. */
void shell_lua_listen(struct shell *shell);

/* Something has changed: whether the sleeper has what it waits for. */
void shell_lua_see(struct shell *shell);

/* Nil, a message and a kind; the line may know more than the kind tells. */
int shell_lua_fail(lua_State *L, const struct shell *shell, enum error error);

/* The arguments behind the first are strings and secrets, or an error is raised; then
   they may go to the device, up to the index that the check returned
   (shell_write_lua.c). False: it takes no more. */
int shell_lua_check_bytes(lua_State *L);
bool shell_lua_give(lua_State *L, const struct shell *shell, int last);

/* Bytes as they are (shell_raw_lua.c). */
int shell_lua_raw(lua_State *L);
int shell_lua_take(lua_State *L);
void shell_lua_untake(struct shell *shell);

/* Give the class at the top of the stack the methods that need no wait
   (shell_text_lua.c). */
void shell_text_register(lua_State *L);

#endif
