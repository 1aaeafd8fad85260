#ifndef MOONWIRE_NET_FDLINE_H
#define MOONWIRE_NET_FDLINE_H

#include "core/line.h"
#include "core/watch.h"
#include "net/child.h"
#include "proto/telnet.h"

enum { FDLINE_MESSAGE = 320, FDLINE_SAID = 64 << 10 };

/* What carries the descriptor's bytes, when it is not a connection of its own. */
struct fdline_way {
  void *self;
  void (*release)(void *self); /* nobody needs it any more */
  /* from here on it tells this owner that it is lost, and is gone then */
  void (*bind)(void *self, void *owner,
               void (*on_lost)(void *owner, enum error error, const char *message));
};

/*
** A line over a descriptor: a connection that speaks telnet, or the terminal of a child
** process. What the child says on its standard error is kept beside the text.
*/
struct fdline {
  struct line line; /* first, so that a struct line * is a struct fdline * */
  struct watch watch, error_watch;
  struct bytes input, output; /* not yet wanted by the owner, not yet taken by it */
  struct bytes said;
  struct child *child;   /* NULL: none */
  struct fdline_way way; /* its self NULL: none */
  struct telnet *telnet; /* NULL: bytes are text */
  char *name;            /* of the command, for messages */
  enum line_state state;
  enum error error;
  bool has_eof;
  char message[FDLINE_MESSAGE];
};

/* The descriptor is the line's from here on. NULL: no memory; it is closed. */
struct fdline *fdline_open(struct watches *watches, int fd);

/* Speak telnet: before anything is read or written. False: no memory. */
bool fdline_speak_telnet(struct fdline *line, const char *term, int width, int height);

/* It is the line of a child, with that standard error. False: no memory. */
bool fdline_adopt(struct fdline *line, struct child *child, int error_fd,
                  const char *name);

/* It goes on a way, which is released when the line is closed. */
void fdline_ride(struct fdline *line, const struct fdline_way *way);

#endif
