#ifndef MOONWIRE_SSH_STREAM_H
#define MOONWIRE_SSH_STREAM_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "ssh/client.h"

enum stream_state {
  STREAM_OPENING, /* the channel was asked for */
  STREAM_PTY,     /* a terminal was asked for */
  STREAM_ASKED,   /* the shell or command was asked for: bytes may be written already */
  STREAM_OPEN,
  STREAM_ENDED /* by the device, by us, or by an error */
};

enum {
  STREAM_OUTSTANDING = 32768, /* a writer waits while more than this is unsent */
  STREAM_HELD_BACK = 4 << 20, /* more than libssh ever grants: the device cheats */
};

struct stream_options {
  const char *command;   /* NULL: a shell, or: */
  const char *subsystem; /* such as "sftp" */
  const char *term;      /* NULL: no terminal */
  int width, height;
};

/*
** One channel of a client: a shell or a command. Bytes of the device go to 'on_bytes'
** at once, so that no window is needed to hold a device back and nothing piles up in
** libssh; 'on_news' follows outside of libssh when anything has changed. Neither may
** call back into the stream or its client: they note, and wake a task.
** An owner that reads more slowly than a device sends has a 'room': what does not fit
** stays in libssh, and so in the device's window, until a step finds room again; then
** the owner gets all of it, at most a window more than it has room for.
*/
struct stream {
  struct client *client; /* NULL: it was closed */
  struct stream *next;
  ssh_channel channel;
  struct ssh_channel_callbacks_struct callbacks;
  char *command, *subsystem, *term; /* NULL: a shell; no subsystem; no terminal */
  int width, height;
  char *output; /* bytes not yet taken by libssh */
  size_t output_length, output_capacity;
  void *owner;
  void (*on_bytes)(struct stream *stream, const char *bytes, size_t length,
                   bool is_stderr);
  void (*on_news)(struct stream *stream);
  size_t (*room)(const struct stream *stream); /* bytes it can take; NULL: all */
  enum stream_state state;
  enum error error; /* why it ended; ERROR_NONE: as it should */
  int exit_status;  /* -1: not told */
  bool has_news, has_eof, is_detached;
  bool is_asked_for; /* the device has not said yet whether it opens the channel */
  bool is_bound;     /* it has opened it */
  bool is_held_back; /* libssh has bytes for which there was no room */
  bool is_flooded;   /* it sends more than it was granted */
  bool wants_eof;    /* no more will be written: say so when all is sent */
};

/* Ask for a channel. NULL: no memory, or the client is not logged in any more. */
struct stream *stream_open(struct client *client, const struct stream_options *options,
                           void *owner);

/* Why there is none: what has ended the client. */
enum error stream_refusal(const struct client *client);

/* Queue bytes. False: no memory, or the stream has ended. */
bool stream_write(struct stream *stream, const char *bytes, size_t length);

/* Say that nothing more will be written, behind what is queued. */
void stream_finish(struct stream *stream);

/* Bytes queued here and in libssh that the socket has not taken. */
size_t stream_unsent(const struct stream *stream);

/* Close it and let go of it. No callback follows. */
void stream_close(struct stream *stream);

/* For the client: go on with what waits, and tell the owner. */
void stream_step(struct stream *stream);
void stream_notify(struct stream *stream);
void stream_lost(struct stream *stream, enum error error);
void stream_orphan(struct stream *stream);
void stream_free(struct stream *stream);

#endif
