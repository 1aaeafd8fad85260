/*
** stream.c - one channel: open it, ask for a terminal and a shell, move bytes. What the
** bytes mean is not known here.
*/
#include "ssh/stream.h"

#include <stdlib.h>
#include <string.h>

static struct stream *self(void *user)
{
  struct stream *stream = user;
  stream->has_news = true;
  return stream;
}

static size_t room_of(const struct stream *stream, size_t length)
{
  size_t room = stream->room != NULL ? stream->room(stream) : length;
  return room < length ? room : length;
}

/*
** Without a 'room' all of it is taken, always: libssh does not enforce its window.
** With one 'length' is all that libssh holds: a device that ignores the window shows,
** and what it says from then on is thrown away, or libssh would hold that.
*/
static int on_data(ssh_session session, ssh_channel channel, void *data,
                   uint32_t length, int is_stderr, void *user)
{
  struct stream *stream = self(user);
  (void)session;
  (void)channel;
  if (stream->is_detached || stream->is_flooded)
    return (int)length;
  size_t taken = is_stderr ? length : room_of(stream, length);
  if (taken > 0)
    stream->on_bytes(stream, data, taken, is_stderr != 0);
  if (!is_stderr)
    stream->is_held_back = taken < length;
  stream->is_flooded = length - taken > STREAM_HELD_BACK;
  return (int)(stream->is_flooded ? length : taken);
}

static void on_eof(ssh_session session, ssh_channel channel, void *user)
{
  (void)session;
  (void)channel;
  self(user)->has_eof = true;
}

static void on_close(ssh_session session, ssh_channel channel, void *user)
{
  struct stream *stream = self(user);
  (void)session;
  (void)channel;
  stream->has_eof = true;
  stream->state = STREAM_ENDED;
}

static void on_exit_status(ssh_session session, ssh_channel channel, int status,
                           void *user)
{
  (void)session;
  (void)channel;
  self(user)->exit_status = status;
}

static int on_room(ssh_session session, ssh_channel channel, uint32_t bytes, void *user)
{
  (void)session;
  (void)channel;
  (void)bytes;
  self(user); /* the step that follows writes on */
  return 0;
}

/*
** Once there is room, all that lies in libssh comes to the owner, more than asked for:
** at each read libssh grants the device a whole window again, whatever it still holds,
** so that small reads would let it pile up without bound.
*/
static void refill(struct stream *stream)
{
  char bytes[8192];
  if (stream->is_held_back && room_of(stream, sizeof bytes) == 0)
    return;
  while (stream->is_held_back) {
    int got = ssh_channel_read_nonblocking(stream->channel, bytes, sizeof bytes, false);
    stream->is_held_back = got > 0;
    if (got > 0)
      stream->on_bytes(stream, bytes, (size_t)got, false);
    stream->has_news = true;
  }
}

static void set_callbacks(struct stream *stream)
{
  stream->callbacks.userdata = stream;
  stream->callbacks.channel_data_function = on_data;
  stream->callbacks.channel_eof_function = on_eof;
  stream->callbacks.channel_close_function = on_close;
  stream->callbacks.channel_exit_status_function = on_exit_status;
  stream->callbacks.channel_write_wontblock_function = on_room;
  ssh_callbacks_init(&stream->callbacks);
  ssh_set_channel_callbacks(stream->channel, &stream->callbacks);
}

/* False when one of the strings could not be copied. */
static bool copy_options(struct stream *stream, const struct stream_options *options)
{
  if (options->command != NULL)
    stream->command = strdup(options->command);
  if (options->subsystem != NULL)
    stream->subsystem = strdup(options->subsystem);
  if (options->term != NULL)
    stream->term = strdup(options->term);
  stream->width = options->width;
  stream->height = options->height;
  return (stream->command != NULL) == (options->command != NULL) &&
         (stream->subsystem != NULL) == (options->subsystem != NULL) &&
         (stream->term != NULL) == (options->term != NULL);
}

enum error stream_refusal(const struct client *client)
{
  return client->error != ERROR_NONE ? client->error : ERROR_DROPPED;
}

struct stream *stream_open(struct client *client, const struct stream_options *options,
                           void *owner)
{
  if (!client->is_up || client->session == NULL)
    return NULL;
  struct stream *stream = calloc(1, sizeof *stream);
  if (stream == NULL)
    return NULL;
  stream->client = client;
  stream->owner = owner;
  stream->exit_status = -1;
  stream->channel = ssh_channel_new(client->session);
  if (stream->channel == NULL || !copy_options(stream, options)) {
    stream_free(stream);
    return NULL;
  }
  set_callbacks(stream); /* before it opens: bytes may come with the confirmation */
  stream->next = client->streams;
  client->streams = stream;
  return stream;
}

void stream_free(struct stream *stream)
{
  free(stream->command);
  free(stream->subsystem);
  free(stream->term);
  if (stream->output != NULL)
    explicit_bzero(stream->output, stream->output_capacity); /* passwords pass here */
  free(stream->output);
  free(stream);
}

static bool is_writable(const struct stream *stream)
{
  return stream->state == STREAM_ASKED || stream->state == STREAM_OPEN;
}

