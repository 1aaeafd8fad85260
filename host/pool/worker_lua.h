#ifndef MOONWIRE_POOL_WORKER_LUA_H
#define MOONWIRE_POOL_WORKER_LUA_H

#include <stddef.h>

#include "core/chunks.h"
#include "pool/mailbox.h"

/* What all workers of a pool have in common; they only read it. */
struct worker_settings {
  char *main;         /* the module whose function is the root task */
  char *path, *cpath; /* where 'require' looks */
  size_t limit;       /* bytes of one value */
  struct chunks *chunks;
};

/*
** One thread of a pool: a whole host. Its creator fills it in, its thread has it while
*it
** runs, and after the join its creator may read why it failed.
*/
struct worker {
  const struct worker_settings *settings;
  struct mailbox *inbox, *outbox; /* to it and from it */
  unsigned number;                /* from 1 */
  char failure[4096];             /* empty when it ended as it should */
};

/* Its whole life. Closing its inbox cancels its root task, which ends it. */
void worker_run(struct worker *worker);

#endif
