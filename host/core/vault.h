#ifndef MOONWIRE_CORE_VAULT_H
#define MOONWIRE_CORE_VAULT_H

#include <stddef.h>

/*
** Memory for secrets: pages that are not swapped out where the system allows so many,
** never in a core file, empty in a child that was forked, and with pages before and
** behind them that nobody can touch. A vault belongs to one thread; what was taken out
** of it can be given back in any other.
*/
struct vault;
struct vault_block;

struct vault *vault_new(void);        /* NULL: no memory */
void vault_free(struct vault *vault); /* what was taken stays good; NULL is fine */

/*
** Zeroed bytes, aligned for anything, and what to give them back by. NULL: no memory.
** Without a vault they get pages of their own.
*/
void *vault_take(struct vault *vault, size_t size, struct vault_block **block);

/* Wipe 'size' bytes that were taken; the block goes back with the last of them. */
void vault_give(struct vault_block *block, void *bytes, size_t size);

#endif
