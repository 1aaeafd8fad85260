/*
** fdline.c - a line over a descriptor. It reads in slices, so that no device has the
** loop for itself, and holds the other side back while its owner has no room.
*/
#include "net/fdline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLICE = 16 << 10, UNSENT_MOST = 1 << 20, WORDS = 200 };

static struct fdline *self_of(struct line *line)
{
  return (struct fdline *)line;
}

static const struct fdline *look(const struct line *line)
{
  return (const struct fdline *)line;
}

static void tell(struct fdline *self)
{
  if (self->line.on_news != NULL)
    self->line.on_news(&self->line);
}

static void close_watch(struct watch *watch)
{
  if (watch->fd < 0)
    return;
  watch_stop(watch); /* a child may have inherited it for a moment */
  close(watch->fd);
  watch->fd = -1;
}

/* ---- the end ---- */

static const char *last_words(const struct bytes *said, int *length)
{
  const char *text = said->length > 0 ? bytes_head(said) : "";
  size_t end = said->length;
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r'))
    end--;
  size_t start = end;
  while (start > 0 && text[start - 1] != '\n' && end - start < WORDS)
    start--;
  *length = (int)(end - start);
  return text + start;
}

static void describe_child(struct fdline *self)
{
  int status = self->child->status, length;
  const char *words = last_words(&self->said, &length);
  bool is_signal = WIFSIGNALED(status);
  snprintf(self->message, sizeof self->message, "%s ended %s %d%s%.*s", self->name,
           is_signal ? "by signal" : "with status",
           is_signal ? WTERMSIG(status) : WEXITSTATUS(status), length > 0 ? ": " : "",
           length, words);
}

static void end_with(struct fdline *self, enum error error)
{
  if (self->state == LINE_ENDED)
    return;
  self->state = LINE_ENDED;
  self->error = error;
  tell(self);
}

/* A line without its child, or a child without its line, is of no use. */
static void settle_end(struct fdline *self)
{
  if (!self->has_eof || self->input.length > 0)
    return;
  if (self->child != NULL && !self->child->has_exited) {
    child_end(self->child);
    return;
  }
  if (self->child != NULL)
    describe_child(self);
  end_with(self, ERROR_DROPPED);
}

static void fail(struct fdline *self, enum error error, const char *words)
{
  snprintf(self->message, sizeof self->message, "%s", words);
  self->has_eof = true;
  close_watch(&self->watch);
  bytes_clear(&self->input);
  end_with(self, error);
}

/* ---- output ---- */

static void watch_for_room(struct fdline *self, bool wants_room)
{
  unsigned events = self->watch.events & ~(unsigned)EPOLLOUT;
  watch_change(&self->watch, wants_room ? events | EPOLLOUT : events);
}

static void send_on(struct fdline *self)
{
  while (self->output.length > 0 && self->watch.fd >= 0) {
    ssize_t n = write(self->watch.fd, bytes_head(&self->output), self->output.length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n < 0) { /* what it has still said is read first */
      bytes_clear(&self->output);
      break;
    }
    char *sent = self->output.data + self->output.start;
    explicit_bzero(sent, (size_t)n); /* passwords pass here */
    bytes_drop(&self->output, (size_t)n);
  }
  watch_for_room(self, self->output.length > 0);
}

static bool write_line(struct line *line, const char *bytes, size_t length)
{
  struct fdline *self = self_of(line);
  if (self->state == LINE_ENDED || self->has_eof)
    return false;
  bool ok = self->telnet != NULL
                ? telnet_encode(self->telnet, bytes, length, &self->output)
                : bytes_add(&self->output, bytes, length);
  send_on(self);
  return ok;
}

/* ---- input ---- */

static void deliver(struct fdline *self)
{
  size_t room = self->line.room != NULL ? self->line.room(&self->line) : 0;
  size_t length = self->input.length < room ? self->input.length : room;
  if (length > 0) {
    self->line.on_bytes(&self->line, bytes_head(&self->input), length);
    bytes_drop(&self->input, length);
  }
}

static bool take(struct fdline *self, const char *bytes, size_t length)
{
  if (self->telnet == NULL)
    return bytes_add(&self->input, bytes, length);
  return telnet_feed(self->telnet, bytes, length, &self->input, &self->output);
}

static void keep_words(struct fdline *self, const char *bytes, size_t length)
{
  if (self->said.length + length > FDLINE_SAID)
    bytes_drop(&self->said, self->said.length / 2);
  bytes_add(&self->said, bytes, length); /* words are worth less than the line */
}

/* What it has said by now. */
static void listen_to_errors(struct fdline *self)
{
  char bytes[4096];
  while (self->error_watch.fd >= 0) {
    ssize_t n = read(self->error_watch.fd, bytes, sizeof bytes);
    if (n > 0)
      keep_words(self, bytes, (size_t)n);
    else if (n == 0)
      close_watch(&self->error_watch);
    else if (errno != EINTR)
      return;
  }
}

