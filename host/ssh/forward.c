/*
** forward.c - bytes between a channel to a jump host and a socket here. What they mean,
** and who is at the other end, is not known here. How the channel is opened is in
** forward_open.c.
*/
#include "ssh/forward.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16384, WAITING = 32768 };

void forward_mark(struct forward *f)
{
  if (f->is_ready)
    return;
  f->is_ready = true;
  f->next_ready = f->via->carrier->ready;
  f->via->carrier->ready = f;
}

/* Nothing is read here that the channel cannot take; a closed one takes all. */
static bool is_stuck(const struct forward *f)
{
  if (ssh_channel_is_closed(f->channel))
    return false;
  return f->outward.length > 0 || ssh_channel_window_size(f->channel) == 0 ||
         (ssh_get_status(f->via->session) & SSH_WRITE_PENDING) != 0;
}

/* A socket whose other end is closed has events that nobody asked for. */
static void arm(struct forward *f)
{
  unsigned events = f->inward.length > 0 ? EPOLLOUT : 0;
  if (f->is_open && !f->is_finished && !f->options.tells && !is_stuck(f))
    events |= EPOLLIN;
  if (events == 0)
    watch_stop(&f->watch);
  else if (f->watch.watches != NULL)
    watch_change(&f->watch, events);
  else if (!watch_start(f->via->watches, &f->watch, f->fd, events))
    f->is_finished = true; /* no memory: the next step ends it */
}

/* Into the socket; what it does not take waits, and no more is taken meanwhile. */
static void deliver(struct forward *f, const char *data, size_t length)
{
  ssize_t n = send(f->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR)
    return; /* nobody reads any more: reading from it will tell */
  size_t taken = n < 0 ? 0 : (size_t)n;
  if (taken < length && bytes_add(&f->inward, data + taken, length - taken))
    arm(f);
}

static int on_data(ssh_session session, ssh_channel channel, void *data,
                   uint32_t length, int is_stderr, void *user)
{
  struct forward *f = user;
  (void)session;
  (void)channel;
  if (is_stderr || f->is_finished)
    return (int)length;
  if (f->inward.length > 0)
    return 0; /* libssh keeps it and opens the window no further */
  deliver(f, data, length);
  return (int)length;
}

static void on_eof(ssh_session session, ssh_channel channel, void *user)
{
  struct forward *f = user;
  (void)session;
  (void)channel;
  f->has_eof = f->has_news = true;
  forward_mark(f);
}

static int on_room(ssh_session session, ssh_channel channel, uint32_t bytes, void *user)
{
  struct forward *f = user;
  (void)session;
  (void)channel;
  (void)bytes;
  f->has_news = true;
  forward_mark(f);
  return 0;
}

static void set_callbacks(struct forward *f)
{
  f->callbacks.userdata = f;
  f->callbacks.channel_data_function = on_data;
  f->callbacks.channel_eof_function = on_eof;
  f->callbacks.channel_close_function = on_eof;
  f->callbacks.channel_write_wontblock_function = on_room;
  ssh_callbacks_init(&f->callbacks);
  ssh_set_channel_callbacks(f->channel, &f->callbacks);
}

/* What libssh has kept while the socket was full. */
static void deliver_kept(struct forward *f)
{
  char bytes[CHUNK];
  while (f->inward.length == 0) {
    int n = ssh_channel_poll(f->channel, 0);
    if (n <= 0)
      return;
    uint32_t size = n < CHUNK ? (uint32_t)n : CHUNK; /* no more: it would read on */
    n = ssh_channel_read_nonblocking(f->channel, bytes, size, 0);
    if (n <= 0)
      return;
    deliver(f, bytes, (size_t)n);
  }
}

