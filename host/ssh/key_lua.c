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
#include "ssh/known_hosts.h"
#include "ssh/rsa.h"

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

static struct key_box *push_box(lua_State *L)
{
  struct key_box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->key = NULL;
  luaL_setmetatable(L, KEY_NAME);
  return box;
}

/* Decrypting takes a tenth of a second of bcrypt: never on the loop. */
static void on_worker(uv_work_t *work)
{
  struct load_job *job = work->data;
  const char *passphrase = job->passphrase != NULL ? secret_bytes(job->passphrase) : "";
  char *pem = rsa_pem_of_file(job->path);
  if (pem != NULL)
    job->code = ssh_pki_import_privkey_base64(pem, NULL, NULL, NULL, &job->key);
  else
    job->code =
        ssh_pki_import_privkey_file(job->path, passphrase, NULL, NULL, &job->key);
  rsa_free(pem);
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
  struct key_box *box = push_box(L);
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

/***
The public half.
@function key:public
@treturn string as in a file `*.pub`, without the comment: "ssh-ed25519 AAAA…"
*/
static int key_lua_public(lua_State *L)
{
  char *text = NULL;
  ssh_key key = key_check_lua(L, 1);
  if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK)
    return luaL_error(L, "not enough memory");
  lua_pushfstring(L, "%s %s", ssh_key_type_to_char(ssh_key_type(key)), text);
  ssh_string_free_char(text);
  return 1;
}

/* A public key or certificate as it travels. Empty: it cannot be told. */
static size_t blob_of(ssh_key key, unsigned char blob[KNOWN_HOSTS_KEY_SIZE])
{
  char *text = NULL;
  const char *type = ssh_key_type_to_char(ssh_key_type(key));
  size_t length = 0;
  if (type != NULL && ssh_pki_export_pubkey_base64(key, &text) == SSH_OK &&
      strlen(text) / 4 * 3 <= KNOWN_HOSTS_KEY_SIZE)
    length = known_hosts_decode((struct known_hosts_text){type, strlen(type)},
                                (struct known_hosts_text){text, strlen(text)}, blob);
  ssh_string_free_char(text);
  return length;
}

/* Behind so many strings. */
static size_t skip(const unsigned char *blob, size_t length, unsigned strings)
{
  size_t at = 0;
  for (; strings > 0 && length - at >= 4; strings--) {
    uint32_t size = (uint32_t)blob[at] << 24 | (uint32_t)blob[at + 1] << 16 |
                    (uint32_t)blob[at + 2] << 8 | blob[at + 3];
    if (size > length - at - 4)
      return length;
    at += 4 + size;
  }
  return at;
}

/* A certificate has the numbers of its key behind its type and a nonce. */
static bool is_for(ssh_key certificate, ssh_key key)
{
  unsigned char theirs[KNOWN_HOSTS_KEY_SIZE], ours[KNOWN_HOSTS_KEY_SIZE];
  size_t their_length = blob_of(certificate, theirs), our_length = blob_of(key, ours);
  size_t their_start = skip(theirs, their_length, 2);
  size_t our_start = skip(ours, our_length, 1);
  size_t length = our_length - our_start;
  return length > 0 && length <= their_length - their_start &&
         memcmp(theirs + their_start, ours + our_start, length) == 0;
}

static const char *certify(ssh_key key, const char *path)
{
  ssh_key certificate = NULL;
  if (ssh_pki_import_cert_file(path, &certificate) != SSH_OK)
    return "is no certificate";
  const char *type = ssh_key_type_to_char(ssh_key_type(certificate));
  const char *why = NULL;
  if (type == NULL || strstr(type, "-cert-") == NULL)
    why = "is no certificate";
  else if (!is_for(certificate, key))
    why = "is of another key";
  else if (ssh_pki_copy_cert_to_privkey(certificate, key) != SSH_OK)
    why = "cannot be used";
  ssh_key_free(certificate);
  return why;
}

/***
The key with a user certificate for it. The key itself stays as it is.
@function key:certify
@string path a file `*-cert.pub`
@treturn[1] key
@return[2] nil
@treturn[2] string message
@treturn[2] string kind: "local"
*/
static int key_lua_certify(lua_State *L)
{
  ssh_key key = key_check_lua(L, 1);
  const char *path = luaL_checkstring(L, 2);
  struct key_box *box = push_box(L);
  box->key = ssh_key_dup(key);
  const char *why =
      box->key != NULL ? certify(box->key, path) : "cannot be read: no memory is left";
  if (why == NULL)
    return 1;
  lua_pushfstring(L, "certificate %s: %s", path, why);
  return op_fail(L, ERROR_LOCAL, lua_tostring(L, -1));
}

static void drop_key(void *key)
{
  ssh_key_free(key);
}

/*
** libssh reads an RSA key of OpenSSH's form without its primes, and can then not write
** it: a copy of it goes as it is. It has numbers of its own, so that no two threads
** share anything (those of an elliptic key would be the same).
*/
static struct secret *copy_whole(struct vault *vault, ssh_key key)
{
  ssh_key copy = ssh_key_type(key) == SSH_KEYTYPE_RSA ? ssh_key_dup(key) : NULL;
  struct secret *secret = copy != NULL ? secret_of(vault, copy, drop_key) : NULL;
  if (secret == NULL)
    ssh_key_free(copy);
  return secret;
}

static struct secret *bare_of(struct vault *vault, ssh_key key)
{
  char *text = NULL;
  if (ssh_pki_export_privkey_base64(key, NULL, NULL, NULL, &text) != SSH_OK)
    return copy_whole(vault, key);
  size_t length = strlen(text);
  struct secret *secret = secret_new(vault, text, length);
  explicit_bzero(text, length);
  ssh_string_free_char(text);
  return secret;
}

/***
The key without its encryption, for another thread of this program.
@function key:bare
@treturn secret|nil nil: there is no memory for it
*/
static int key_lua_bare(lua_State *L)
{
  ssh_key key = key_check_lua(L, 1);
  struct vault *vault = secret_vault(L);
  struct secret **box = secret_push(L, NULL); /* nothing raises behind this */
  *box = bare_of(vault, key);
  return *box != NULL ? 1 : 0;
}

/***
A key that another thread has opened.
@function host.ssh.bare_key
@tparam secret bare as `key:bare` gives it
@treturn key|nil nil: it is none
*/
int key_lua_of_bare(lua_State *L)
{
  struct secret *bare = secret_test(L, 1);
  luaL_argexpected(L, bare != NULL, 1, "secret");
  struct key_box *box = push_box(L);
  ssh_key whole = secret_thing(bare, drop_key);
  if (whole != NULL)
    box->key = ssh_key_dup(whole);
  else if (ssh_pki_import_privkey_base64(secret_bytes(bare), NULL, NULL, NULL,
                                         &box->key) != SSH_OK)
    return 0;
  return box->key != NULL ? 1 : 0;
}

static int key_gc(lua_State *L)
{
  struct key_box *box = luaL_checkudata(L, 1, KEY_NAME);
  ssh_key_free(box->key);
  box->key = NULL;
  return 0;
}

static const luaL_Reg methods[] = {
    {"bare", key_lua_bare},
    {"certify", key_lua_certify},
    {"public", key_lua_public},
    {"__gc", key_gc},
    {NULL, NULL},
};

void key_lua_register(lua_State *L)
{
  luaL_newmetatable(L, KEY_NAME);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