/*
** Whoever wrote to both its outputs has written the words first, as ssh does when it
** has logged in: they must be known before what is on the terminal is looked at. So
** they are read behind it, and told before it.
*/
static bool read_slice(struct fdline *self)
{
  char bytes[SLICE];
  ssize_t n = read(self->watch.fd, bytes, sizeof bytes);
  bool is_empty = n < 0 && (errno == EAGAIN || errno == EINTR);
  int error = errno;
  listen_to_errors(self);
  if (is_empty)
    return false;
  if (n <= 0) { /* a terminal that nobody has open any more is an error to read */
    self->has_eof = true;
    if (n < 0 && self->child == NULL)
      snprintf(self->message, sizeof self->message, "%s", uv_strerror(-error));
    close_watch(&self->watch);
    return false;
  }
  if (!take(self, bytes, (size_t)n))
    fail(self, ERROR_LOCAL, "not enough memory");
  else if (self->output.length > UNSENT_MOST)
    fail(self, ERROR_PROTOCOL, "it negotiates without end, and takes no answer");
  return self->state != LINE_ENDED;
}

static void rest_or_read(struct fdline *self)
{
  unsigned events = self->watch.events & ~(unsigned)EPOLLIN;
  watch_change(&self->watch, self->input.length > 0 ? events : events | EPOLLIN);
}

static void step(struct fdline *self)
{
  send_on(self); /* answers of telnet */
  deliver(self);
  rest_or_read(self);
  settle_end(self);
  if (self->state != LINE_ENDED)
    tell(self);
}

static void on_events(struct watch *watch, unsigned events)
{
  struct fdline *self =
      (struct fdline *)(void *)((char *)watch - offsetof(struct fdline, watch));
  if ((events & ~(unsigned)EPOLLOUT) != 0)
    read_slice(self);
  if (self->state != LINE_ENDED)
    step(self);
}

static void on_error_events(struct watch *watch, unsigned events)
{
  struct fdline *self =
      (struct fdline *)(void *)((char *)watch - offsetof(struct fdline, error_watch));
  (void)events;
  listen_to_errors(self);
  tell(self);
}

static void on_child_exit(struct child *child)
{
  struct fdline *self = child->owner;
  if (self->state == LINE_ENDED)
    return;
  bool is_more = true; /* no more than lies in the terminal's buffer */
  while (is_more && self->watch.fd >= 0)
    is_more = read_slice(self);
  if (self->state == LINE_ENDED)
    return;
  self->has_eof = true; /* also when somebody whom it has left behind holds it open */
  close_watch(&self->watch);
  step(self);
}

/* ---- the verbs ---- */

static enum line_state state(const struct line *line)
{
  return look(line)->state;
}

static enum error why(const struct line *line)
{
  return look(line)->error;
}

static const char *message(const struct line *line)
{
  const struct fdline *self = look(line);
  return self->message[0] != '\0' ? self->message : NULL;
}

static const struct bytes *said(const struct line *line)
{
  return &look(line)->said;
}

static size_t unsent(const struct line *line)
{
  return look(line)->output.length;
}

static void resume(struct line *line)
{
  struct fdline *self = self_of(line);
  if (self->input.length == 0 || self->state == LINE_ENDED)
    return;
  deliver(self);
  rest_or_read(self);
  settle_end(self);
}

static void close_line(struct line *line)
{
  struct fdline *self = self_of(line);
  close_watch(&self->watch);
  close_watch(&self->error_watch);
  if (self->child != NULL)
    child_release(self->child);
  if (self->way.self != NULL)
    self->way.release(self->way.self); /* behind the last bytes */
  if (self->output.data != NULL)
    explicit_bzero(self->output.data, self->output.capacity);
  bytes_clear(&self->input);
  bytes_clear(&self->output);
  bytes_clear(&self->said);
  free(self->telnet);
  free(self->name);
  free(self);
}

static const struct line_verbs verbs = {.state = state,
                                        .error = why,
                                        .message = message,
                                        .said = said,
                                        .write = write_line,
                                        .unsent = unsent,
                                        .resume = resume,
                                        .close = close_line};

/* ---- the start ---- */

struct fdline *fdline_open(struct watches *watches, int fd)
{
  struct fdline *self = calloc(1, sizeof *self);
  if (self == NULL) {
    close(fd);
    return NULL;
  }
  self->line.verbs = &verbs;
  self->error_watch.fd = -1;
  self->watch.on_events = on_events;
  self->state = LINE_OPEN;
  if (!watch_start(watches, &self->watch, fd, EPOLLIN)) {
    close(fd);
    free(self);
    return NULL;
  }
  return self;
}

bool fdline_speak_telnet(struct fdline *self, const char *term, int width, int height)
{
  self->telnet = malloc(sizeof *self->telnet);
  if (self->telnet == NULL)
    return false;
  telnet_open(self->telnet, false, term, width, height);
  bool ok = telnet_offer(self->telnet, &self->output);
  send_on(self);
  return ok;
}

bool fdline_adopt(struct fdline *self, struct child *child, int error_fd,
                  const char *name)
{
  self->child = child;
  child->owner = self;
  child->on_exit = on_child_exit;
  self->name = strdup(name);
  self->error_watch.on_events = on_error_events;
  bool ok = self->name != NULL &&
            watch_start(self->watch.watches, &self->error_watch, error_fd, EPOLLIN);
  if (!ok) {
    close(error_fd);
    self->error_watch.fd = -1;
  }
  return ok;
}

/* When the other side has hung up before, that is what counts. */
static void on_way_lost(void *owner, enum error error, const char *message)
{
  struct fdline *self = owner;
  self->way.self = NULL;
  if (self->state != LINE_ENDED && !self->has_eof)
    fail(self, error, message);
}

void fdline_ride(struct fdline *line, const struct fdline_way *way)
{
  line->way = *way;
  way->bind(way->self, line, on_way_lost);
}