static void empty_inward(struct forward *f)
{
  ssize_t n = send(f->fd, bytes_head(&f->inward), f->inward.length,
                   MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  bytes_drop(&f->inward, n < 0 ? f->inward.length : (size_t)n);
  if (f->inward.length == 0)
    deliver_kept(f);
}

/* Less than all is taken while keys are exchanged, nothing once it is closed. */
static void write_out(struct forward *f, const char *data, size_t length)
{
  int n = ssh_channel_write(f->channel, data, (uint32_t)length);
  if (n < 0 || (size_t)n == length)
    return;
  if (!bytes_add(&f->outward, data + n, length - (size_t)n))
    f->is_finished = true; /* a gap would be worse */
}

static void empty_outward(struct forward *f)
{
  int n = ssh_channel_write(f->channel, bytes_head(&f->outward),
                            (uint32_t)f->outward.length);
  bytes_drop(&f->outward, n < 0 ? f->outward.length : (size_t)n);
}

static size_t readable_size(const struct forward *f)
{
  size_t window = ssh_channel_window_size(f->channel);
  return ssh_channel_is_closed(f->channel) || window > CHUNK ? CHUNK : window;
}

/* Nobody is left who would tell of more: it is read to its end. */
static bool is_released(const struct forward *f)
{
  return f->options.owner == NULL;
}

static uint64_t sent_by_owner(const struct forward *f)
{
  return f->counter != NULL ? f->counter->out_bytes : 0;
}

/* Out of the socket and into the channel, as far as that takes it. */
static void read_socket(struct forward *f)
{
  char bytes[CHUNK];
  while (!f->is_finished && !f->is_dry && !is_stuck(f)) {
    size_t size = readable_size(f);
    ssize_t n = recv(f->fd, bytes, size, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    f->is_dry = n < 0 || (n < (ssize_t)size && !is_released(f));
    if (n > 0)
      write_out(f, bytes, (size_t)n);
    else if (n == 0 || errno != EAGAIN)
      f->is_finished = true;
  }
}

static void unlink_from(struct carrier *carrier, struct forward *f)
{
  if (f->previous != NULL)
    f->previous->next = f->next;
  else
    carrier->all = f->next;
  if (f->next != NULL)
    f->next->previous = f->previous;
}

static void take_from_ready(struct forward *f)
{
  struct forward **place = &f->via->carrier->ready;
  while (*place != NULL && *place != f)
    place = &(*place)->next_ready;
  if (*place == f)
    *place = f->next_ready;
}

/* The channel is gone by now. */
static void free_forward(struct forward *f)
{
  watch_forget(&f->watch);
  close(f->fd);
  if (f->inner_fd >= 0)
    close(f->inner_fd);
  bytes_clear(&f->inward);
  bytes_clear(&f->outward);
  free(f->host);
  free(f);
}

void forward_finish(struct forward *f)
{
  if (f->is_open && ssh_channel_close(f->channel) == SSH_AGAIN) {
    forward_mark(f);
    return;
  }
  forward_fail(f, ERROR_LOCAL, "not enough memory"); /* otherwise it let go before */
  /* libssh may keep the channel until the jump host closes it, too */
  ssh_remove_channel_callbacks(f->channel, &f->callbacks);
  ssh_channel_free(f->channel);
  unlink_from(f->via->carrier, f);
  if (f->is_ready)
    take_from_ready(f);
  free_forward(f);
}

static void step(struct forward *f)
{
  if (!f->is_open)
    return;
  if (f->outward.length > 0)
    empty_outward(f);
  read_socket(f);
  if (f->has_eof && f->inward.length == 0)
    deliver_kept(f);
  if (f->has_eof && f->inward.length == 0) {
    shutdown(f->fd, SHUT_WR);
    f->has_eof = false;
  }
  if (f->is_finished && f->outward.length == 0) {
    forward_finish(f);
    return;
  }
  arm(f);
  if (is_stuck(f))
    forward_mark(f); /* nobody says when a key exchange is over */
}

/* Whether anything may have moved: one step may read what lets another one go on. */
static bool step_ready(struct client *via)
{
  bool has_moved = false;
  struct forward *f = via->carrier->ready;
  via->carrier->ready = NULL;
  while (f != NULL) {
    struct forward *next = f->next_ready;
    has_moved |= f->has_news || (f->is_open && !is_stuck(f));
    f->is_ready = f->has_news = false;
    step(f);
    f = next;
  }
  return has_moved;
}

void forward_step_all(struct client *via)
{
  bool has_moved = true;
  while (has_moved) {
    has_moved = via->carrier->opening != NULL && forward_see_openings(via);
    has_moved |= step_ready(via);
  }
}

void forward_count(struct forward *f, const struct ssh_counter_struct *counter)
{
  f->counter = counter;
}

void forward_carry(struct forward *f)
{
  struct client *via = f->via;
  if (!f->is_open || (!is_released(f) && sent_by_owner(f) == f->carried))
    return;
  f->carried = sent_by_owner(f);
  client_enter(via);
  f->is_dry = false;
  read_socket(f);
  forward_mark(f); /* its step does the rest */
  client_leave(via);
}

static void on_events(struct watch *watch, unsigned events)
{
  struct forward *f =
      (struct forward *)(void *)((char *)watch - offsetof(struct forward, watch));
  struct client *via = f->via;
  (void)events; /* reading and writing tell */
  client_enter(via);
  f->is_dry = false;
  if (f->inward.length > 0)
    empty_inward(f);
  forward_mark(f);
  client_leave(via);
}

void forward_fail(struct forward *f, enum error error, const char *message)
{
  void *owner = f->options.owner;
  if (owner == NULL)
    return;
  f->options.owner = NULL;
  f->counter = NULL; /* it goes with the owner */
  f->via->carrier->load--;
  f->options.on_failed(owner, error, message);
}

void forward_hand_over(struct forward *f, void *owner,
                       void (*on_failed)(void *owner, enum error error,
                                         const char *message))
{
  f->options.owner = owner;
  f->options.on_failed = on_failed;
}

void forward_lose_all(struct client *via)
{
  char message[FORWARD_MESSAGE + CLIENT_MESSAGE];
  snprintf(message, sizeof message, "the jump host %s is lost: %s",
           via->name != NULL ? via->name : "",
           via->message != NULL ? via->message : "this side closed the connection");
  struct forward *f = via->carrier->all;
  while (f != NULL) {
    struct forward *next = f->next;
    forward_fail(f, ERROR_JUMP, message);
    free_forward(f); /* and its channel with the session */
    f = next;
  }
  free(via->carrier->denials);
  free(via->carrier);
  via->carrier = NULL;
}

void forward_release(struct forward *f)
{
  if (f->options.owner == NULL)
    return;
  f->options.owner = NULL;
  f->counter = NULL;
  f->via->carrier->load--;
  forward_carry(f); /* the rest goes out before the jump host may be closed */
}

static bool make_pair(struct forward *f)
{
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  f->fd = ends[0];
  f->inner_fd = ends[1];
  f->watch.on_events = on_events;
  int size = WAITING; /* what waits here, no window holds back */
  setsockopt(f->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return true;
}

static struct forward *drop(struct forward *f)
{
  int code = errno;
  if (f->channel != NULL)
    ssh_channel_free(f->channel);
  free(f->host);
  free(f);
  errno = code;
  return NULL;
}

static bool make_carrier(struct client *via)
{
  if (via->carrier == NULL) {
    via->carrier = calloc(1, sizeof *via->carrier);
    if (via->carrier != NULL)
      via->carrier->last_opening = &via->carrier->opening;
  }
  return via->carrier != NULL;
}

struct forward *forward_open(struct client *via, const struct forward_options *options)
{
  errno = ENOTCONN;
  if (!via->is_up || via->session == NULL || via->error != ERROR_NONE)
    return NULL;
  errno = ENOMEM;
  struct forward *f = make_carrier(via) ? calloc(1, sizeof *f) : NULL;
  if (f == NULL)
    return NULL;
  f->via = via;
  f->options = *options;
  f->host = strdup(options->host);
  f->channel = ssh_channel_new(via->session);
  /* the pair comes first: bytes may be there together with the confirmation */
  if (f->host == NULL || f->channel == NULL || !make_pair(f))
    return drop(f);
  set_callbacks(f);
  f->next = via->carrier->all;
  if (f->next != NULL)
    f->next->previous = f;
  via->carrier->all = f;
  via->carrier->load++;
  return f;
}

void forward_start(struct forward *f)
{
  struct client *via = f->via;
  client_enter(via);
  forward_ask(f);
  client_leave(via);
}
