#ifndef MOONWIRE_SSH_STREAM_LINE_H
#define MOONWIRE_SSH_STREAM_LINE_H

#include "core/line.h"
#include "ssh/stream.h"

/* A terminal on a channel of the client, at rest until the next client_leave. NULL: no
   memory, or the client is not logged in. */
struct line *stream_line_open(struct client *client,
                              const struct stream_options *options);

#endif
