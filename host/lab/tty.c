/*
** tty.c - a device's side of one channel: what is typed ahead, the line that is being
** typed, and what the device has written. Output is sent once a turn, so that an echo,
** an answer and the next prompt share a packet. Nothing here closes a session.
*/
#include "lab/tty.h"

#include <stdlib.h>
#include <string.h>

#include "lab/peer.h"
#include "lab/server.h"

enum {
  TYPED_AHEAD = 2 * TTY_CHUNK, /* more stays in libssh and so in the client's window */
  UNSENT = 64 << 10,           /* beyond it a writer waits */
  SLICE = 32 << 10,
  SLICES = 8, /* for one terminal in one turn */
};

static int on_data(ssh_session session, ssh_channel channel, void *data,
                   uint32_t length, int is_stderr, void *user)
{
  struct tty *tty = user;
  (void)session, (void)channel;
  if (is_stderr || tty->is_closing)
    return (int)length; /* nobody will read it */
  size_t room = TYPED_AHEAD - tty->input.length;
  size_t taken = length < room ? length : room;
  if (!bytes_add(&tty->input, data, taken))
    taken = 0;
  tty->is_held_back = taken < length;
  return (int)taken;
}

static void on_eof(ssh_session session, ssh_channel channel, void *user)
{
  struct tty *tty = user;
  (void)session, (void)channel;
  tty->has_eof = true;
}

static void on_close(ssh_session session, ssh_channel channel, void *user)
{
  struct tty *tty = user;
  (void)session, (void)channel;
  tty->has_eof = tty->is_close_received = true;
}

enum { GRANTED = 0, REFUSED = -1 };

/* Zero means that the client does not know. */
static void resize(struct tty *tty, int width, int height)
{
  tty->width = width > 0 ? width : 80;
  tty->height = height > 0 ? height : 24;
}

/* NOLINTBEGIN(readability-function-size): libssh decides how many arguments it gives */

static int on_pty(ssh_session session, ssh_channel channel, const char *term, int width,
                  int height, int pixel_width, int pixel_height, void *user)
{
  struct tty *tty = user;
  (void)session, (void)channel, (void)term, (void)pixel_width, (void)pixel_height;
  if ((tty->peer->allowed & PEER_PTY) == 0)
    return REFUSED;
  tty->has_pty = true;
  resize(tty, width, height);
  return GRANTED;
}

static int on_resize(ssh_session session, ssh_channel channel, int width, int height,
                     int pixel_width, int pixel_height, void *user)
{
  struct tty *tty = user;
  (void)session, (void)channel, (void)pixel_width, (void)pixel_height;
  resize(tty, width, height);
  return GRANTED;
}

/* NOLINTEND(readability-function-size) */

static int start(struct tty *tty, enum tty_kind kind, unsigned permission,
                 const char *command)
{
  if ((tty->peer->allowed & permission) == 0 || tty->kind != TTY_NONE)
    return REFUSED; /* one program to a channel */
  if (command != NULL && (tty->command = strdup(command)) == NULL)
    return REFUSED;
  tty->kind = kind;
  server_ready(tty->peer->server, tty);
  return GRANTED;
}

static int on_shell(ssh_session session, ssh_channel channel, void *user)
{
  (void)session, (void)channel;
  return start(user, TTY_SHELL, PEER_SHELL, NULL);
}

static int on_exec(ssh_session session, ssh_channel channel, const char *command,
                   void *user)
{
  (void)session, (void)channel;
  return start(user, TTY_EXEC, PEER_EXEC, command);
}

static int on_subsystem(ssh_session session, ssh_channel channel, const char *name,
                        void *user)
{
  (void)session, (void)channel;
  if (strcmp(name, "sftp") != 0)
    return REFUSED; /* the lab has no other */
  return start(user, TTY_SUBSYSTEM, PEER_SUBSYSTEM, name);
}

struct tty *tty_new(struct peer *peer, ssh_channel channel)
{
  struct tty *tty = calloc(1, sizeof *tty);
  if (tty == NULL)
    return NULL;
  tty->user = strdup(peer->user);
  if (tty->user == NULL) {
    free(tty);
    return NULL;
  }
  tty->peer = peer;
  tty->channel = channel;
  tty->address = peer->address;
  tty->from = peer->from;
  resize(tty, 0, 0);
  tty->exit_status = -1;
  tty->callbacks.userdata = tty;
  tty->callbacks.channel_data_function = on_data;
  tty->callbacks.channel_eof_function = on_eof;
  tty->callbacks.channel_close_function = on_close;
  tty->callbacks.channel_pty_request_function = on_pty;
  tty->callbacks.channel_pty_window_change_function = on_resize;
  tty->callbacks.channel_shell_request_function = on_shell;
  tty->callbacks.channel_exec_request_function = on_exec;
  tty->callbacks.channel_subsystem_request_function = on_subsystem;
  ssh_callbacks_init(&tty->callbacks);
  ssh_set_channel_callbacks(channel, &tty->callbacks);
  return tty;
}

