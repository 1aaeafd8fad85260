/*
** stream_line.c - a channel of SSH as a line. The stream knows all that there is.
*/
#include "ssh/stream_line.h"

#include <stdlib.h>

struct stream_line {
  struct line line; /* first, so that a struct line * is a struct stream_line * */
  struct stream *stream;
};

static struct stream *stream_of(const struct line *line)
{
  return ((const struct stream_line *)line)->stream;
}

static void on_bytes(struct stream *stream, const char *bytes, size_t length,
                     bool is_stderr)
{
  struct line *line = stream->owner;
  (void)is_stderr; /* on a terminal it is one stream, and devices send no other */
  line->on_bytes(line, bytes, length);
}

static void on_news(struct stream *stream)
{
  struct line *line = stream->owner;
  line->on_news(line);
}

static size_t room(const struct stream *stream)
{
  const struct line *line = stream->owner;
  return line->room(line);
}

static enum line_state state(const struct line *line)
{
  switch (stream_of(line)->state) {
  case STREAM_ENDED:
    return LINE_ENDED;
  case STREAM_OPEN:
    return LINE_OPEN;
  case STREAM_ASKED:
    return LINE_ASKED;
  default:
    return LINE_OPENING;
  }
}

static enum error why(const struct line *line)
{
  return stream_of(line)->error;
}

static const char *message(const struct line *line)
{
  const struct client *client = stream_of(line)->client;
  return client != NULL ? client->message : NULL;
}

static const struct bytes *said(const struct line *line)
{
  (void)line;
  return NULL;
}

static bool write_on(struct line *line, const char *bytes, size_t length)
{
  return stream_write(stream_of(line), bytes, length);
}

static size_t unsent(const struct line *line)
{
  return stream_unsent(stream_of(line));
}

static void resume(struct line *line)
{
  const struct stream *stream = stream_of(line);
  if (stream->client == NULL || !stream->is_held_back)
    return;
  client_enter(stream->client);
  client_leave(stream->client);
}

static void close_line(struct line *line)
{
  stream_close(stream_of(line));
  free(line);
}

static const struct line_verbs verbs = {.state = state,
                                        .error = why,
                                        .message = message,
                                        .said = said,
                                        .write = write_on,
                                        .unsent = unsent,
                                        .resume = resume,
                                        .close = close_line};

struct line *stream_line_open(struct client *client,
                              const struct stream_options *options)
{
  struct stream_line *self = calloc(1, sizeof *self);
  if (self == NULL)
    return NULL;
  self->line.verbs = &verbs;
  self->stream = stream_open(client, options, self);
  if (self->stream == NULL) {
    free(self);
    return NULL;
  }
  self->stream->on_bytes = on_bytes;
  self->stream->on_news = on_news;
  self->stream->room = room;
  return &self->line;
}