/* Only while nothing is stuck in libssh, whose own buffer has no bound. */
static void write_on(struct stream *stream)
{
  while (stream->output_length > 0 && stream->channel != NULL &&
         (ssh_get_status(stream->client->session) & SSH_WRITE_PENDING) == 0) {
    size_t n = stream->output_length;
    if (n > STREAM_OUTSTANDING)
      n = STREAM_OUTSTANDING;
    int written = ssh_channel_write(stream->channel, stream->output, (uint32_t)n);
    if (written <= 0)
      return; /* no window, or a new key exchange: on_room or the next bytes go on */
    stream->output_length -= (size_t)written;
    memmove(stream->output, stream->output + written, stream->output_length);
    explicit_bzero(stream->output + stream->output_length, (size_t)written);
    stream->has_news = true;
  }
  if (stream->output_length == 0) { /* an idle session holds no buffer */
    free(stream->output);
    stream->output = NULL;
    stream->output_capacity = 0;
    if (stream->wants_eof && stream->channel != NULL) {
      ssh_channel_send_eof(stream->channel); /* once sent it does nothing */
      stream->wants_eof = false;
    }
  }
}

static void end_with(struct stream *stream, enum error error)
{
  stream->state = STREAM_ENDED;
  stream->error = error;
  stream->has_news = true;
}

/* One request of the opening. SSH_AGAIN: its answer is not here yet. */
static int ask(struct stream *stream)
{
  switch (stream->state) {
  case STREAM_OPENING:
    return ssh_channel_open_session(stream->channel);
  case STREAM_PTY:
    if (stream->term == NULL)
      return SSH_OK;
    return ssh_channel_request_pty_size(stream->channel, stream->term, stream->width,
                                        stream->height);
  default:
    if (stream->command != NULL)
      return ssh_channel_request_exec(stream->channel, stream->command);
    if (stream->subsystem != NULL)
      return ssh_channel_request_subsystem(stream->channel, stream->subsystem);
    return ssh_channel_request_shell(stream->channel);
  }
}

static void note_opening(struct stream *stream, int code)
{
  stream->is_asked_for = code == SSH_AGAIN;
  stream->is_bound = code == SSH_OK;
}

/*
** Close the channel, or come again. One that the device has not opened (yet) has no
** number on its side: libssh would close the number 0 there, which is another one.
*/
static void close_channel(struct stream *stream)
{
  if (stream->is_asked_for)
    note_opening(stream, ssh_channel_open_session(stream->channel));
  if (stream->is_asked_for ||
      (stream->is_bound && ssh_channel_close(stream->channel) == SSH_AGAIN))
    return;
  /* libssh may keep the channel until the device closes it too */
  ssh_remove_channel_callbacks(stream->channel, &stream->callbacks);
  ssh_channel_free(stream->channel);
  stream->channel = NULL;
}

static void open_on(struct stream *stream)
{
  while (stream->state < STREAM_OPEN) {
    bool is_opening = stream->state == STREAM_OPENING;
    int code = ask(stream);
    if (is_opening)
      note_opening(stream, code);
    if (code == SSH_AGAIN || (code != SSH_OK && client_is_lost(stream->client)))
      return;
    if (code != SSH_OK) {
      end_with(stream, ERROR_CHANNEL);
      return;
    }
    if (stream->state < STREAM_OPEN) /* the device may have closed it meanwhile */
      stream->state++;
    stream->has_news = true;
    struct client *client = stream->client;
    if (stream->state == STREAM_OPEN && client->phase_ns[PHASE_SHELL] == 0)
      client->phase_ns[PHASE_SHELL] = uv_hrtime() - client->phase_start_ns;
  }
}

void stream_step(struct stream *stream)
{
  if (stream->channel == NULL)
    return;
  if (stream->is_detached) {
    close_channel(stream);
    return;
  }
  if (stream->state < STREAM_OPEN)
    open_on(stream);
  if (stream->is_held_back)
    refill(stream);
  if (stream->is_flooded && stream->state != STREAM_ENDED)
    end_with(stream, ERROR_PROTOCOL);
  if (is_writable(stream))
    write_on(stream);
}

void stream_notify(struct stream *stream)
{
  if (!stream->has_news || stream->is_detached)
    return;
  stream->has_news = false;
  stream->on_news(stream);
}

void stream_lost(struct stream *stream, enum error error)
{
  if (stream->state != STREAM_ENDED)
    end_with(stream, error);
}

void stream_orphan(struct stream *stream)
{
  stream->client = NULL;
  stream->channel = NULL;
  if (stream->is_detached) {
    stream_free(stream);
    return;
  }
  stream_lost(stream, ERROR_CLOSED);
  stream_notify(stream);
}

bool stream_write(struct stream *stream, const char *bytes, size_t length)
{
  if (stream->state == STREAM_ENDED || stream->has_eof)
    return false;
  if (length == 0)
    return true;
  size_t needed = stream->output_length + length;
  if (needed > stream->output_capacity) {
    size_t capacity = needed < 256 ? 256 : needed * 2;
    char *output = malloc(capacity); /* not realloc: the old bytes are to be wiped */
    if (output == NULL)
      return false;
    if (stream->output_length > 0)
      memcpy(output, stream->output, stream->output_length);
    if (stream->output != NULL)
      explicit_bzero(stream->output, stream->output_capacity);
    free(stream->output);
    stream->output = output;
    stream->output_capacity = capacity;
  }
  memcpy(stream->output + stream->output_length, bytes, length);
  stream->output_length = needed;
  client_enter(stream->client);
  client_leave(stream->client); /* its step writes */
  return true;
}

void stream_finish(struct stream *stream)
{
  stream->wants_eof = true;
  if (stream->client == NULL)
    return;
  client_enter(stream->client);
  client_leave(stream->client); /* its step says it */
}

size_t stream_unsent(const struct stream *stream)
{
  return stream->output_length;
}

void stream_close(struct stream *stream)
{
  struct client *client = stream->client;
  if (stream->is_detached)
    return;
  stream->is_detached = true;
  stream->state = STREAM_ENDED;
  if (client == NULL) {
    stream_free(stream);
    return;
  }
  client_enter(client);
  client_leave(client); /* its step closes the channel, its sweep frees us */
}
