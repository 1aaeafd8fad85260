#ifndef MOONWIRE_LAB_PEER_H
#define MOONWIRE_LAB_PEER_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/bytes.h"
#include "core/deadline.h"
#include "core/watch.h"
#include "lab/relay.h"
#include "lab/tty.h"

struct server;

/* What a round of questions begins with in a profile, and a question in its round. */
#define PEER_ROUND    "\x1d"
#define PEER_QUESTION "\x1e"

/* What a client may ask for, besides authenticating. */
enum { PEER_PTY = 1, PEER_SHELL = 2, PEER_EXEC = 4, PEER_SUBSYSTEM = 8 };

/* How one device behaves towards one client. It is read when the client is accepted. */
struct profile {
  ssh_bind bind; /* host key, algorithms, identification */
  struct relay_plan line;
  uint64_t banner_delay_ns; /* before it says anything */
  uint64_t kex_delay_ns;    /* between its banner and its part of the key exchange */
  uint64_t auth_delay_ns;   /* before each answer to a login */
  uint64_t rekey_bytes;     /* new keys after so many; 0: as libssh does */
  unsigned methods;         /* SSH_AUTH_METHOD_... */
  unsigned allowed;         /* PEER_... */
  unsigned tries;           /* logins that may be refused before it hangs up */
  unsigned channels;        /* open at once */
  char *greeting;           /* said instead of SSH; NULL: it speaks SSH */
  size_t greeting_length;
  char *questions;   /* of keyboard-interactive, see peer_prompt.c; NULL: a password */
  bool is_blackhole; /* it accepts and never answers */
  bool is_choosy;    /* not every client has one of its algorithms */
};

enum peer_stage {
  PEER_WAITING, /* its time to begin has not come */
  PEER_KEX,
  PEER_AUTH,
  PEER_OPEN,
  PEER_DEAF, /* a line without a device */
  PEER_GONE,
};

enum peer_verdict {
  PEER_REFUSED,
  PEER_WELCOME,
  PEER_IN_PART, /* another method is wanted, too */
};

enum peer_end {
  PEER_STAY,
  PEER_GOODBYE, /* a disconnect message */
  PEER_DROP,    /* the end of the stream */
  PEER_RESET,
};

/*
** One accepted connection. Every call into libssh on its session is wrapped in
** peer_enter and peer_leave, since any of them may read the socket; peer_leave does
** what has become possible, and ends the session only when no call is under way.
*/
struct peer {
  struct server *server;
  struct peer *next, *prev;
  struct peer *next_ended; /* among those that end with this turn of the loop */
  struct watch watch;
  struct deadline pause;
  ssh_session session;
  struct ssh_server_callbacks_struct callbacks;
  ssh_message held; /* a login whose answer is due when the pause ends */
  struct relay *relay;
  struct tty *ttys;
  char *user;
  char *questions;        /* all rounds of them */
  const char *round;      /* the next round; NULL: there is none */
  struct bytes answers;   /* so far, a line each */
  struct in_addr address; /* the one that the client asked for */
  struct sockaddr_in from;
  uint64_t kex_delay_ns, auth_delay_ns;
  unsigned methods, allowed, tries, channels;
  int depth;
  enum peer_stage stage;
  enum peer_end end;
  bool is_ending, is_paused;
  bool is_lost;              /* the connection was reset */
  unsigned asked;            /* how many questions are out */
  enum peer_verdict verdict; /* what to answer to 'held' */
  bool has_had_tty;
  bool is_choosy; /* and the client's first line has not come */
};

/* Serve a connected socket, the peer's from now on. False: it is closed. peer_open.c */
bool peer_open(struct server *server, int fd, const struct profile *profile);

/* Hear what the client sends. False: the system takes no more. */
bool peer_watch(struct peer *peer, int fd);

/* End the session as soon as no call into libssh is under way. */
void peer_finish(struct peer *peer, enum peer_end end, const char *text);

/* End it at once, and what is still on its way to the client too. */
void peer_abandon(struct peer *peer);

void peer_enter(struct peer *peer);
void peer_leave(struct peer *peer);

/* Do nothing with this session for a while. */
void peer_pause(struct peer *peer, uint64_t for_ns);

/* Its time has come: say the banner. */
void peer_begin(struct peer *peer);

/* Give libssh the client's first line, and nothing else; peer_first.c */
void peer_hear_first(struct peer *peer);

/* Free it once it has ended and nothing is on its way any more. */
void peer_let_go(struct peer *peer);

/* It may open channels from now on. */
void peer_log_in(struct peer *peer);

/* Answer the logins that have come in; peer_auth.c. */
void peer_authenticate(struct peer *peer);

/* Ask the next round of questions. False: all have been asked. peer_prompt.c */
bool peer_ask(struct peer *peer, ssh_message message);

/* Begin with the first round again. */
void peer_rewind(struct peer *peer);

/* Keep the answers to the last round. False: they are not as many as the questions. */
bool peer_take_answers(struct peer *peer);

/* All answers, a line each, when all rounds are over. NULL: no memory. */
const char *peer_answers(struct peer *peer);

/* Answer the one whose pause has ended; peer_auth.c. */
void peer_answer_held(struct peer *peer);

#endif
