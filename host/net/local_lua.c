/***
Sockets among the files of this machine, for programs of the same user.
@classmod moonwire.door
*/
#include <errno.h>
#include <lauxlib.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/op.h"
#include "net/line_lua.h"
#include "net/local.h"
#include "net/socket_lua.h"

#define LISTENER_NAME "moonwire.door"

enum { LISTENER = 1, PATH_VALUE = 1 };

struct accept_op {
  struct op op; /* first, so that a struct op * is a struct accept_op * */
  struct listener_box *box;
  int fd, error_number;
};

struct listener_box {
  struct watch watch;
  struct accept_op *sleeper;
  dev_t device;
  ino_t inode;
};

static int fail(lua_State *L, const char *doing)
{
  enum error error = ERROR_LOCAL;
  if (errno == ENOENT || errno == ECONNREFUSED)
    error = ERROR_REFUSED;
  else if (errno == EAGAIN)
    error = ERROR_TIMEOUT;
  lua_pushfstring(L, "%s: %s", doing, uv_strerror(-errno));
  return op_fail(L, error, lua_tostring(L, -1));
}

/* ---- accept ---- */

static void wake(struct listener_box *box, enum error error)
{
  struct accept_op *o = box->sleeper;
  box->sleeper = NULL;
  if (o != NULL)
    op_complete(&o->op, error);
}

/* Who hung up before being let in is nobody. */
static bool is_nobody(int error)
{
  return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

static void try_accept(struct listener_box *box)
{
  struct accept_op *o = box->sleeper;
  o->fd = accept4(box->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  o->error_number = o->fd < 0 ? errno : 0;
  if (o->fd >= 0)
    wake(box, ERROR_NONE);
  else if (!is_nobody(o->error_number))
    wake(box, ERROR_LOCAL);
}

static void on_events(struct watch *watch, unsigned events)
{
  struct listener_box *box =
      (struct listener_box *)(void *)((char *)watch -
                                      offsetof(struct listener_box, watch));
  (void)events;
  if (box->sleeper != NULL)
    try_accept(box);
  if (box->sleeper == NULL)
    watch_change(watch, 0); /* level-triggered: until somebody waits again */
}

static void accept_detach(struct op *op)
{
  ((struct accept_op *)op)->box->sleeper = NULL;
}

static int accept_push(struct op *op, lua_State *L)
{
  const struct accept_op *o = (struct accept_op *)op;
  uid_t user;
  pid_t process;
  errno = o->error_number;
  if (op->error == ERROR_LOCAL)
    return fail(L, "cannot let anybody in");
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, NULL);
  socket_lua_push(L)->fd = o->fd;
  if (!local_peer(o->fd, &user, &process))
    return fail(L, "cannot see who it is");
  lua_pushinteger(L, (lua_Integer)user);
  lua_pushinteger(L, (lua_Integer)process);
  return 3;
}

/***
Wait for somebody to connect.
@function accept
@treturn[1] socket to be given to `host.line.open`
@treturn[1] int number of the user at the other end
@treturn[1] int number of the process
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: closed, local
*/
static int listener_accept(lua_State *L)
{
  struct listener_box *box = luaL_checkudata(L, LISTENER, LISTENER_NAME);
  luaL_argcheck(L, box->sleeper == NULL, LISTENER, "another task waits there");
  if (box->watch.fd < 0)
    return op_fail(L, ERROR_CLOSED, NULL);
  struct accept_op *o = op_new(L, sizeof *o, accept_push, accept_detach);
  o->box = box;
  o->fd = -1;
  box->sleeper = o;
  try_accept(box);
  if (box->sleeper != NULL)
    watch_change(&box->watch, EPOLLIN);
  return op_wait(L, &o->op);
}

/* The file is ours as long as it is the same one. */
static void take_away(const struct listener_box *box, const char *path)
{
  struct stat status;
  if (path != NULL && lstat(path, &status) == 0 && status.st_dev == box->device &&
      status.st_ino == box->inode)
    unlink(path);
}

static int listener_close(lua_State *L)
{
  struct listener_box *box = luaL_checkudata(L, LISTENER, LISTENER_NAME);
  if (box->watch.fd < 0)
    return 0;
  watch_stop(&box->watch);
  close(box->watch.fd);
  box->watch.fd = -1;
  lua_getiuservalue(L, LISTENER, PATH_VALUE);
  take_away(box, lua_tostring(L, -1));
  wake(box, ERROR_CLOSED);
  return 0;
}

/* ---- listen and connect ---- */

static bool start(struct listener_box *box, struct watches *watches, int fd,
                  const char *path)
{
  struct stat status;
  box->watch.on_events = on_events;
  if (lstat(path, &status) < 0 || !watch_start(watches, &box->watch, fd, 0)) {
    box->watch.fd = -1;
    return false;
  }
  box->device = status.st_dev;
  box->inode = status.st_ino;
  return true;
}

/***
Listen at a path, where only this user can connect. The file goes when it is closed.
@function host.line.listen
@string path
@treturn[1] door
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: local
*/
int local_lua_listen(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  struct listener_box *box = lua_newuserdatauv(L, sizeof *box, 1);
  memset(box, 0, sizeof *box);
  box->watch.fd = -1;
  luaL_setmetatable(L, LISTENER_NAME);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, PATH_VALUE);
  int fd = local_listen(path);
  if (fd < 0)
    return fail(L, path);
  if (start(box, host_of(L)->watches, fd, path))
    return 1;
  int error = errno;
  close(fd);
  errno = error;
  return fail(L, path);
}

/***
Connect to a path at which this user listens, or the system's own. Nobody else is
talked to.
@function host.line.connect
@string path
@treturn[1] socket to be given to `open`
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: refused (nobody listens there), timeout (too many wait to be
let in), local
*/
int local_lua_connect(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  uid_t user;
  pid_t process;
  struct socket_box *box = socket_lua_push(L);
  box->fd = local_connect(path);
  if (box->fd < 0 || !local_peer(box->fd, &user, &process))
    return fail(L, path);
  if (user == geteuid() || user == 0)
    return 1;
  close(box->fd);
  box->fd = -1;
  lua_pushfstring(L, "%s: it is another user's (number %d)", path, (int)user);
  return op_fail(L, ERROR_LOCAL, lua_tostring(L, -1));
}

void local_lua_register(lua_State *L)
{
  static const luaL_Reg methods[] = {{"accept", listener_accept},
                                     {"close", listener_close},
                                     {"__gc", listener_close},
                                     {"__close", listener_close},
                                     {NULL, NULL}};
  luaL_newmetatable(L, LISTENER_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
