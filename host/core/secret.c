/*
** secret.c - bytes that are wiped before their memory is given back. The program writes
** no core files (main.c), so they do not get to the disk that way.
*/
#include "core/secret.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct secret {
  atomic_uint holders;
  size_t length;
  char bytes[];
};

struct secret *secret_new(const char *bytes, size_t length)
{
  struct secret *secret = malloc(sizeof *secret + length + 1);
  if (secret == NULL)
    return NULL;
  atomic_init(&secret->holders, 1);
  secret->length = length;
  memcpy(secret->bytes, bytes, length);
  secret->bytes[length] = '\0';
  return secret;
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
  explicit_bzero(secret->bytes, secret->length);
  free(secret);
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
