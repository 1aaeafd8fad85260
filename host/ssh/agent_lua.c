/***
An ssh-agent, which keeps keys and signs with them. The keys never leave it.
@module host.ssh
*/
#include "ssh/agent_lua.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/un.h>

#include "core/op.h"
#include "ssh/hostkeys.h"

#define AGENT_NAME "moonwire.agent"

enum { TIMEOUT = 15 };

struct agent_box {
  struct agent *agent; /* NULL: closed */
};

struct open_op {
  struct op op;
  struct agent_box *box;
};

struct agent *agent_check_lua(lua_State *L, int index)
{
  struct agent_box *box = luaL_checkudata(L, index, AGENT_NAME);
  luaL_argcheck(L, box->agent != NULL, index, "the agent is closed");
  return box->agent;
}

static int agent_lua_close(lua_State *L)
{
  struct agent_box *box = luaL_checkudata(L, 1, AGENT_NAME);
  struct agent *agent = box->agent;
  box->agent = NULL;
  if (agent != NULL)
    agent_close(agent);
  return 0;
}

static void on_open(struct agent *agent, void *owner)
{
  struct open_op *o = owner;
  op_complete(&o->op, agent_error(agent));
}

static int open_push(struct op *op, lua_State *L)
{
  struct agent_box *box = ((struct open_op *)op)->box;
  if (op->error == ERROR_NONE) {
    lua_pushvalue(L, lua_gettop(L) - 1); /* the box, below the op */
    return 1;
  }
  int count = op_fail(L, op->error, agent_message(box->agent));
  agent_close(box->agent);
  box->agent = NULL;
  return count;
}

static void open_detach(struct op *op)
{
  struct agent_box *box = ((struct open_op *)op)->box;
  agent_close(box->agent);
  box->agent = NULL;
}

/***
Connect to an ssh-agent and ask for its keys. Logins of any number share it.
@function agent
@string path of its socket
@number[opt=15] timeout seconds for each of its answers; an agent that was late once is
not asked again
@treturn[1] agent
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: timeout, dropped, protocol, local
*/
int agent_lua_open(lua_State *L)
{
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  uint64_t timeout_ns = op_nanoseconds(luaL_optnumber(L, 2, TIMEOUT));
  if (length >= sizeof((struct sockaddr_un *)0)->sun_path || strlen(path) != length)
    return op_fail(L, ERROR_LOCAL, "the path of the ssh-agent is none of a socket");
  struct agent_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->agent = NULL;
  luaL_setmetatable(L, AGENT_NAME);
  struct open_op *o = op_new(L, sizeof *o, open_push, open_detach);
  struct host *host = host_of(L);
  o->box = box;
  box->agent = agent_open(&host->loop, &host->deadlines, path, timeout_ns, o, on_open);
  if (box->agent == NULL)
    return op_fail(L, ERROR_LOCAL, "not enough memory");
  return op_wait(L, &o->op);
}

static void push_identity(lua_State *L, const struct agent_identity *identity)
{
  char fingerprint[HOSTKEYS_FINGERPRINT_SIZE];
  hostkeys_fingerprint((struct hostkeys_key){identity->blob, identity->length},
                       fingerprint);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, identity->type);
  lua_setfield(L, -2, "type");
  lua_pushstring(L, identity->comment);
  lua_setfield(L, -2, "comment");
  lua_pushstring(L, fingerprint);
  lua_setfield(L, -2, "fingerprint");
  lua_pushlstring(L, (const char *)identity->blob, identity->length);
  lua_setfield(L, -2, "blob");
}

/***
The keys and certificates that the agent can sign for.
@function agent:identities
@treturn {table,...} each with `type` ("ssh-ed25519", …), `comment`, `fingerprint`
("SHA256:…") and `blob` (the public key as it travels)
*/
static int agent_lua_identities(lua_State *L)
{
  const struct agent *agent = agent_check_lua(L, 1);
  size_t count = agent_count(agent);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    push_identity(L, agent_identity(agent, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/***
Why the agent is of no use any more.
@function agent:trouble
@treturn ?string nil as long as it answers
@treturn ?string kind: timeout, dropped, protocol, local
*/
static int agent_lua_trouble(lua_State *L)
{
  const struct agent *agent = agent_check_lua(L, 1);
  if (agent_error(agent) == ERROR_NONE)
    return 0;
  lua_pushstring(L, agent_message(agent));
  lua_pushstring(L, error_kind(agent_error(agent)));
  return 2;
}

static const luaL_Reg methods[] = {
    {"close", agent_lua_close},     {"identities", agent_lua_identities},
    {"trouble", agent_lua_trouble}, {"__close", agent_lua_close},
    {"__gc", agent_lua_close},      {NULL, NULL},
};

void agent_lua_register(lua_State *L)
{
  luaL_newmetatable(L, AGENT_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
