#ifndef MOONWIRE_LAB_SERVER_H
#define MOONWIRE_LAB_SERVER_H

#include <libssh/libssh.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"
#include "core/watch.h"
#include "lab/identity.h"
#include "lab/peer.h"
#include "lab/tty.h"

enum { SERVER_MESSAGE = 256 };

struct server_stats {
  uint64_t accepted, refused, logins;
  size_t open, peak;
};

struct server_options {
  const char *address; /* "0.0.0.0": any of 127.0.0.0/8, and nothing from outside */
  uint16_t port;       /* 0: a free one */
  int backlog;
  size_t max_peers; /* more are refused */
};

/*
** One listening socket of the lab and all that came through it. It is freed after
** server_close, on a later turn.
*/
struct server {
  uv_loop_t *loop;
  struct deadlines *deadlines;
  struct watches *watches;
  uv_poll_t poll;
  uv_idle_t sender;       /* writes what terminals have queued, once a turn */
  struct deadline breath; /* without descriptors, accepting pauses */
  struct identities identities;
  struct ssh_counter_struct
      counter; /* bytes of all sessions, as they were on the wire */
  struct server_stats stats;
  struct peer *peers, *ended;           /* the latter are freed on the next turn */
  struct tty *ready_first, *ready_last; /* shells and commands nobody has accepted */
  struct tty *unsent;
  struct tty_waiter *acceptor;
  size_t max_peers;
  int fd;
  uint16_t port;
  unsigned handles;
  bool checks_address; /* what came from outside has to be found out by its address */
  bool is_closed;
  char message[SERVER_MESSAGE]; /* why it could not listen */
  void *owner;
  /* How the device at this address behaves; false: the client is refused. */
  bool (*admit)(struct server *server, struct in_addr address, uint16_t client_port,
                struct profile *profile);
  /* 'secret' is a password, or a fingerprint, or NULL; '*delay_ns' is zero before. */
  enum peer_verdict (*authorize)(struct server *server, const struct peer *peer,
                                 const char *method, const char *secret,
                                 uint64_t *delay_ns);
};

/* A server that does not listen yet. NULL: no memory. */
struct server *server_new(uv_loop_t *loop, struct deadlines *deadlines,
                          struct watches *watches);

/* Zero, or a libuv error code; then see the message. */
int server_listen(struct server *server, const struct server_options *options);

/* End everything at once and free it later. No callback follows. */
void server_close(struct server *server);

/* The next shell or command, or NULL. The caller owns it now. */
struct tty *server_accept(struct server *server);

/* For peers and terminals. */
void server_remember(struct server *server, struct peer *peer);
void server_forget(struct server *server, struct peer *peer);
void server_ready(struct server *server, struct tty *tty);
void server_unsent(struct server *server, struct tty *tty);
void server_end(struct server *server, struct peer *peer);

#endif
