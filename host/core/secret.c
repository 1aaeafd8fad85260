/*
** secret.c - bytes that are wiped. They lie in pages of their own: locked where the
** system allows it, and left out of core dumps.
*/
#include "core/secret.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

struct secret {
  atomic_uint holders;
  size_t length, mapped;
  char bytes[];
};

struct secret *secret_new(const char *bytes, size_t length)
{
  size_t mapped = sizeof(struct secret) + length + 1;
  struct secret *secret =
      mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secret == MAP_FAILED)
    return NULL;
  (void)mlock(secret, mapped); /* refused beyond RLIMIT_MEMLOCK: then swap is a risk */
  (void)madvise(secret, mapped, MADV_DONTDUMP);
  atomic_init(&secret->holders, 1);
  secret->length = length;
  secret->mapped = mapped;
  memcpy(secret->bytes, bytes, length);
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
  size_t mapped = secret->mapped;
  explicit_bzero(secret->bytes, secret->length);
  munmap(secret, mapped);
}

const char *secret_bytes(const struct secret *secret)
{
  return secret->bytes;
}

size_t secret_length(const struct secret *secret)
{
  return secret->length;
}
