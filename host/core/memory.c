/*
** memory.c - where Lua keeps what it makes: hundreds of small things for a login, made
** and freed in any order. libc's malloc joins free neighbours and parts them again, and
** behind thousands of open sessions that costs time; so small blocks are mimalloc's.
** Large ones stay libc's, which makes them larger in place and gives them back at once.
** Of the largest, which are texts of a device in one piece, the kernel gives pages by
** the megabytes: thousands of small ones take longer than the bytes that go there.
*/
#include "core/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef MOONWIRE_MIMALLOC
#include <mimalloc.h>
#else
#define mi_malloc  malloc
#define mi_realloc realloc
#define mi_free    free
#endif

enum { SMALL = 4096 }; /* bytes, at most */

enum { HUGE_PAGE = 2 << 20, HUGE = 2 * HUGE_PAGE }; /* bytes, at least */

static bool is_small(size_t size)
{
  return size <= SMALL;
}

static void drop(void *block, size_t size)
{
  if (is_small(size))
    mi_free(block);
  else
    free(block);
}

/* What of it fills huge pages; the rest stays as it is. A kernel without says no. */
static void *in_huge_pages(void *block, size_t size)
{
  if (block == NULL || size < HUGE)
    return block;
  size_t before = (HUGE_PAGE - (uintptr_t)block % HUGE_PAGE) % HUGE_PAGE;
  size_t whole = (size - before) / HUGE_PAGE * HUGE_PAGE;
  (void)madvise((char *)block + before, whole, MADV_HUGEPAGE);
  return block;
}

static void *take(size_t size)
{
  return is_small(size) ? mi_malloc(size) : in_huge_pages(malloc(size), size);
}

static void *move(void *old, size_t old_size, size_t size)
{
  void *block = take(size);
  if (block == NULL)
    return NULL;
  memcpy(block, old, old_size < size ? old_size : size);
  drop(old, old_size);
  return block;
}

/* Of a block that is new, 'old_size' is the type of what it is for. */
static void *change(void *unused, void *old, size_t old_size, size_t size)
{
  (void)unused;
  if (old == NULL)
    return size > 0 ? take(size) : NULL;
  if (size == 0) {
    drop(old, old_size);
    return NULL;
  }
  if (is_small(old_size) != is_small(size))
    return move(old, old_size, size);
  return is_small(size) ? mi_realloc(old, size) : realloc(old, size);
}

lua_State *memory_new_state(void)
{
  return lua_newstate(change, NULL);
}
