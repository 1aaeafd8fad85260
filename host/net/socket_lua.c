/***
A connected socket that nobody reads yet. Whoever is given it takes it over.
@classmod moonwire.socket
*/
#include "net/socket_lua.h"

#include <lauxlib.h>
#include <unistd.h>

#define SOCKET_NAME "moonwire.socket"

/***
Close it. Harmless when it was closed or given away before.
@function close
*/
static int socket_close(lua_State *L)
{
  struct socket_box *box = luaL_checkudata(L, 1, SOCKET_NAME);
  if (box->fd >= 0)
    close(box->fd);
  box->fd = -1;
  if (box->way.self != NULL)
    box->way.release(box->way.self); /* behind the descriptor */
  box->way.self = NULL;
  return 0;
}

struct socket_box *socket_lua_push(lua_State *L)
{
  struct socket_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = (struct socket_box){.fd = -1};
  luaL_setmetatable(L, SOCKET_NAME);
  return box;
}

struct socket_box *socket_lua_check(lua_State *L, int index)
{
  struct socket_box *box = luaL_checkudata(L, index, SOCKET_NAME);
  luaL_argcheck(L, box->fd >= 0, index, "the socket is closed");
  return box;
}

/* The socket still stands, and whoever reads it finds its end. */
static void on_way_lost(void *owner, enum error error, const char *message)
{
  struct socket_box *box = owner;
  (void)error;
  (void)message;
  box->way.self = NULL;
}

void socket_lua_ride(struct socket_box *box, const struct fdline_way *way)
{
  box->way = *way;
  way->bind(way->self, box, on_way_lost);
}

struct fdline *socket_lua_take(struct socket_box *box, struct watches *watches)
{
  struct fdline *line = fdline_open(watches, box->fd);
  box->fd = -1;
  if (line != NULL && box->way.self != NULL) {
    fdline_ride(line, &box->way);
    box->way.self = NULL;
  }
  return line;
}

static const luaL_Reg methods[] = {
    {"close", socket_close},
    {"__gc", socket_close},
    {"__close", socket_close},
    {NULL, NULL},
};

void socket_lua_register(lua_State *L)
{
  luaL_newmetatable(L, SOCKET_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
