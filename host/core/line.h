#ifndef MOONWIRE_CORE_LINE_H
#define MOONWIRE_CORE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bytes.h"
#include "core/error.h"

enum { LINE_OUTSTANDING = 32768 }; /* a writer waits while more than this is unsent */

enum line_state {
  LINE_OPENING,
  LINE_ASKED, /* what is written now travels behind the request */
  LINE_OPEN,
  LINE_ENDED, /* by the other side, by us, or by an error */
};

struct line;

/* What each kind of line does in its own way. */
struct line_verbs {
  enum line_state (*state)(const struct line *line);
  enum error (*error)(const struct line *line);         /* why it ended */
  const char *(*message)(const struct line *line);      /* more words; or NULL */
  const struct bytes *(*said)(const struct line *line); /* beside the terminal; NULL */
  bool (*write)(struct line *line, const char *bytes, size_t length);
  size_t (*unsent)(const struct line *line);
  void (*resume)(struct line *line); /* its owner has room again */
  void (*close)(struct line *line);  /* and let go of it: no callback follows */
};

/*
** A device's terminal, however it is reached: an SSH channel, a TCP connection, a child
** process. A maker embeds it; who reads it is the owner. Bytes come as they are read,
** 'on_news' follows when anything has changed; neither may call back into the line.
*/
struct line {
  const struct line_verbs *verbs;
  void *owner;
  void (*on_bytes)(struct line *line, const char *bytes, size_t length);
  void (*on_news)(struct line *line);
  size_t (*room)(const struct line *line); /* bytes that the owner can take */
};

#endif