void tty_let_go(struct tty *tty)
{
  if (tty->peer != NULL || tty->is_owned || tty->is_ready || tty->is_unsent)
    return;
  bytes_clear(&tty->input);
  bytes_clear(&tty->output);
  edit_free(&tty->edit);
  free(tty->user);
  free(tty->command);
  free(tty);
}

static void wake_reader(struct tty *tty, enum error error)
{
  struct tty_waiter *reader = tty->reader;
  tty->reader = NULL;
  tty->rules = NULL;
  tty->least = 0;
  if (reader != NULL)
    reader->wake(reader, error);
}

static void wake_writer(struct tty *tty, enum error error)
{
  struct tty_waiter *writer = tty->writer;
  tty->writer = NULL;
  tty->source = NULL;
  tty->source_length = 0;
  if (writer != NULL)
    writer->wake(writer, error);
}

void tty_detach(struct tty *tty, enum error error)
{
  tty->peer = NULL;
  tty->channel = NULL;
  tty->error = tty->is_closing ? ERROR_CLOSED : error;
  bytes_clear(&tty->input);
  bytes_clear(&tty->output);
  wake_reader(tty, tty->error);
  wake_writer(tty, tty->error);
  tty_let_go(tty);
}

enum error tty_error(const struct tty *tty)
{
  if (tty->is_closing)
    return ERROR_CLOSED;
  if (tty->peer == NULL)
    return tty->error;
  return tty->is_close_received ? ERROR_DROPPED : ERROR_NONE;
}

bool tty_is_over(const struct tty *tty)
{
  return tty->is_close_sent && tty->is_close_received;
}

/* ---- input ---- */

/* What did not fit lies in libssh, which offers it again only when more comes. */
static void refill(struct tty *tty)
{
  char bytes[4096];
  while (tty->input.length + sizeof bytes <= TYPED_AHEAD) {
    int got = ssh_channel_read_nonblocking(tty->channel, bytes, sizeof bytes, 0);
    if (got <= 0 || !bytes_add(&tty->input, bytes, (size_t)got)) {
      tty->is_held_back = false;
      return;
    }
  }
}

static void feed_line(struct tty *tty)
{
  size_t used;
  enum edit_end end = edit_feed(&tty->edit, tty->rules, bytes_head(&tty->input),
                                tty->input.length, &used, &tty->output);
  bytes_drop(&tty->input, used);
  if (end == EDIT_OPEN)
    return;
  tty->end = end;
  wake_reader(tty, ERROR_NONE);
}

static void feed_key(struct tty *tty)
{
  int key = edit_key(&tty->edit, *bytes_head(&tty->input));
  bytes_drop(&tty->input, 1);
  if (key < 0)
    return;
  tty->key = key;
  wake_reader(tty, ERROR_NONE);
}

static void feed_bytes(struct tty *tty)
{
  if (tty->is_held_back)
    refill(tty);
  if (tty->input.length >= tty->least || (tty->has_eof && !tty->is_held_back))
    wake_reader(tty, ERROR_NONE);
}

static void feed(struct tty *tty)
{
  size_t unsent = tty->output.length;
  if (tty->least > 0)
    feed_bytes(tty);
  while (tty->reader != NULL && tty->least == 0) {
    if (tty->input.length == 0 && tty->is_held_back)
      refill(tty);
    if (tty->input.length == 0)
      break;
    if (tty->rules != NULL)
      feed_line(tty);
    else
      feed_key(tty);
  }
  if (tty->reader != NULL && tty->least == 0 && tty->has_eof)
    wake_reader(tty, ERROR_DROPPED);
  if (tty->output.length > unsent)
    server_unsent(tty->peer->server, tty);
}

static void start_read(struct tty *tty)
{
  if (tty->peer == NULL) {
    wake_reader(tty, tty_error(tty));
    return;
  }
  peer_enter(tty->peer);
  feed(tty);
  peer_leave(tty->peer);
}

