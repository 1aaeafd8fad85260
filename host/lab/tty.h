#ifndef MOONWIRE_LAB_TTY_H
#define MOONWIRE_LAB_TTY_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/bytes.h"
#include "core/error.h"
#include "lab/edit.h"

struct peer;

/* Somebody who waits: an op, as far as an engine needs to know it. */
struct tty_waiter {
  void (*wake)(struct tty_waiter *waiter, enum error error);
};

enum tty_kind { TTY_NONE, TTY_SHELL, TTY_EXEC, TTY_SUBSYSTEM };

enum { TTY_CHUNK = 64 << 10 }; /* the most that a reader of bytes may ask for */

/*
** A device's side of one channel. It is freed when nobody holds it any more: neither
** its peer, nor a script, nor one of the server's queues.
*/
struct tty {
  struct peer *peer; /* NULL once the channel is gone; then 'error' says why */
  ssh_channel channel;
  struct ssh_channel_callbacks_struct callbacks;
  struct tty *next; /* of the same peer */
  struct tty *next_ready, *next_unsent;
  struct bytes input, output;
  const char *source; /* the rest of a long write; the writer's, not ours */
  size_t source_length;
  struct tty_waiter *reader, *writer;
  const struct edit_rules *rules; /* of the waiting reader; NULL: it waits for a key */
  size_t least;                   /* or, unless 0, for so many bytes */
  struct edit edit;
  char *user, *command;
  struct in_addr address;  /* the one that the client asked for */
  struct sockaddr_in from; /* the client's own */
  int key, exit_status, width, height;
  enum edit_end end;
  enum tty_kind kind;
  enum error error;
  bool has_pty;
  bool has_eof;      /* no more input will come */
  bool is_held_back; /* libssh has input for which there was no room here */
  bool is_blocked;   /* output waits for the window or for the socket */
  bool is_eager;     /* it could go on writing at once */
  bool is_closing, is_close_sent, is_close_received;
  bool is_owned, is_ready, is_unsent; /* by a script; in the server's queues */
};

/* The terminal of a channel that has just been opened. NULL: no memory. */
struct tty *tty_new(struct peer *peer, ssh_channel channel);

/* Go on with what waits: to be called after every call into libssh. */
void tty_progress(struct tty *tty);

/* Write what can be written now. */
void tty_send(struct tty *tty);

/* Both sides have closed the channel. */
bool tty_is_over(const struct tty *tty);

/* The channel no longer exists. May free the tty. */
void tty_detach(struct tty *tty, enum error error);

/* Free it if nobody holds it. */
void tty_let_go(struct tty *tty);

/* ERROR_NONE while bytes can be written. */
enum error tty_error(const struct tty *tty);

/*
** Wait for a line or a key; 'reader' is woken when tty->edit holds the line and
** tty->end how it ended, or when tty->key is set. Perhaps at once.
*/
void tty_read_line(struct tty *tty, struct tty_waiter *reader,
                   const struct edit_rules *rules);
void tty_read_key(struct tty *tty, struct tty_waiter *reader);

/* Wait until 'least' bytes (at most TTY_CHUNK) are in tty->input, or no more come. */
void tty_read_bytes(struct tty *tty, struct tty_waiter *reader, size_t least);
void tty_cancel_read(struct tty *tty);

/* Queue a copy of the bytes. False: too much is unsent; use tty_write_all. */
bool tty_write(struct tty *tty, const char *bytes, size_t length);

/* 'writer' keeps the bytes until it is woken. */
void tty_write_all(struct tty *tty, struct tty_waiter *writer, const char *bytes,
                   size_t length);
void tty_cancel_write(struct tty *tty);

/* Forget what was typed ahead. */
void tty_flush_input(struct tty *tty);

/* Send what is queued, then the exit status (unless negative), then close. */
void tty_close(struct tty *tty, int exit_status);

/* The script lets go: close it if it is open. */
void tty_release(struct tty *tty);

#endif
