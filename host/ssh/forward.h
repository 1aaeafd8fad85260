#ifndef MOONWIRE_SSH_FORWARD_H
#define MOONWIRE_SSH_FORWARD_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/watch.h"
#include "ssh/client.h"

enum { FORWARD_MESSAGE = 256 };

/* What a forward is for, and whom it tells. The strings need not outlive the call. */
struct forward_options {
  const char *host; /* as the jump host resolves it */
  uint16_t port;
  void *owner;
  /* once: the socket that leads to the device is the owner's from here on */
  void (*on_open)(void *owner, int fd);
  /* once, instead of or after it: it was refused, or the jump host is lost */
  void (*on_failed)(void *owner, enum error error, const char *message);
  bool tells; /* the owner writes by a session, and calls forward_carry then */
};

/*
** A way to a device through a client that is logged in to a jump host: a channel there,
** a pair of sockets here. Whoever is given the other end of the pair uses it like a
** connection of its own, and what neither side takes yet holds the other one back.
*/
struct forward {
  struct client *via;
  struct forward *next, *previous; /* of all that it carries */
  struct forward *next_opening, *next_ready;
  struct forward_options options; /* owner NULL: it let go of us */
  ssh_channel channel;
  struct ssh_channel_callbacks_struct callbacks;
  struct watch watch;
  struct bytes inward, outward; /* what the socket, or the channel, did not take */
  char *host;
  int fd, inner_fd; /* our end; the owner's, until it has it */
  bool is_open, is_ready, has_news, has_eof, is_finished;
  bool is_dry;                              /* all that was in our end has been read */
  const struct ssh_counter_struct *counter; /* see forward_count */
  uint64_t carried;                         /* bytes of those that we were told of */
};

/*
** What a client carries for others (see client.h). It exists from the first forward
** until the client ends.
*/
struct carrier {
  struct forward *all, *ready;
  struct forward *opening,
      **last_opening; /* in the order in which they were asked for */
  struct denial *denials;
  size_t denial_count, denial_capacity;
  size_t load;    /* how many have an owner */
  void *listened; /* whose log was listened to before, and how much of it */
  int log_level;
  bool is_listening;
};

/* NULL: no memory, no descriptor (errno), or the client is not logged in. */
struct forward *forward_open(struct client *via, const struct forward_options *options);

/* Ask for it. The owner may be called, and the forward gone, before this returns. */
void forward_start(struct forward *forward);

/* What the owner's session counts, while it is the owner: it wrote nothing, then there
** is nothing to carry. */
void forward_count(struct forward *forward, const struct ssh_counter_struct *counter);

/* Bytes may be waiting in our end: carry them on, as far as they go. */
void forward_carry(struct forward *forward);

/* Somebody else is the owner from here on. */
void forward_hand_over(struct forward *forward, void *owner,
                       void (*on_failed)(void *owner, enum error error,
                                         const char *message));

/* The owner is done with it: what it wrote still goes out. No callback follows. */
void forward_release(struct forward *forward);

/* For the client: go on with what waits; tell all owners that it is lost. */
void forward_step_all(struct client *via);
void forward_lose_all(struct client *via);

/* Around calls into libssh: why channels are refused is only in its log. */
void forward_listen(struct carrier *carrier);
void forward_unlisten(struct carrier *carrier);

/* Between forward.c and forward_open.c. */
void forward_ask(struct forward *forward);
bool forward_see_openings(struct client *via); /* whether one was answered */
void forward_mark(struct forward *forward);
void forward_finish(struct forward *forward);
void forward_fail(struct forward *forward, enum error error, const char *message);

#endif
