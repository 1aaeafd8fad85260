#ifndef MOONWIRE_SSH_DIAL_H
#define MOONWIRE_SSH_DIAL_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"
#include "core/error.h"
#include "core/watch.h"

enum { DIAL_MESSAGE = 256 };

struct attempt;

/*
** From a name to a connected TCP socket: resolve, then try the addresses as RFC 8305
** has it: their families in turn, the next one when the one before has failed or has
** been silent for a quarter of a second, and the first that is connected is the one.
** The socket is non-blocking and sends at once (TCP_NODELAY).
*/
struct dial {
  struct watches *watches;
  struct deadlines *deadlines;
  struct deadline patience; /* until the next address is tried beside the others */
  struct attempt *attempts; /* that are under way */
  uv_getaddrinfo_t resolve;
  struct addrinfo *addresses;
  const struct addrinfo *next[2]; /* of the first one's family; of any other */
  bool is_others_turn;
  char port[8];
  char host[256];
  char message[DIAL_MESSAGE]; /* what went wrong, address by address */
  enum error error;
  bool is_name, is_resolving, is_ending; /* a name has addresses that it does not say */
  void *owner;
  void (*on_resolved)(struct dial *dial); /* the connect phase begins */
  void (*on_connected)(struct dial *dial, int fd);
  void (*on_failed)(struct dial *dial);
  void (*on_gone)(
      struct dial *dial); /* after dial_cancel or the end: it may be freed */
};

/* 'owner' and the callbacks must be set. False: the host name is no name. */
bool dial_start(struct dial *dial, uv_loop_t *loop, struct watches *watches,
                struct deadlines *deadlines, const char *host, uint16_t port);

/* Stop; on_gone follows, at once or on a later turn. */
void dial_cancel(struct dial *dial);

#endif