void tty_read_line(struct tty *tty, struct tty_waiter *reader,
                   const struct edit_rules *rules)
{
  tty->reader = reader;
  tty->rules = rules;
  if (tty->peer != NULL) {
    edit_start(&tty->edit, rules, &tty->output);
    server_unsent(tty->peer->server, tty);
  }
  start_read(tty);
}

void tty_read_key(struct tty *tty, struct tty_waiter *reader)
{
  tty->reader = reader;
  start_read(tty);
}

void tty_read_bytes(struct tty *tty, struct tty_waiter *reader, size_t least)
{
  tty->reader = reader;
  tty->least = least;
  start_read(tty);
}

void tty_cancel_read(struct tty *tty)
{
  tty->reader = NULL;
  tty->least = 0;
  tty->rules = NULL;
}

void tty_flush_input(struct tty *tty)
{
  bytes_clear(&tty->input);
  if (tty->peer == NULL)
    return;
  peer_enter(tty->peer);
  while (tty->is_held_back) {
    refill(tty);
    bytes_clear(&tty->input);
  }
  peer_leave(tty->peer);
}

/* ---- output ---- */

/* One slice. Zero: nothing is left, or nothing more can be written now. */
static size_t send_slice(struct tty *tty)
{
  bool is_copy = tty->output.length > 0;
  size_t length = is_copy ? tty->output.length : tty->source_length;
  if (length == 0 || ssh_channel_window_size(tty->channel) == 0 ||
      (ssh_get_status(tty->peer->session) & SSH_WRITE_PENDING))
    return 0;
  if (length > SLICE)
    length = SLICE;
  int sent = ssh_channel_write(
      tty->channel, is_copy ? bytes_head(&tty->output) : tty->source, (uint32_t)length);
  if (sent <= 0)
    return 0; /* a key exchange is going on, or the session has died */
  if (is_copy) {
    bytes_drop(&tty->output, (size_t)sent);
  } else {
    tty->source += sent;
    tty->source_length -= (size_t)sent;
  }
  return (size_t)sent;
}

void tty_send(struct tty *tty)
{
  int slices = 0;
  while (slices < SLICES && send_slice(tty) > 0)
    slices++;
  if (tty->writer != NULL && tty->output.length + tty->source_length <= UNSENT &&
      bytes_add(&tty->output, tty->source, tty->source_length))
    wake_writer(tty, ERROR_NONE);
  tty->is_eager = slices == SLICES;
  tty->is_blocked = tty->output.length + tty->source_length > 0;
}

bool tty_write(struct tty *tty, const char *bytes, size_t length)
{
  if (tty->output.length + length > UNSENT || !bytes_add(&tty->output, bytes, length))
    return false;
  server_unsent(tty->peer->server, tty);
  return true;
}

void tty_write_all(struct tty *tty, struct tty_waiter *writer, const char *bytes,
                   size_t length)
{
  tty->writer = writer;
  tty->source = bytes;
  tty->source_length = length;
  server_unsent(tty->peer->server, tty);
}

void tty_cancel_write(struct tty *tty)
{
  tty->writer = NULL;
  tty->source = NULL;
  tty->source_length = 0;
}

/* ---- end ---- */

static void finish(struct tty *tty)
{
  if (tty->is_close_sent)
    return;
  if (tty->exit_status >= 0 && !tty->is_close_received)
    ssh_channel_request_send_exit_status(tty->channel, tty->exit_status);
  tty->exit_status = -1;
  /* SSH_AGAIN means that only the end of file has been sent: come again */
  tty->is_close_sent = ssh_channel_close(tty->channel) != SSH_AGAIN;
}

void tty_progress(struct tty *tty)
{
  feed(tty);
  if (tty->is_close_received) {
    bytes_clear(&tty->output);
    wake_writer(tty, ERROR_DROPPED);
    finish(tty);
    return;
  }
  if (tty->is_blocked)
    tty_send(tty);
  if (tty->is_closing && tty->output.length == 0)
    finish(tty);
}

void tty_close(struct tty *tty, int exit_status)
{
  if (tty->is_closing)
    return;
  tty->is_closing = true;
  tty->exit_status = exit_status;
  bytes_clear(&tty->input);
  wake_reader(tty, ERROR_CLOSED);
  wake_writer(tty, ERROR_CLOSED);
  if (tty->peer != NULL)
    server_unsent(tty->peer->server, tty);
}

void tty_release(struct tty *tty)
{
  tty->is_owned = false;
  tty_close(tty, -1);
  tty_let_go(tty);
}
