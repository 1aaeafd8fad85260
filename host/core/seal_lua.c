/***
Secrets in files, under a passphrase. The work is done in a thread of libuv.
@module host.secret
*/
#include "core/seal_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/op.h"
#include "core/seal.h"
#include "core/secret_lua.h"

/* What the thread works on. It outlives the op when the task is cancelled. */
struct seal_job {
  uv_work_t work;
  struct seal_op *op; /* NULL: nobody waits any more */
  struct secret *passphrase, *plain;
  bool is_sealing;
  size_t length;
  unsigned char bytes[SEAL_FILE];
};

struct seal_op {
  struct op op;
  struct seal_job *job;
  struct secret **opened; /* in a userdata below the op on the stack */
  size_t length;
  unsigned char sealed[SEAL_FILE];
};

static void drop_job(struct seal_job *job)
{
  secret_release(job->passphrase);
  secret_release(job->plain);
  free(job);
}

static void on_worker(uv_work_t *work)
{
  struct seal_job *job = work->data;
  if (job->is_sealing)
    job->length = seal(job->plain, job->passphrase, job->bytes);
  else
    job->plain = seal_open(job->bytes, job->length, job->passphrase);
}

/* Results go where the collector finds them, so that pushing them may fail. */
static void on_done(uv_work_t *work, int status)
{
  struct seal_job *job = work->data;
  struct seal_op *op = job->op;
  if (op != NULL) {
    bool is_well = status == 0 && job->plain != NULL && job->length > 0;
    if (is_well && job->is_sealing) {
      memcpy(op->sealed, job->bytes, job->length);
      op->length = job->length;
    } else if (is_well) {
      *op->opened = secret_retain(job->plain);
    }
    op->job = NULL;
    op_complete(&op->op, is_well ? ERROR_NONE : ERROR_LOCAL);
  }
  drop_job(job);
}

static int seal_push(struct op *op, lua_State *L)
{
  struct seal_op *o = (struct seal_op *)op;
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, "cannot be encrypted");
  lua_pushlstring(L, (const char *)o->sealed, o->length);
  return 1;
}

static int open_push(struct op *op, lua_State *L)
{
  if (op->error != ERROR_NONE)
    return op_fail(L, op->error, "is no secret of ours, or its passphrase is another");
  lua_pushvalue(L, lua_gettop(L) - 1);
  return 1;
}

static void seal_detach(struct op *op)
{
  struct seal_op *o = (struct seal_op *)op;
  if (o->job != NULL)
    o->job->op = NULL;
  o->job = NULL;
}

static struct secret *check_secret(lua_State *L, int index)
{
  struct secret *secret = secret_test(L, index);
  luaL_argexpected(L, secret != NULL, index, "secret");
  return secret;
}

static int start(lua_State *L, struct seal_op *op, struct secret *passphrase,
                 struct seal_job *job)
{
  if (job == NULL) {
    op_complete(&op->op, ERROR_LOCAL);
    return op_wait(L, &op->op);
  }
  job->passphrase = secret_retain(passphrase);
  job->op = op;
  job->work.data = job;
  op->job = job;
  uv_queue_work(&op->op.host->loop, &job->work, on_worker, on_done);
  return op_wait(L, &op->op);
}

/***
Encrypt a secret.
@function seal
@tparam secret plain
@tparam secret passphrase
@treturn[1] string bytes for a file
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int seal_lua_seal(lua_State *L)
{
  struct secret *plain = check_secret(L, 1), *passphrase = check_secret(L, 2);
  struct seal_op *op = op_new(L, sizeof *op, seal_push, seal_detach);
  struct seal_job *job = calloc(1, sizeof *job);
  if (job != NULL) {
    job->is_sealing = true;
    job->plain = secret_retain(plain);
  }
  return start(L, op, passphrase, job);
}

/***
Decrypt what `seal` gave.
@function open
@string bytes
@tparam secret passphrase
@treturn[1] secret
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int seal_lua_open(lua_State *L)
{
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  struct secret *passphrase = check_secret(L, 2);
  struct secret **opened = secret_push(L, NULL);
  struct seal_op *op = op_new(L, sizeof *op, open_push, seal_detach);
  op->opened = opened;
  struct seal_job *job = calloc(1, sizeof *job);
  if (job != NULL && length <= sizeof job->bytes) { /* else it is none of ours */
    memcpy(job->bytes, bytes, length);
    job->length = length;
  }
  return start(L, op, passphrase, job);
}

void seal_lua_register(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"seal", seal_lua_seal},
      {"open", seal_lua_open},
      {NULL, NULL},
  };
  luaL_setfuncs(L, functions, 0);
}
