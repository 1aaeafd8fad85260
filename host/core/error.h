#ifndef MOONWIRE_CORE_ERROR_H
#define MOONWIRE_CORE_ERROR_H

/*
** What the world can do to us. The kinds are part of the Lua API: short, stable,
** never reused for something else.
*/
enum error {
  ERROR_NONE,
  ERROR_TIMEOUT,   /* a deadline passed */
  ERROR_CANCELLED, /* the waiting task was cancelled */
  ERROR_CLOSED,    /* this side closed it */
  ERROR_DROPPED,   /* the other side ended the connection */
  ERROR_RESOLVE,   /* the name has no address */
  ERROR_REFUSED,   /* nothing listens there */
  ERROR_UNREACHABLE,
  ERROR_PROTOCOL,  /* the other side does not speak SSH, or breaks it */
  ERROR_ALGORITHM, /* no algorithm in common */
  ERROR_HOSTKEY,   /* unknown, changed or revoked host key */
  ERROR_AUTH,      /* the login was refused */
  ERROR_CHANNEL,   /* a channel, pty, shell or command was refused */
  ERROR_LIMIT,     /* a limit on bytes was reached */
  ERROR_JUMP,      /* the jump host or proxy command on the way to it failed */
  ERROR_LOCAL,     /* this machine lacks something: descriptors, memory, ports */
  ERROR_COUNT
};

/* The word of a kind, as scripts see it: "timeout", "auth", ... */
const char *error_kind(enum error error);

/* A sentence for a kind, for when nobody knows better. */
const char *error_message(enum error error);

/* The kind of a libuv or negated errno code. */
enum error error_of_system(int code);

#endif
