/*
** secret.c - bytes that are wiped before their memory is given back, in pages that are
** neither swapped out nor dumped.
*/
#include "core/secret.h"

#include <stdatomic.h>
#include <string.h>

#include "core/vault.h"

struct secret {
  struct vault_block *block;
  atomic_uint holders;
  void *thing; /* with 'drop', or neither */
  void (*drop)(void *thing);
  size_t length;
  char bytes[];
};

struct secret *secret_new(struct vault *vault, const char *bytes, size_t length)
{
  struct vault_block *block;
  struct secret *secret = vault_take(vault, sizeof *secret + length + 1, &block);
  if (secret == NULL)
    return NULL;
  secret->block = block;
  atomic_init(&secret->holders, 1);
  secret->length = length;
  memcpy(secret->bytes, bytes, length);
  return secret;
}

struct secret *secret_of(struct vault *vault, void *thing, void (*drop)(void *thing))
{
  struct secret *secret = secret_new(vault, "", 0);
  if (secret == NULL)
    return NULL;
  secret->thing = thing;
  secret->drop = drop;
  return secret;
}

/* cppcheck-suppress constParameter ; a function is never const */
void *secret_thing(const struct secret *secret, void (*drop)(void *thing))
{
  return secret->drop == drop ? secret->thing : NULL;
}

struct secret *secret_retain(struct secret *secret)
{
  atomic_fetch_add_explicit(&secret->holders, 1, memory_order_relaxed);
  return secret;
}

void secret_release(struct secret *secret)
{
  if (secret == NULL)
    return;
  if (atomic_fetch_sub_explicit(&secret->holders, 1, memory_order_acq_rel) != 1)
    return;
  if (secret->drop != NULL)
    secret->drop(secret->thing);
  vault_give(secret->block, secret, sizeof *secret + secret->length);
}

const char *secret_bytes(const struct secret *secret)
{
  return secret->bytes;
}

unsigned secret_holders(const struct secret *secret)
{
  return atomic_load_explicit(&secret->holders, memory_order_relaxed);
}

size_t secret_length(const struct secret *secret)
{
  return secret->length;
}
