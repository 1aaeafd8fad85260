/***
Private keys: read once, off the loop, and kept out of Lua.
@module host.ssh
*/
#include "ssh/key_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/op.h"
#include "core/secret_lua.h"

#define KEY_NAME "moonwire.key"

enum { PASSPHRASE = 2 };

struct key_box {
  ssh_key key;
};

struct load_job { /* shared by the op and the worker; the last one frees it */
  uv_work_t work;
  struct load_op *op; /* NULL: nobody waits any more */
  struct secret *passphrase;
  ssh_key key;
  int code;
  char path[];
};

struct load_op {
  struct op op;
  struct load_job *job;
  struct key_box *box;
};

ssh_key key_check_lua(lua_State *L, int index)
{
  struct key_box *box = luaL_checkudata(L, index, KEY_NAME);
  return box->key;
}

/* Decrypting takes a tenth of a second of bcrypt: never on the loop. */
static void on_worker(uv_work_t *work)
{
  struct load_job *job = work->data;
  const char *passphrase = job->passphrase != NULL ? secret_bytes(job->passphrase) : "";
  job->code = ssh_pki_import_privkey_file(job->path, passphrase, NULL, NULL, &job->key);
}

static void on_loaded(uv_work_t *work, int status)
{
  struct load_job *job = work->data;
  struct load_op *op = job->op;
  if (op != NULL) {
    op->box->key = job->key;
    op->job = NULL;
    op_complete(&op->op, status == 0 && job->code == SSH_OK ? ERROR_NONE : ERROR_LOCAL);
  } else {
    ssh_key_free(job->key);
  }
  secret_release(job->passphrase);
  free(job);
}

static int load_push(struct op *op, lua_State *L)
{
  int path_index = 1;
  if (op->error == ERROR_NONE) {
    lua_pushvalue(L, lua_gettop(L) - 1);
    return 1;
  }
  lua_pushfstring(L, "key %s: is no private key, or its passphrase is another",
                  lua_tostring(L, path_index));
  return op_fail(L, op->error, lua_tostring(L, -1));
}

static void load_detach(struct op *op)
{
  struct load_op *o = (struct load_op *)op;
  o->job->op = NULL;
}

/* NULL when the file may be used as a key. */
static const char *refusal(const char *path)
{
  struct stat status;
  if (stat(path, &status) != 0)
    return "is not there";
  if (!S_ISREG(status.st_mode))
    return "is not a plain file";
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "can be read by others: chmod 600 it";
  return NULL;
}

static struct load_job *new_job(const char *path, struct secret *passphrase)
{
  size_t length = strlen(path) + 1;
  struct load_job *job = calloc(1, sizeof *job + length);
  if (job == NULL)
    return NULL;
  memcpy(job->path, path, length);
  job->work.data = job;
  job->passphrase = passphrase != NULL ? secret_retain(passphrase) : NULL;
  return job;
}

/***
Read a private key.
@function host.ssh.key
@string path a file that only its owner can read
@tparam[opt] secret passphrase
@treturn[1] key
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
int key_lua_load(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  struct secret *passphrase = secret_test(L, PASSPHRASE);
  luaL_argexpected(L, passphrase != NULL || lua_isnoneornil(L, PASSPHRASE), PASSPHRASE,
                   "secret");
  const char *why = refusal(path);
  if (why != NULL) {
    lua_pushfstring(L, "key %s: %s", path, why);
    return op_fail(L, ERROR_LOCAL, lua_tostring(L, -1));
  }
  struct key_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->key = NULL;
  luaL_setmetatable(L, KEY_NAME);
  struct load_op *o = op_new(L, sizeof *o, load_push, load_detach);
  o->box = box;
  o->job = new_job(path, passphrase);
  if (o->job == NULL) {
    op_complete(&o->op, ERROR_LOCAL);
    return op_wait(L, &o->op);
  }
  o->job->op = o;
  uv_queue_work(&o->op.host->loop, &o->job->work, on_worker, on_loaded);
  return op_wait(L, &o->op);
}

static int key_gc(lua_State *L)
{
  struct key_box *box = luaL_checkudata(L, 1, KEY_NAME);
  ssh_key_free(box->key);
  box->key = NULL;
  return 0;
}

void key_lua_register(lua_State *L)
{
  luaL_newmetatable(L, KEY_NAME);
  lua_pushcfunction(L, key_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}
