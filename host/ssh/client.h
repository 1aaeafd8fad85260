#ifndef MOONWIRE_SSH_CLIENT_H
#define MOONWIRE_SSH_CLIENT_H

#include <libssh/libssh.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"
#include "core/error.h"
#include "core/secret.h"
#include "core/watch.h"
#include "ssh/dial.h"
#include "ssh/greeter.h"
#include "ssh/hostkeys.h"
#include "ssh/preset.h"

enum { CLIENT_MESSAGE = 768, CLIENT_METHODS = 4, LOGIN_KEYS = 16, LOGIN_ANSWERS = 16 };

/* The steps of a login, in order. Each has a deadline and is timed. */
enum phase {
  PHASE_RESOLVE,
  PHASE_CONNECT,
  PHASE_JUMP, /* instead of both: through a jump host, or by a command */
  PHASE_BANNER,
  PHASE_KEX,
  PHASE_HOSTKEY,
  PHASE_AUTH,
  PHASE_SHELL,
  PHASE_COUNT
};

const char *phase_name(enum phase phase);

enum method { METHOD_NONE, METHOD_PASSWORD, METHOD_INTERACTIVE, METHOD_PUBLICKEY };

enum hostkey_policy { HOSTKEY_STRICT, HOSTKEY_ACCEPT_NEW };

struct agent;

/* What to answer to a question at login that has this text in it. */
struct login_answer {
  const char *question;
  struct secret *answer;
};

/*
** How to log in. The client reads it while it logs in; strings, secrets and the key
** stay the caller's, who keeps them until then.
*/
struct login {
  const char *host; /* name or address to connect to */
  uint16_t port;
  struct client *via;   /* logged in to a jump host; NULL: connect directly */
  const char *command;  /* whose input and output are the connection; NULL: none */
  const char *name;     /* what those call it who go through it; NULL: nobody does */
  const char *known_as; /* the name under which the host key is known */
  const char *user;
  struct secret *password;            /* NULL: none */
  const ssh_key *keys;                /* in this order, ended by NULL; NULL: none */
  struct agent *agent;                /* NULL: none */
  uint64_t agent_keys;                /* a bit for each of its identities to be tried */
  const struct login_answer *answers; /* each is given once */
  size_t answer_count;                /* up to LOGIN_ANSWERS */
  enum method methods[CLIENT_METHODS]; /* in this order, ended by METHOD_NONE */
  const char *kex, *hostkey_types, *ciphers, *macs, *publickey_types;
  struct hostkeys *hostkeys; /* NULL: none are known */
  enum hostkey_policy policy;
  const char *const *pins; /* "SHA256:…", ended by NULL; NULL: not pinned */
  uint64_t timeout_ns[PHASE_COUNT];
  uint64_t keepalive_ms;    /* of silence until it is asked; 0: it is not */
  unsigned keepalive_count; /* of such intervals until it is given up */
};

/* How long a silent device is waited for (keepalive.c). */
struct keepalive {
  struct deadline deadline;
  uint64_t interval_ms, heard_ms; /* 0: not watched; its last sign of life, of uv_now */
  unsigned count, missed;
};

/* What the clients of a loop share. */
struct client_shared {
  struct greeter greeter;
  struct presets presets;
};

struct auth;
struct stream;
struct forward;
struct carrier;
struct proxy;

/*
** One SSH connection to one device. client_close frees it, perhaps on a later turn.
** Every call into libssh is wrapped in client_enter and client_leave: any of them may
** read the socket and so complete something for somebody else.
*/
struct client {
  uv_loop_t *loop;
  struct deadlines *deadlines;
  struct dial *dial;
  struct forward *forward; /* what carries it through a jump host, or NULL */
  struct proxy *proxy;     /* the command that carries it, or NULL */
  struct carrier *carrier; /* whom it carries, when it is a jump host's */
  struct watches *watches;
  struct client_shared *shared;
  struct watch watch;
  struct watch_later later; /* to send at once what it carries in a turn */
  ssh_session session;
  const struct login *login; /* while logging in */
  struct auth *auth;         /* while authenticating */
  struct stream *streams;
  struct deadline deadline;
  struct keepalive keepalive;
  uint64_t phase_ns[PHASE_COUNT]; /* how long each took */
  uint64_t phase_start_ns;
  char *message; /* why it failed */
  char *name;
  char *offered; /* the host key that the device showed, as in known_hosts */
  char *opening; /* what it said first, while the key exchange goes on */
  size_t opening_length;
  struct ssh_counter_struct traffic; /* of libssh with the socket */
  void *owner;
  void (*on_login)(struct client *client); /* once: look at 'error' */
  enum error error;
  enum phase phase;
  const char *host_key_verdict; /* why the host key was refused: "changed", … */
  int fd, depth, holds;
  bool is_up, is_closing, is_new_key, is_key_verified;
  bool has_begun_kex; /* libssh has taken the bytes that were looked at first */
};

/* A client at rest. NULL: no memory. */
struct client *client_new(uv_loop_t *loop, struct deadlines *deadlines,
                          struct watches *watches, struct client_shared *shared);

/* Log in; on_login follows, perhaps at once. */
void client_login(struct client *client, const struct login *login);

/*
** Say goodbye and let go of everything; the client is gone and calls nobody. Its
** streams end with ERROR_CLOSED, tell their owners, and stay theirs to close.
*/
void client_close(struct client *client);

void client_enter(struct client *client);
void client_leave(struct client *client);

/* Whether libssh has given the connection up: leaving will say why. */
bool client_is_lost(const struct client *client);

/* Give the connection up with an error that every stream will see. */
void client_fail(struct client *client, enum error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
