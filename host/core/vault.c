/*
** vault.c - locked pages for secrets. Bytes are handed out one behind the other and a
** block is used once: a place that held a secret never holds another one.
*/
#include "core/vault.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SHARED_BLOCK = 32 * 1024 };

/* At the beginning of its own pages. */
struct vault_block {
  atomic_uint holders; /* what was taken, and the vault while it takes from here */
  size_t size, used;   /* of the pages between the guards */
  alignas(max_align_t) char bytes[];
};

struct vault {
  struct vault_block *open;
};

static size_t page_size(void)
{
  return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t round_up(size_t size, size_t unit)
{
  return (size + unit - 1) / unit * unit;
}

/* What the system refuses here is extra safety; `moonwire doctor` says so. */
static void protect(void *pages, size_t size)
{
  (void)mlock(pages, size);
  (void)madvise(pages, size, MADV_DONTDUMP);
  (void)madvise(pages, size, MADV_WIPEONFORK);
}

static struct vault_block *new_block(size_t wanted)
{
  size_t page = page_size(), size = round_up(sizeof(struct vault_block) + wanted, page);
  char *all =
      mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED)
    return NULL;
  if (mprotect(all + page, size, PROT_READ | PROT_WRITE) != 0) {
    munmap(all, size + 2 * page);
    return NULL;
  }
  protect(all + page, size);
  struct vault_block *block = (void *)(all + page);
  atomic_init(&block->holders, 1);
  block->size = size;
  block->used = sizeof *block;
  return block;
}

static void release_block(struct vault_block *block)
{
  if (atomic_fetch_sub_explicit(&block->holders, 1, memory_order_acq_rel) != 1)
    return;
  size_t page = page_size();
  munmap((char *)block - page, block->size + 2 * page); /* locked or not */
}

struct vault *vault_new(void)
{
  return calloc(1, sizeof(struct vault));
}

void vault_free(struct vault *vault)
{
  if (vault != NULL && vault->open != NULL)
    release_block(vault->open);
  free(vault);
}

/* NULL: there is no memory. Gives a block with so much room; the caller holds it. */
static struct vault_block *block_with_room(struct vault *vault, size_t size)
{
  if (vault == NULL || size > SHARED_BLOCK - sizeof(struct vault_block))
    return new_block(size);
  if (vault->open == NULL || vault->open->size - vault->open->used < size) {
    struct vault_block *fresh = new_block(SHARED_BLOCK - sizeof *fresh);
    if (fresh == NULL)
      return NULL;
    if (vault->open != NULL)
      release_block(vault->open);
    vault->open = fresh;
  }
  atomic_fetch_add_explicit(&vault->open->holders, 1, memory_order_relaxed);
  return vault->open;
}

void *vault_take(struct vault *vault, size_t size, struct vault_block **block)
{
  if (size > SIZE_MAX / 2)
    return NULL;
  size = round_up(size, alignof(max_align_t));
  *block = block_with_room(vault, size);
  if (*block == NULL)
    return NULL;
  void *bytes = (char *)*block + (*block)->used;
  (*block)->used += size;
  return bytes;
}

void vault_give(struct vault_block *block, void *bytes, size_t size)
{
  explicit_bzero(bytes, size);
  release_block(block);
}
